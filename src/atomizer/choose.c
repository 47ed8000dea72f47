/* choose: which atomizer takes a document. */
#include <string.h>
#include <strings.h>

#include <hartonomous/atomizer.h>

#include "text/convert.h"

/* "text/plain" or, for a whole family, "text/" and a star; a star and "+json" for all that is written in JSON. */
static bool type_fits(const char *pattern, const char *type, size_t size)
{
        size_t length = strlen(pattern);
        if (length > 1 && pattern[0] == '*')
                return size > length - 1 && strncasecmp(pattern + 1, type + size - (length - 1), length - 1) == 0;
        if (length > 1 && pattern[length - 1] == '*')
                return size > length - 1 && strncasecmp(pattern, type, length - 1) == 0;
        return size == length && strncasecmp(pattern, type, size) == 0;
}

static const hart_atomizer *row_for(const char *content_type)
{
        size_t size = strcspn(content_type, "; \t");
        for (size_t i = 0; i < hart_atomizer_count; i++) {
                const char *const *pattern = hart_atomizers[i]->content_types;
                if (pattern == NULL)
                        return hart_atomizers[i];
                for (; *pattern != NULL; pattern++) {
                        if (type_fits(*pattern, content_type, size))
                                return hart_atomizers[i];
                }
        }
        return hart_atomizers[hart_atomizer_count - 1];
}

/* Bytes that text in an 8-bit charset does not have. Escape begins a change of charset in ISO 2022. */
static bool is_control(unsigned byte)
{
        return (byte < 0x20 && (byte < '\t' || byte > '\r') && byte != 0x1B) || byte == 0x7F;
}

/* A byte order mark of UTF-16 or UTF-32, and characters behind it. */
static bool is_wide_text(const unsigned char *head, size_t size)
{
        if (size < 4 || !((head[0] == 0xFF && head[1] == 0xFE) || (head[0] == 0xFE && head[1] == 0xFF) ||
                          memcmp(head, "\0\0\xFE\xFF", 4) == 0))
                return false;
        bool wide = memcmp(head, "\xFF\xFE\0\0", 4) == 0 || head[0] == 0;
        size_t step = wide ? 4 : 2;
        bool little = head[0] == 0xFF;
        for (size_t i = step; i + step <= size; i += step) {
                unsigned unit = head[little ? i : i + step - 1];
                for (size_t byte = 1; byte < step; byte++)
                        unit |= (unsigned)head[little ? i + byte : i + step - 1 - byte] << 8 * byte;
                if (is_control(unit) || unit > 0x10FFFF)
                        return false;
        }
        return true;
}

/* `sure`: somebody says that it is text. Else a tenth of it must be ASCII, and there must be some of it. */
static bool is_narrow_text(const unsigned char *head, size_t size, bool sure)
{
        size_t ascii = 0;
        for (size_t i = 0; i < size; i++) {
                if (is_control(head[i]))
                        return false;
                ascii += head[i] < 0x80 ? 1 : 0;
        }
        return sure || (size >= 32 && ascii >= size / 10);
}

const hart_atomizer *hart_atomizer_for(const char *content_type, const unsigned char *head, size_t size)
{
        const hart_atomizer *row = row_for(content_type), *charset = hart_atomizer_find("charset");
        bool any = row->content_types == NULL, text = strcmp(row->modality, "text") == 0;
        if (size > 65536)
                size = 65536;
        /* JSON, XML, programs: more types than can be listed are text. In ISO 2022, ASCII means something else. */
        if (hart_is_text(head, size) && (size == 0 || memmem(head, size, "\x1B$", 2) == NULL))
                return any ? row_for("text/plain") : row;
        if (charset != NULL && (any || text) && row->way != HART_EXTRACT &&
            (is_wide_text(head, size) || (is_narrow_text(head, size, text) && !convert_is_damaged_utf8(head, size))))
                return charset;
        return row;
}
