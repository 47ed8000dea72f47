/* content: staged chunks to windows, and is the content what its sender said it is? */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <hartonomous/compression.h>

#include "batch.h"
#include "ingestion_sql.h"

struct loader {
        struct batch *batch;
        const size_t *numbers; /* of the documents of the statement */
        int spool;             /* a file that takes all bytes, or -1 */
        uint64_t spooled;
        hart_buffer plain;
};

static hart_code damaged(struct batch *batch, const struct document *document, hart_error *err, const char *what)
{
        hart_fail(err, HART_POISON, "source %" PRId64 " of tenant %" PRId32 ": %s; stage it again", document->source,
                  document->tenant, what);
        return batch_blame(batch, document, HART_POISON);
}

/* Bytes `start`… of the document. What lies in the window is kept, all of a fresh document is hashed. */
static hart_code take_bytes(struct batch *batch, struct document *document, uint64_t start, const unsigned char *data,
                            size_t size, hart_error *err)
{
        uint64_t next = document->from + document->bytes.size, end = document->from + document->want;
        if (document->digest != NULL) {
                if (start != document->seen)
                        return damaged(batch, document, err, "its staged chunks leave a gap");
                hart_sha256_update(document->digest, data, size);
                document->seen += size;
        }
        if (start + size <= next || start >= end)
                return HART_OK;
        if (start > next)
                return damaged(batch, document, err, "its staged chunks leave a gap");
        size_t skip = (size_t)(next - start);
        size_t until = start + size > end ? (size_t)(end - start) : size;
        hart_buffer_append(&document->bytes, data + skip, until - skip);
        return HART_OK;
}

/* The file has a place of its own on the disk: where that is full, it is a dependency that is away. */
static hart_code write_bytes(struct loader *loader, struct document *document, uint64_t start,
                             const unsigned char *data, size_t size, hart_error *err)
{
        if (start != loader->spooled)
                return damaged(loader->batch, document, err, "its staged chunks leave a gap");
        while (size > 0) {
                ssize_t written = write(loader->spool, data, size);
                if (written < 0 && errno == EINTR)
                        continue;
                if (written <= 0)
                        return hart_fail_errno(err, HART_RETRY, errno, "[ingestion] spool: write %" PRIu64 " bytes",
                                               document->size);
                data += written;
                size -= (size_t)written;
                loader->spooled += (uint64_t)written;
        }
        return HART_OK;
}

static hart_code take_chunk(struct loader *loader, const hart_pg_result *rows, size_t row, hart_error *err)
{
        struct batch *batch = loader->batch;
        struct document *document = &batch->documents[loader->numbers[hart_pg_integer(rows, row, 0)]];
        size_t size, raw_size = (size_t)hart_pg_integer(rows, row, 3);
        const unsigned char *data = hart_pg_bytea(rows, row, 4, &size);
        if (strcmp(hart_pg_text(rows, row, 2, NULL), "zstd") == 0) {
                hart_buffer_clear(&loader->plain);
                hart_code code = hart_decompress(data, size, raw_size, &loader->plain, err);
                if (code != HART_OK) {
                        hart_error_context(err, "source %" PRId64 " of tenant %" PRId32 ", staged chunk",
                                           document->source, document->tenant);
                        return batch_blame(batch, document, code);
                }
                data = loader->plain.data;
                size = loader->plain.size;
        }
        if (size != raw_size)
                return damaged(batch, document, err, "a staged chunk has not the raw_size it was staged with");
        uint64_t start = (uint64_t)hart_pg_integer(rows, row, 1);
        return loader->spool >= 0 ? write_bytes(loader, document, start, data, size, err)
                                  : take_bytes(batch, document, start, data, size, err);
}

static hart_code take_rows(const hart_pg_result *rows, void *data, hart_error *err)
{
        struct loader *loader = data;
        hart_code code = HART_OK;
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(rows); row++)
                code = take_chunk(loader, rows, row, err);
        if (code == HART_OK && hart_worker_progress(loader->batch->context) != HART_OK)
                code = hart_fail(err, HART_STOPPED, "asked to stop while staged bytes were read");
        return code;
}

static hart_code verify(struct batch *batch, struct document *document, hart_error *err)
{
        unsigned char digest[HART_SHA256_SIZE];
        if (document->bytes.size != document->want || (document->digest != NULL && document->seen != document->size))
                return damaged(batch, document, err, "its staged bytes are fewer than its size");
        if (!document->fresh || document->verified)
                return HART_OK;
        document->verified = true;
        if (document->digest != NULL)
                hart_sha256_finish(document->digest, digest);
        else
                hart_sha256(document->bytes.data, document->bytes.size, digest);
        hart_sha256_close(document->digest);
        document->digest = NULL;
        if (memcmp(digest, document->hash, sizeof digest) != 0)
                return damaged(batch, document, err, "its staged bytes have another SHA-256 than its sender said");
        return HART_OK;
}

/* What of a document is read: its window; all of it where it is verified. */
static bool prepare(struct document *document, int64_t *from, int64_t *until)
{
        if (document->fate != FATE_WORK || document->bytes.size == document->want)
                return false;
        if (document->fresh && !document->verified && document->want < document->size)
                document->digest = hart_sha256_open();
        *from = document->digest != NULL ? 0 : (int64_t)(document->from + document->bytes.size);
        *until = (int64_t)(document->digest != NULL ? document->size : document->from + document->want);
        (void)hart_buffer_reserve(&document->bytes, document->want - document->bytes.size);
        return true;
}

static hart_code read_chunks(struct batch *batch, size_t first, size_t end, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        HART_CLEANUP(hart_free_p) int32_t *tenants = hart_allocate_array(end - first, sizeof *tenants);
        HART_CLEANUP(hart_free_p) int64_t *keys = hart_allocate_array(3 * (end - first), sizeof *keys);
        HART_CLEANUP(hart_free_p) size_t *numbers = hart_allocate_array(end - first, sizeof *numbers);
        int64_t *from = keys + (end - first), *until = from + (end - first);
        struct loader loader = {.batch = batch, .numbers = numbers, .spool = -1};
        size_t count = 0;
        for (size_t i = first; i < end; i++) {
                if (!prepare(&batch->documents[i], &from[count], &until[count]))
                        continue;
                tenants[count] = batch->documents[i].tenant;
                keys[count] = batch->documents[i].source;
                numbers[count++] = i;
        }
        if (count == 0)
                return HART_OK;
        hart_pg_add_int4_array(&p, tenants, count);
        hart_pg_add_int8_array(&p, keys, count);
        hart_pg_add_int8_array(&p, from, count);
        hart_pg_add_int8_array(&p, until, count);
        hart_code code = hart_pg_stream(batch->pg, &sql_read_content, &p, take_rows, &loader, err);
        hart_buffer_done(&loader.plain);
        return code;
}

hart_code batch_load(struct batch *batch, size_t first, size_t end, hart_error *err)
{
        hart_code code = read_chunks(batch, first, end, err);
        for (size_t i = first; code == HART_OK && i < end; i++) {
                if (batch->documents[i].fate == FATE_WORK)
                        code = verify(batch, &batch->documents[i], err);
        }
        return code;
}

hart_code batch_spool(struct batch *batch, struct document *document, int fd, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        const size_t number = (size_t)(document - batch->documents);
        const int64_t from = 0, until = (int64_t)document->size;
        struct loader loader = {.batch = batch, .numbers = &number, .spool = fd};
        hart_pg_add_int4_array(&p, &document->tenant, 1);
        hart_pg_add_int8_array(&p, &document->source, 1);
        hart_pg_add_int8_array(&p, &from, 1);
        hart_pg_add_int8_array(&p, &until, 1);
        hart_code code = hart_pg_stream(batch->pg, &sql_read_content, &p, take_rows, &loader, err);
        hart_buffer_done(&loader.plain);
        if (code == HART_OK && loader.spooled != document->size)
                return damaged(batch, document, err, "its staged bytes are fewer than its size");
        return code;
}
