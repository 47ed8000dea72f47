#include <hartonomous/error.h>

#include <stdio.h>
#include <string.h>

#include <hartonomous/utf8.h>

/* Messages carry texts of servers and of input; a log line and a terminal must survive them. */
static void copy_clean(char *out, size_t room, const char *text)
{
        const unsigned char *at = (const unsigned char *)text;
        size_t left = strlen(text), size = 0;

        while (left > 0) {
                uint32_t code_point = 0;
                size_t length = hart_utf8_length(at, left, &code_point);
                size_t step = length > 0 ? length : 1;
                if (size + step >= room)
                        break;
                if (length == 0)
                        out[size++] = '?';
                else if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0))
                        out[size++] = ' ';
                else {
                        memcpy(out + size, at, length);
                        size += length;
                }
                at += step;
                left -= step;
        }
        while (size > 0 && out[size - 1] == ' ')
                size--;
        out[size] = '\0';
}

/* The text is made aside first, since an argument may be a part of *err. */
static hart_code fill(hart_error *err, hart_code code, const char *tail, const char *format, va_list arguments)
        __attribute__((format(printf, 4, 0)));
static hart_code fill(hart_error *err, hart_code code, const char *tail, const char *format, va_list arguments)
{
        char text[2 * HART_ERROR_TEXT_MAX];

        if (err == NULL)
                return code;
        if (vsnprintf(text, sizeof text - HART_ERROR_TEXT_MAX, format, arguments) < 0)
                text[0] = '\0';
        if (tail != NULL) {
                size_t size = strlen(text);
                (void)snprintf(text + size, sizeof text - size, ": %s", tail);
        }
        err->code = code;
        copy_clean(err->text, sizeof err->text, text);
        return code;
}

static void forget_foreign(hart_error *err)
{
        if (err == NULL)
                return;
        err->foreign[0] = '\0';
        err->retry_after = 0;
}

hart_code hart_fail(hart_error *err, hart_code code, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        fill(err, code, NULL, format, arguments);
        va_end(arguments);
        forget_foreign(err);
        return code;
}

hart_code hart_fail_errno(hart_error *err, hart_code code, int errnum, const char *format, ...)
{
        const char *reason = strerrordesc_np(errnum);
        va_list arguments;

        va_start(arguments, format);
        fill(err, code, reason != NULL ? reason : "unknown error", format, arguments);
        va_end(arguments);
        forget_foreign(err);
        return code;
}

hart_code hart_error_context(hart_error *err, const char *format, ...)
{
        char text[HART_ERROR_TEXT_MAX];
        va_list arguments;

        if (err == NULL)
                return HART_FAILED;
        memcpy(text, err->text, sizeof text);
        va_start(arguments, format);
        fill(err, err->code, text, format, arguments);
        va_end(arguments);
        return err->code;
}

hart_code hart_error_foreign(hart_error *err, const char *foreign)
{
        if (err == NULL)
                return HART_FAILED;
        copy_clean(err->foreign, sizeof err->foreign, foreign != NULL ? foreign : "");
        return err->code;
}

hart_code hart_error_retry_after(hart_error *err, uint64_t microseconds)
{
        if (err == NULL)
                return HART_FAILED;
        err->retry_after = microseconds;
        return err->code;
}

const char *hart_code_name(hart_code code)
{
        static const struct {
                hart_code code;
                const char *name;
        } names[] = {
                {HART_OK, "ok"},       {HART_EMPTY, "empty"},   {HART_RETRY, "retry"},   {HART_POISON, "poison"},
                {HART_FATAL, "fatal"}, {HART_FAILED, "failed"}, {HART_CONFIG, "config"}, {HART_STOPPED, "stopped"},
        };

        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
                if (names[i].code == code)
                        return names[i].name;
        return "unknown";
}
