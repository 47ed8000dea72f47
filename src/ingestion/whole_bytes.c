/* whole_bytes: the document at hand, in memory where it is short, else in a file that has no name. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/mman.h>

#include "whole_state.h"

static hart_code spool(struct whole *whole, struct batch *batch, struct document *document, hart_error *err)
{
        const char *folder = batch->settings->spool;
        whole->spool = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (whole->spool < 0)
                return hart_fail_errno(err, errno == ENOSPC || errno == EDQUOT ? HART_RETRY : HART_CONFIG, errno,
                                       "[ingestion] spool: a file in %s", folder);
        hart_code code = batch_spool(batch, document, whole->spool, err);
        if (code != HART_OK)
                return code;
        /* Slices are read here too. What was read is let go again at every flush. */
        void *mapping = mmap(NULL, (size_t)document->size, PROT_READ, MAP_SHARED, whole->spool, 0);
        if (mapping == MAP_FAILED)
                return hart_fail_errno(err, HART_FAILED, errno, "map %" PRIu64 " bytes", document->size);
        whole->data = mapping;
        whole->mapped = true;
        return HART_OK;
}

/* In memory where that is allowed; a fresh document may have its first window only. */
hart_code whole_need_bytes(struct whole *whole, struct batch *batch, struct document *document, hart_error *err)
{
        size_t number = (size_t)(document - batch->documents);
        if (document->size > HART_WINDOW_MAX)
                return spool(whole, batch, document, err);
        if (document->from != 0) { /* the last window: what was stored of it is borrowed still */
                hart_code code = batch_flush(batch, err);
                if (code != HART_OK)
                        return code;
                hart_buffer_clear(&document->bytes);
                document->from = 0;
        }
        document->want = (size_t)document->size;
        hart_code code = HART_OK;
        if (document->bytes.size < document->want) {
                code = batch_flush(batch, err); /* the window may move */
                if (code == HART_OK)
                        code = batch_load(batch, number, number + 1, err);
        }
        whole->data = document->bytes.data;
        return code;
}
