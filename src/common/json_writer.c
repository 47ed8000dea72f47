#include <hartonomous/json.h>

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <hartonomous/utf8.h>

#include "json_text.h"

#define DEEPEST 32

/* The two-character escapes of RFC 8259; 0 where there is none. */
static const char short_escapes[0x80] = {
        ['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
};

static void append_escape(hart_buffer *out, unsigned char byte)
{
        if (short_escapes[byte] != 0)
                hart_buffer_append(out, (const char[]){'\\', short_escapes[byte]}, 2);
        else
                hart_buffer_format(out, "\\u%04x", byte);
}

void json_text_append(hart_buffer *out, const char *text, size_t size)
{
        const unsigned char *at = (const unsigned char *)text;
        size_t plain = 0, i = 0; /* bytes [plain, i) wait to be copied as they are */

        hart_buffer_byte(out, '"');
        while (i < size) {
                size_t length = at[i] < 0x80 ? 1 : hart_utf8_length(at + i, size - i, NULL);
                if (length > 1 || (length == 1 && at[i] >= 0x20 && short_escapes[at[i]] == 0)) {
                        i += length;
                        continue;
                }
                hart_buffer_append(out, at + plain, i - plain);
                if (length == 0)
                        hart_buffer_text(out, "\xef\xbf\xbd");
                else
                        append_escape(out, at[i]);
                plain = ++i;
        }
        if (i > plain)
                hart_buffer_append(out, at + plain, i - plain);
        hart_buffer_byte(out, '"');
}

void json_number_append(hart_buffer *out, double value)
{
        const char *point = localeconv()->decimal_point;
        char text[40], *found;

        if (!isfinite(value)) {
                hart_buffer_text(out, "null");
                return;
        }
        for (int digits = 15; digits <= 17; digits++) {
                (void)snprintf(text, sizeof text, "%.*g", digits, value);
                if (strtod(text, NULL) == value)
                        break;
        }
        /* A real stays a real: "-0" and "1" would read back as integers. */
        if (text[strspn(text, "-0123456789")] == '\0')
                memcpy(text + strlen(text), ".0", 3);
        found = strcmp(point, ".") != 0 ? strstr(text, point) : NULL;
        if (found == NULL) {
                hart_buffer_text(out, text);
                return;
        }
        hart_buffer_append(out, text, (size_t)(found - text));
        hart_buffer_byte(out, '.');
        hart_buffer_text(out, found + strlen(point));
}

/* Nesting is the shape of our own code, not of input: going too deep or closing too much is a bug. */
static void need(bool holds, const char *what)
{
        if (holds)
                return;
        (void)fprintf(stderr, "JSON writer: %s\n", what);
        abort();
}

/* The comma before a value or a key. */
static void separate(hart_json_writer *writer)
{
        uint32_t bit = writer->depth > 0 ? UINT32_C(1) << (writer->depth - 1) : 0;

        if (writer->after_key) {
                writer->after_key = false;
                return;
        }
        if (writer->not_first & bit)
                hart_buffer_byte(writer->out, ',');
        writer->not_first |= bit;
}

static void begin(hart_json_writer *writer, unsigned char bracket)
{
        separate(writer);
        need(writer->depth < DEEPEST, "nested too deep");
        writer->not_first &= ~(UINT32_C(1) << writer->depth);
        writer->depth++;
        hart_buffer_byte(writer->out, bracket);
}

static void end(hart_json_writer *writer, unsigned char bracket)
{
        need(writer->depth > 0 && !writer->after_key, "closed what is not open, or a key without a value");
        writer->depth--;
        hart_buffer_byte(writer->out, bracket);
}

void hart_json_begin_object(hart_json_writer *writer)
{
        begin(writer, '{');
}

void hart_json_end_object(hart_json_writer *writer)
{
        end(writer, '}');
}

void hart_json_begin_array(hart_json_writer *writer)
{
        begin(writer, '[');
}

void hart_json_end_array(hart_json_writer *writer)
{
        end(writer, ']');
}

void hart_json_key(hart_json_writer *writer, const char *key)
{
        separate(writer);
        json_text_append(writer->out, key, strlen(key));
        hart_buffer_byte(writer->out, ':');
        writer->after_key = true;
}

void hart_json_put_text(hart_json_writer *writer, const char *text)
{
        if (text == NULL)
                hart_json_put_null(writer);
        else
                hart_json_put_text_n(writer, text, strlen(text));
}

void hart_json_put_text_n(hart_json_writer *writer, const char *text, size_t size)
{
        separate(writer);
        json_text_append(writer->out, text, size);
}

void hart_json_put_integer(hart_json_writer *writer, int64_t value)
{
        separate(writer);
        hart_buffer_format(writer->out, "%lld", (long long)value);
}

void hart_json_put_number(hart_json_writer *writer, double value)
{
        separate(writer);
        json_number_append(writer->out, value);
}

void hart_json_put_flag(hart_json_writer *writer, bool value)
{
        separate(writer);
        hart_buffer_text(writer->out, value ? "true" : "false");
}

void hart_json_put_null(hart_json_writer *writer)
{
        separate(writer);
        hart_buffer_text(writer->out, "null");
}

void hart_json_put_raw(hart_json_writer *writer, const char *json, size_t size)
{
        separate(writer);
        hart_buffer_append(writer->out, json, size);
}
