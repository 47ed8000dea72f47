/* Text on a terminal: how wide it is, and what must not get there. */
#include "table.h"

#include <string.h>
#include <wchar.h>

#include <hartonomous/utf8.h>

/* Columns a character takes on a terminal; in a locale that does not know it, one. */
static size_t width_of(uint32_t code_point)
{
        int width = wcwidth((wchar_t)code_point);
        return width < 0 ? 1 : (size_t)width;
}

static bool is_control(uint32_t code_point)
{
        /* Also the marks that change the direction of what follows. */
        return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) ||
               (code_point >= 0x202a && code_point <= 0x202e) || (code_point >= 0x2066 && code_point <= 0x2069);
}

size_t text_width(const char *text)
{
        size_t width = 0, size = strlen(text);
        for (size_t at = 0, length; at < size; at += length) {
                uint32_t code_point = 0;
                length = hart_utf8_length((const unsigned char *)text + at, size - at, &code_point);
                width += length ? width_of(code_point) : 1;
                length = length ? length : 1;
        }
        return width;
}

char *one_line(const char *text, size_t size, size_t limit)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer line = {0};
        size_t width = 0, kept = 0; /* kept: bytes that leave a column for the dots */
        hart_buffer_text(&line, "");
        for (size_t at = 0, length; at < size; at += length) {
                uint32_t code_point = 0;
                length = hart_utf8_length((const unsigned char *)text + at, size - at, &code_point);
                bool odd = length == 0 || is_control(code_point);
                width += odd ? 1 : width_of(code_point);
                if (limit && width > limit) {
                        line.size = kept;
                        hart_buffer_text(&line, "…");
                        break;
                }
                if (length == 0)
                        hart_buffer_text(&line, "?");
                else if (odd)
                        hart_buffer_byte(&line, ' ');
                else
                        hart_buffer_append(&line, text + at, length);
                if (limit && width < limit)
                        kept = line.size;
                length = length ? length : 1;
        }
        return hart_duplicate_n((const char *)line.data, line.size);
}

const char *human_size(int64_t bytes, char buffer[32])
{
        static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
        double value = (double)bytes;
        size_t unit = 0;
        for (; value >= 999.5 && unit + 1 < sizeof units / sizeof units[0]; unit++)
                value /= 1000;
        snprintf(buffer, 32, unit == 0 || value >= 99.95 ? "%.0f %s" : "%.1f %s", value, units[unit]);
        return buffer;
}
