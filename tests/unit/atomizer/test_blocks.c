/* Markdown as blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "document.h"

static const struct {
        const char *name, *input, *expected;
} rows[] = {
        {"nothing", "", ""},
        {"heading", "# Title\nText.", "heading|# Title|\nsentence|Text.|\n"},
        {"no heading", "#hash\n####### seven", "sentence|#hash\n####### seven|\n"},
        {"underlined", "Title\n=====\n\nSub\n---\nText", "heading|Title\n=====|\nheading|Sub\n---|\nsentence|Text|\n"},
        {"sentences", "One. Two\nlines.\n\nThree.", "sentence|One.|\nsentence|Two\nlines.|\nsentence|Three.|\n"},
        {"code", "Text\n```c\nint x;\n\n# no heading\n```\nMore",
         "sentence|Text|\ncode|```c\nint x;\n\n# no heading\n```|\nsentence|More|\n"},
        {"code with tildes", "~~~\n```\n~~~~\nx", "code|~~~\n```\n~~~~|\nsentence|x|\n"},
        {"open code", "```\nall of it\n\nto the end", "code|```\nall of it\n\nto the end|\n"},
        {"inline code", "```x``` is code", "sentence|```x``` is code|\n"},
        {"lists", "- one\n- two\n  more\n* three\n1. four\n2) five",
         "list-item|- one|\nlist-item|- two\n  more|\nlist-item|* three|\nlist-item|1. four|\nlist-item|2) five|\n"},
        {"nested list", "- a\n    - b\n", "list-item|- a|\nlist-item|- b|\n"},
        {"list behind text", "Buy:\n- milk", "sentence|Buy:|\nlist-item|- milk|\n"},
        {"table", "| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd",
         "table-row|| a | b ||\ntable-row||---|---||\ntable-row|| 1 | 2 ||\nsentence|End|\n"},
        {"quote", "> He said.\n> Twice.\nText", "quote|> He said.\n> Twice.\nText|\n"},
        {"rules", "***\n\n- - -\n\n___", "rule|***|\nrule|- - -|\nrule|___|\n"},
        {"CRLF", "# T\r\n\r\nText.\r\n", "heading|# T|\nsentence|Text.|\n"},
        {"mark", "\xEF\xBB\xBF# T\n", "lead|\xEF\xBB\xBF|\nheading|# T|\n"},
};

static void test_rows(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                hart_buffer out = {0};
                document_list("markdown", rows[i].input, strlen(rows[i].input), &out);
                const char *found = out.data != NULL ? (const char *)out.data : "";
                if (strcmp(found, rows[i].expected) != 0)
                        fail_msg("%s:\n%s--- instead of\n%s", rows[i].name, found, rows[i].expected);
                hart_buffer_done(&out);
        }
}

/* A line that opens code again and again must not make it look to the end again and again. */
static void test_code_without_end(void **unused)
{
        (void)unused;
        hart_buffer input = {0};
        while (input.size < 3 * HART_WINDOW_MAX / 4)
                hart_buffer_text(&input, "```x\n");
        struct document document;
        document_run_whole(&document, hart_atomizer_find("markdown"), input.data, input.size);
        assert_int_equal(document.bad, 0);
        assert_int_equal(document.bytes.size, input.size);
        document_done(&document);
        hart_buffer_done(&input);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_code_without_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
