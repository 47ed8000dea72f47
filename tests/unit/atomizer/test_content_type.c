/* Content types by first bytes, by name, by being text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <hartonomous/atomizer.h>

#define BYTES(text) text, sizeof(text) - 1

static const struct {
        const char *head;
        size_t size;
        const char *name, *expected;
} rows[] = {
        {BYTES("\x89PNG\r\n\x1A\n...."), "x.txt", "image/png"},
        {BYTES("\xFF\xD8\xFF\xE0"), NULL, "image/jpeg"},
        {BYTES("GIF89a"), NULL, "image/gif"},
        {BYTES("%PDF-1.7"), NULL, "application/pdf"},
        {BYTES("PK\x03\x04 plain"), NULL, "application/zip"},
        {BYTES("PK\x03\x04 [Content_Types].xml word/document.xml"), NULL,
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {BYTES("PK\x03\x04 xl/workbook.xml"), NULL,
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {BYTES("PK\x03\x04 ppt/presentation.xml"), NULL,
         "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
        {BYTES("GGUF\3\0\0\0"), NULL, "application/x-gguf"},
        {BYTES("\x10\0\0\0\0\0\0\0{\"a\":{}}"), NULL, "application/x-safetensors"},
        {BYTES("\x10\0\0\0\0\0\0\x7F{\"a\":{}}"), NULL, "application/octet-stream"},
        {BYTES("fLaC"), NULL, "audio/flac"},
        {BYTES("RIFF\1\1\1\1WAVEfmt "), NULL, "audio/wav"},
        {BYTES("RIFF\1\1\1\1WEBPVP8 "), NULL, "text/plain"},
        {BYTES("<?xml version"), NULL, "application/xml"},
        {BYTES("\xEF\xBB\xBF<?xml version"), NULL, "application/xml"},
        {BYTES("{\"a\": 1}"), "package.json", "application/json"},
        {BYTES("<a/>"), "feed.XML", "application/xml"},
        {BYTES("a,b"), "t.csv", "text/csv"},
        {BYTES("<!doctype html>"), "index.html", "text/html"},
        {BYTES("int x;"), "x.c", "text/x-c"},
        {BYTES("\xFF\xFF\xFF\xFF"), NULL, "application/octet-stream"},
        {BYTES(""), NULL, "text/plain"},
        {BYTES(""), "a.md", "text/markdown"},
        {BYTES("Hello"), NULL, "text/plain"},
        {BYTES("Hello"), "README.MD", "text/markdown"},
        {BYTES("\xFF"), "notes.txt", "text/plain"},
        {BYTES("caf\xC3\xA9"), "x", "text/plain"},
        {BYTES("caf\xC3"), "x", "application/octet-stream"},
        {BYTES("NUL \0 byte"), "x", "application/octet-stream"},
        {BYTES("Hello"), ".md", "text/plain"},
};

static const char *type_of(const void *head, size_t size, const char *name)
{
        static char text[256];
        HART_CLEANUP(hart_buffer_done) hart_buffer type = {0};
        hart_content_type(head, size, NULL, name, &type);
        assert_true(type.size > 0 && type.size < sizeof text);
        memcpy(text, type.data, type.size + 1);
        return text;
}

static void test_rows(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                const char *found = type_of(rows[i].head, rows[i].size, rows[i].name);
                if (strcmp(found, rows[i].expected) != 0)
                        fail_msg("row %zu: %s instead of %s", i, found, rows[i].expected);
        }
}

/* The first 64 KiB decide, and a character cut at their end is no error. */
static void test_cut_head(void **unused)
{
        (void)unused;
        static unsigned char head[(64 << 10) + 1];
        memset(head, 'a', sizeof head);
        head[sizeof head - 2] = 0xC3;
        head[sizeof head - 1] = 0xFF;
        assert_string_equal(type_of(head, sizeof head - 1, NULL), "text/plain");
        assert_string_equal(type_of(head, sizeof head, NULL), "text/plain");
        assert_string_equal(type_of(head + 1, sizeof head - 2, NULL), "application/octet-stream");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_cut_head),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
