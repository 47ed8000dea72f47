/* open: what is set once for FFmpeg's libraries. Their tables are computed when they are first needed, without a file.
 */
#include <libavutil/mem.h>

#include "charsets.h"
#include "media.h"

/* One allocation: a picture of 100 megapixels in RGBA, and some. What a file claims beyond that is refused. */
#define ALLOCATION_MAX ((size_t)512 << 20)

hart_code media_open(hart_error *err)
{
        av_max_alloc(ALLOCATION_MAX);
        reason_listen();
        (void)err;
        charsets_open();
        return HART_OK;
}

void media_close(void)
{
        charsets_close();
}
