/* The tree of a Markdown document: sections, lists, tables, links. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "document.h"
#include "outline_rows.h"

static const struct outline_row rows[] = {
        {"nothing", "", ""},
        {"white space", " \n\n", "space \" \\n\\n\"\n"},
        {"a paragraph", "One. Two.\n", "sentence \"One.\"\nsentence \"Two.\"\n"},
        {"sections in sections", "# A\n\nText.\n\n## B ##\n\n### C\n\nMore.\n\n## D\n\n# E\n",
         "[section \"A\" {\"level\":1}]\n"
         "  heading \"# A\"\n"
         "  sentence \"Text.\"\n"
         "  [section \"B\" {\"level\":2}]\n"
         "    heading \"## B ##\"\n"
         "    [section \"C\" {\"level\":3}]\n"
         "      heading \"### C\"\n"
         "      sentence \"More.\"\n"
         "  [section \"D\" {\"level\":2}]\n"
         "    heading \"## D\"\n"
         "[section \"E\" {\"level\":1}]\n"
         "  heading \"# E\"\n"},
        {"underlined headings", "Title\n=====\n\nPart\n----\nText.\n",
         "[section \"Title\" {\"level\":1}]\n"
         "  heading \"Title\\n=====\"\n"
         "  [section \"Part\" {\"level\":2}]\n"
         "    heading \"Part\\n----\"\n"
         "    sentence \"Text.\"\n"},
        {"a level is passed over", "### Deep\n\n# Top\n",
         "[section \"Deep\" {\"level\":3}]\n"
         "  heading \"### Deep\"\n"
         "[section \"Top\" {\"level\":1}]\n"
         "  heading \"# Top\"\n"},
        {"lists and tables", "- a\n- b\n\nText.\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n1. c\n",
         "[list]\n"
         "  list-item \"- a\"\n"
         "  list-item \"- b\"\n"
         "sentence \"Text.\"\n"
         "[table]\n"
         "  table-row \"| x | y |\"\n"
         "  table-row \"|---|---|\"\n"
         "  table-row \"| 1 | 2 |\"\n"
         "[list]\n"
         "  list-item \"1. c\"\n"},
        {"a list ends with its section", "- a\n# H\n- b\n",
         "[list]\n"
         "  list-item \"- a\"\n"
         "[section \"H\" {\"level\":1}]\n"
         "  heading \"# H\"\n"
         "  [list]\n"
         "    list-item \"- b\"\n"},
        {"links", "See [a](https://example.org/a \"A\") and [b](<b c.md>).\n\n```\n[no](link)\n```\n",
         "sentence \"See [a](https://example.org/a \\\"A\\\") and [b](<b c.md>).\"\n"
         "code \"```\\n[no](link)\\n```\"\n"
         "describe {\"links\":[\"https://example.org/a\",\"b\"]}\n"},
        {"a byte order mark", "\xEF\xBB\xBF# A\n", "[section \"A\" {\"level\":1}]\n  heading \"# A\"\n"},
        {"an empty heading", "#\n\nText.\n", "[section \"\" {\"level\":1}]\n  heading \"#\"\n  sentence \"Text.\"\n"},
        {"an unfinished link", "[a](", "sentence \"[a](\"\n"},
};

static void test_rows(void **unused)
{
        (void)unused;
        check_outlines("markdown", rows, sizeof rows / sizeof *rows);
}

/* Slices and gaps of the tree are the scanner's components and separators, also over several windows. */
static void test_slices_are_the_scanners(void **unused)
{
        (void)unused;
        hart_buffer input = {0};
        struct record record;
        struct document scanned;
        for (unsigned i = 0; i < 7000; i++)
                hart_buffer_format(&input, "## Part %u\n\n  Sentence %u. Another one.\n\n- item\n\n%*s\n", i, i,
                                   (int)(i % 4000), "x");
        assert_true(input.size > 3 * HART_WINDOW_MAX);
        record_run(&record, "markdown", input.data, input.size, NULL, NULL, NULL);
        document_run_whole(&scanned, hart_atomizer_find("markdown"), input.data, input.size);
        assert_int_equal(record.components, scanned.components);
        assert_int_equal(scanned.bad, 0);
        record_done(&record);
        document_done(&scanned);
        hart_buffer_done(&input);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_slices_are_the_scanners),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
