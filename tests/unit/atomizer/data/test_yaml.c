/* YAML as members, items, comments and nodes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../outline_rows.h"

static const struct outline_row rows[] = {
        {"nothing", "", "describe {\"documents\":0,\"members\":0}\n"},
        {"a comment alone", "# just this\n",
         "comment \"# just this\"\n"
         "describe {\"documents\":0,\"members\":0}\n"},
        {"members and items", "name: x\ntags:\n  - a\n  - b c\nempty:\nlast: 1\n",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    member \"name: x\"\n"
         "    [sequence \"tags\"]\n"
         "      item \"a\"\n"
         "      item \"b c\"\n"
         "    member \"empty:\"\n"
         "    member \"last: 1\"\n"
         "describe {\"documents\":1,\"members\":3}\n"},
        {"brackets", "{a: 1, b: [x, \"y\"], c: {}, d: []}\n",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    member \"a: 1\"\n"
         "    [sequence \"b\"]\n"
         "      item \"x\"\n"
         "      item \"\\\"y\\\"\"\n"
         "    [mapping \"c\"]\n"
         "    [sequence \"d\"]\n"
         "describe {\"documents\":1,\"members\":1}\n"},
        {"comments", "# of the file\n# two lines\na: 1 # of a\n# of b\nb:\n  # inside\n  c: \"#no\"\n",
         "comment \"# of the file\\n# two lines\"\n"
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    member \"a: 1\"\n"
         "    comment \"# of a\\n# of b\"\n"
         "    comment \"# inside\"\n"
         "    [mapping \"b\"]\n"
         "      member \"c: \\\"#no\\\"\"\n"
         "describe {\"documents\":1,\"members\":2}\n"},
        {"documents", "---\na: 1\n...\n---\n- x\n",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    member \"a: 1\"\n"
         "[document \"1\"]\n"
         "  [sequence]\n"
         "    item \"x\"\n"
         "describe {\"documents\":2,\"members\":1}\n"},
        {"text over lines", "a: |\n  one\n  two\n\nb: >-\n  three\n  four\nc: five\n  six\n",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    member \"a: |\\n  one\\n  two\"\n"
         "    member \"b: >-\\n  three\\n  four\"\n"
         "    member \"c: five\\n  six\"\n"
         "describe {\"documents\":1,\"members\":3}\n"},
        {"aliases", "base: &b\n  x: 1\nuse: *b\nlist: [*b, *b]\n<<: *b\n",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    [mapping \"base\" {\"anchor\":\"b\"}]\n"
         "      member \"x: 1\"\n"
         "    member \"use: *b\"\n"
         "    [sequence \"list\"]\n"
         "      item \"*b\"\n"
         "      item \"*b\"\n"
         "    member \"<<: *b\"\n"
         "describe {\"documents\":1,\"members\":3,\"aliases\":4}\n"},
        {"anchors and tags", "a: !!str &x 1\nb: *x\n",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    member \"a: !!str &x 1\"\n"
         "    member \"b: *x\"\n"
         "describe {\"documents\":1,\"members\":2,\"aliases\":1}\n"},
        {"wide characters",
         "\320\272\320\273\321\216\321\207: "
         "\320\267\320\275\320\260\321\207\320\265\320\275\320\270\320\265\n\346\227\245\346\234\254: [\350\252\236, "
         "\"\303\251\"]\n",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    member \"\320\272\320\273\321\216\321\207: "
         "\320\267\320\275\320\260\321\207\320\265\320\275\320\270\320\265\"\n"
         "    [sequence \"\346\227\245\346\234\254\"]\n"
         "      item \"\350\252\236\"\n"
         "      item \"\\\"\303\251\\\"\"\n"
         "describe {\"documents\":1,\"members\":1}\n"},
        {"a mark", "\357\273\277# c\na: 1\n",
         "comment \"# c\"\n"
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    member \"a: 1\"\n"
         "describe {\"documents\":1,\"members\":1}\n"},
        {"line ends", "a: 1\r\nb:\r\n- \303\251\r\n- x\r\n",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    member \"a: 1\"\n"
         "    [sequence \"b\"]\n"
         "      item \"\303\251\"\n"
         "      item \"x\"\n"
         "describe {\"documents\":1,\"members\":1}\n"},
        {"keys that are no text", "? [a, b]\n: c\n? {d: e}\n: [f]\n",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    [sequence]\n"
         "      item \"a\"\n"
         "      item \"b\"\n"
         "    member \"c\"\n"
         "    [mapping]\n"
         "      member \"d: e\"\n"
         "    [sequence]\n"
         "      item \"f\"\n"
         "describe {\"documents\":1,\"members\":2}\n"},
        {"a scalar", "hello",
         "[document \"0\"]\n"
         "  item \"hello\"\n"
         "describe {\"documents\":1,\"members\":0}\n"},
        {"a folded key", "\"a\\nb\": {\"c\": 1}\n",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    [mapping \"a\\nb\"]\n"
         "      member \"\\\"c\\\": 1\"\n"
         "describe {\"documents\":1,\"members\":1}\n"},
        {"sequences in a row", "- - a\n  - b\n- c: d\n  e: f\n",
         "[document \"0\"]\n"
         "  [sequence]\n"
         "    [sequence \"0\"]\n"
         "      item \"a\"\n"
         "      item \"b\"\n"
         "    [mapping \"1\"]\n"
         "      member \"c: d\"\n"
         "      member \"e: f\"\n"
         "describe {\"documents\":1,\"members\":2}\n"},
        {"tabs", "a:\n\tb: 1\n",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    problem \"line 2, column 1: found character that cannot start any token\"\n"
         "    raw \"a:\\n\\x09b: 1\\n\"\n"
         "describe {\"documents\":1,\"members\":0}\n"},
        {"ends in the middle", "a: 1\nb: [1, \"x",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    member \"a: 1\"\n"
         "    [sequence \"b\"]\n"
         "      item \"1\"\n"
         "      problem \"line 2, column 10: found unexpected end of stream\"\n"
         "      raw \", \\\"x\"\n"
         "describe {\"documents\":1,\"members\":1}\n"},
        {"not closed", "a: {b: 1\nc: 2\n",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    [mapping \"a\"]\n"
         "      member \"b: 1\\nc\"\n"
         "      problem \"line 2, column 2: did not find expected ',' or '}'\"\n"
         "      raw \": 2\\n\"\n"
         "describe {\"documents\":1,\"members\":1}\n"},
        {"not UTF-8", "a: 1\nb: \377\n",
         "problem \"line 2, column 4: invalid leading UTF-8 octet\"\n"
         "raw \"a: 1\\nb: \\xFF\\n\"\n"
         "describe {\"documents\":0,\"members\":0}\n"},
        {"no such alias", "a: *x\n",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    member \"a: *x\"\n"
         "describe {\"documents\":1,\"members\":1,\"aliases\":1}\n"},
        {"a control character", "a: \001b\n",
         "problem \"line 1, column 4: control characters are not allowed\"\n"
         "raw \"a: \\x01b\\n\"\n"
         "describe {\"documents\":0,\"members\":0}\n"},
        {"a directive", "%YAML 1.1\n---\na: 1\n",
         "[document \"0\"]\n"
         "  [mapping]\n"
         "    member \"a: 1\"\n"
         "describe {\"documents\":1,\"members\":1}\n"},
};

static void test_rows(void **unused)
{
        (void)unused;
        check_outlines("yaml", rows, sizeof rows / sizeof *rows);
}

static void run_of(struct record *record, size_t count, const char *text, const char *behind)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer input = {0};
        for (size_t i = 0; i < count; i++)
                hart_buffer_text(&input, text);
        hart_buffer_text(&input, behind);
        record_run(record, "yaml", input.data, input.size, NULL, NULL, NULL);
}

/* What would take libyaml minutes ends at once. */
static void test_hostile(void **unused)
{
        (void)unused;
        static const struct {
                const char *text, *problem;
        } hostile[] = {
                {"[", "nested too deep"},         {"{a: ", "nested too deep"}, {"- ", "nested too deep"},
                {"? ", "nested too deep"},        {"[a, ", "nested too deep"}, {"%TAG !a! x\n", "tag directives"},
                {"&a ", "did not find expected"},
        };
        for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
                struct record record;
                run_of(&record, 100000, hostile[i].text, "x");
                assert_non_null(strstr((const char *)record.outline.data, hostile[i].problem));
                record_done(&record);
        }
}

/* Ten names for the name before: a name is a name. */
static void test_many_aliases(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_buffer_done) hart_buffer input = {0};
        struct record record;
        hart_buffer_text(&input, "a0: &a0 [x]\n");
        for (int i = 1; i < 100; i++)
                hart_buffer_format(&input, "a%d: &a%d [*a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1);
        record_run(&record, "yaml", input.data, input.size, NULL, NULL, NULL);
        assert_int_equal(record.components, 1 + 99 * 3);
        assert_int_equal(record.problems, 0);
        record_done(&record);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_hostile),
                cmocka_unit_test(test_many_aliases),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
