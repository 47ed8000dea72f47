/* iconv: POSIX's functions over ICU, whose tables are all in memory. gmime, and whatever else is linked to the program,
 * find these instead of libc's, which loads a file for each charset when it is first asked for. */
#include <errno.h>
#include <iconv.h>
#include <string.h>

#include <unicode/ucnv.h>
#include <unicode/udata.h>

#include "mail.h"

#define NAME_SIZE 64
/* The most bytes a character takes, with escape sequences. */
#define CHARACTER_SIZE 32

struct conversion {
        UConverter *from, *to;
};

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

/* One character to `bytes`; *size of them. */
static UErrorCode convert_one(const struct conversion *conversion, const char **source, const char *end, char *bytes,
                              size_t *size)
{
        UErrorCode status = U_ZERO_ERROR;
        UChar units[2];
        char *target = bytes;
        const UChar *unit = units;
        UChar32 code_point = ucnv_getNextUChar(conversion->from, source, end, &status);
        *size = 0;
        if (status == U_INDEX_OUTOFBOUNDS_ERROR) /* nothing but a change of the charset's state */
                return U_ZERO_ERROR;
        if (U_FAILURE(status))
                return status;
        int length = 0;
        U16_APPEND_UNSAFE(units, length, code_point);
        ucnv_fromUnicode(conversion->to, &target, bytes + CHARACTER_SIZE, &unit, units + length, NULL, false, &status);
        *size = (size_t)(target - bytes);
        return status;
}

static int error_of(UErrorCode status)
{
        return status == U_BUFFER_OVERFLOW_ERROR ? E2BIG : status == U_TRUNCATED_CHAR_FOUND ? EINVAL : EILSEQ;
}

/* Back to the charset's first state: what that takes is written. */
static UErrorCode finish(const struct conversion *conversion, char **out, size_t *out_left)
{
        UErrorCode status = U_ZERO_ERROR;
        if (out != NULL && *out != NULL) {
                const UChar none = 0, *unit = &none;
                char *target = *out;
                ucnv_fromUnicode(conversion->to, &target, target + *out_left, &unit, unit, NULL, true, &status);
                *out_left -= (size_t)(target - *out);
                *out = target;
        }
        ucnv_reset(conversion->from);
        ucnv_reset(conversion->to);
        return status;
}

/* Character by character: what is wrong, cut off, or finds no room is not taken, as POSIX has it. Who skips the byte
 * that was refused, as libarchive does, would count below zero if it were. */
size_t iconv(iconv_t handle, char **restrict in, size_t *restrict in_left, char **restrict out,
             size_t *restrict out_left)
{
        struct conversion *conversion = (struct conversion *)handle;
        UErrorCode status = U_ZERO_ERROR;
        if (in == NULL || *in == NULL) {
                status = finish(conversion, out, out_left);
        } else {
                while (*in_left > 0 && U_SUCCESS(status)) {
                        char bytes[CHARACTER_SIZE];
                        const char *source = *in;
                        size_t size = 0;
                        status = convert_one(conversion, &source, *in + *in_left, bytes, &size);
                        if (U_SUCCESS(status) && size > *out_left)
                                status = U_BUFFER_OVERFLOW_ERROR;
                        if (U_FAILURE(status))
                                break;
                        memcpy(*out, bytes, size);
                        *out += size;
                        *out_left -= size;
                        *in_left -= (size_t)(source - *in);
                        *in += source - *in;
                }
                if (U_FAILURE(status) && status != U_BUFFER_OVERFLOW_ERROR) {
                        ucnv_resetToUnicode(conversion->from);
                        ucnv_resetFromUnicode(conversion->to);
                }
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
