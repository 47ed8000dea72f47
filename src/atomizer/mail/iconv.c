/* iconv: POSIX's functions over ICU, whose tables are all in memory. gmime, and whatever else is linked to the program,
 * find these instead of libc's, which loads a file for each charset when it is first asked for. */
#include <errno.h>
#include <iconv.h>
#include <string.h>

#include <unicode/ucnv.h>
#include <unicode/udata.h>

#include "mail.h"

#define PIVOT_SIZE 1024
#define NAME_SIZE  64

struct conversion {
        UConverter *from, *to;
        UChar pivot[PIVOT_SIZE], *pivot_begin, *pivot_end;
        bool fresh; /* nothing converted since it was opened or reset */
};

static void reset(struct conversion *conversion)
{
        conversion->pivot_begin = conversion->pivot_end = conversion->pivot;
        conversion->fresh = true;
}

/* "ASCII//TRANSLIT" has a wish behind the name: to replace what there is no character for. */
static UConverter *open_converter(const char *name)
{
        char plain[NAME_SIZE];
        UErrorCode status = U_ZERO_ERROR;
        size_t size = strcspn(name, "/");
        if (size == 0 || size >= sizeof plain)
                return NULL;
        memcpy(plain, name, size);
        plain[size] = '\0';
        UConverter *converter = ucnv_open(plain, &status);
        if (name[size] == '/' || U_FAILURE(status))
                return U_SUCCESS(status) ? converter : NULL;
        ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &status);
        ucnv_setFromUCallBack(converter, UCNV_FROM_U_CALLBACK_STOP, NULL, NULL, NULL, &status);
        return converter;
}

iconv_t iconv_open(const char *to, const char *from)
{
        struct conversion *conversion = hart_allocate(sizeof *conversion);
        conversion->to = open_converter(to);
        conversion->from = open_converter(from);
        reset(conversion);
        if (conversion->to != NULL && conversion->from != NULL)
                return (iconv_t)conversion;
        iconv_close((iconv_t)conversion);
        errno = EINVAL;
        return (iconv_t)-1;
}

int iconv_close(iconv_t handle)
{
        struct conversion *conversion = (struct conversion *)handle;
        ucnv_close(conversion->from);
        ucnv_close(conversion->to);
        free(conversion);
        return 0;
}

/* ICU stops behind the bytes that are wrong, iconv before them. */
static size_t wrong_bytes(const struct conversion *conversion)
{
        char bytes[32];
        int8_t count = sizeof bytes;
        UErrorCode status = U_ZERO_ERROR;
        ucnv_getInvalidChars(conversion->from, bytes, &count, &status);
        return U_SUCCESS(status) && count > 0 ? (size_t)count : 0;
}

static int error_of(UErrorCode status)
{
        return status == U_BUFFER_OVERFLOW_ERROR ? E2BIG : status == U_TRUNCATED_CHAR_FOUND ? EINVAL : EILSEQ;
}

size_t iconv(iconv_t handle, char **restrict in, size_t *restrict in_left, char **restrict out,
             size_t *restrict out_left)
{
        struct conversion *conversion = (struct conversion *)handle;
        UErrorCode status = U_ZERO_ERROR;
        bool flush = in == NULL || *in == NULL;
        const char *source = flush ? "" : *in, *begin = source;
        const char *source_end = flush ? source : source + *in_left;
        if (flush && (out == NULL || *out == NULL)) {
                ucnv_reset(conversion->from);
                ucnv_reset(conversion->to);
                reset(conversion);
                return 0;
        }
        char *target = *out;
        ucnv_convertEx(conversion->to, conversion->from, &target, target + *out_left, &source, source_end,
                       conversion->pivot, &conversion->pivot_begin, &conversion->pivot_end,
                       conversion->pivot + PIVOT_SIZE, conversion->fresh, flush, &status);
        conversion->fresh = flush && U_SUCCESS(status);
        *out_left -= (size_t)(target - *out);
        *out = target;
        if (status == U_ILLEGAL_CHAR_FOUND || status == U_INVALID_CHAR_FOUND || status == U_ILLEGAL_ESCAPE_SEQUENCE) {
                size_t back = wrong_bytes(conversion);
                source -= back <= (size_t)(source - begin) ? back : 0;
                ucnv_resetToUnicode(conversion->from);
        }
        if (!flush) {
                *in_left -= (size_t)(source - begin);
                *in += source - begin;
        }
        if (U_SUCCESS(status))
                return 0;
        errno = error_of(status);
        return (size_t)-1;
}

hart_code mail_iconv_open(hart_error *err)
{
        UErrorCode status = U_ZERO_ERROR;
        char in[] = "\xE9", out[8] = "", *next_in = in, *next_out = out;
        size_t in_left = 1, out_left = sizeof out;
        /* An unknown name shall not be looked for in files either. */
        udata_setFileAccess(UDATA_NO_FILES, &status);
        iconv_t handle = iconv_open("UTF-8", "ISO-8859-1");
        if (handle == (iconv_t)-1)
                return hart_fail(err, HART_FATAL, "ICU does not know ISO-8859-1; is libicu's data installed?");
        size_t result = iconv(handle, &next_in, &in_left, &next_out, &out_left);
        iconv_close(handle);
        if (result != 0 || memcmp(out, "\xC3\xA9", 3) != 0)
                return hart_fail(err, HART_FATAL, "ICU's converters do not work: %s", u_errorName(status));
        return HART_OK;
}
