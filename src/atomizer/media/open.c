/* open: what is set once for FFmpeg's libraries. Their tables are computed when they are first needed, without a file.
 */
#include <malloc.h>

#include <libavutil/mem.h>

#include "charsets.h"
#include "media.h"

/* One allocation: a picture of 100 megapixels in RGBA, and some. What a file claims beyond that is refused. */
#define ALLOCATION_MAX ((size_t)512 << 20)

hart_code media_open(hart_error *err)
{
        (void)err;
        av_max_alloc(ALLOCATION_MAX);
        reason_listen();
        charsets_open();
        return HART_OK;
}

/* What malloc() gives out is filled with the complement of this, what is freed with it. */
void media_begin(void)
{
        (void)mallopt(M_PERTURB, 0xFF);
}

void media_end(void)
{
        (void)mallopt(M_PERTURB, 0);
}

void media_close(void)
{
        charsets_close();
}
