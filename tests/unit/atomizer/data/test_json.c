/* JSON as members, items and nodes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../outline_rows.h"

static const struct outline_row rows[] = {
        {"nothing", "", "describe {\"members\":0,\"depth\":0}\n"},
        {"blanks", " \n",
         "describe {\"members\":0,\"depth\":0}\n"
         "raw \" \\n\"\n"},
        {"members, items, nodes", "{\"name\": \"x\", \"tags\": [\"a\", \"b\"], \"none\": [], \"also\": { }}\n",
         "[object]\n"
         "  member \"\\\"name\\\": \\\"x\\\"\"\n"
         "  [array \"tags\"]\n"
         "    item \"\\\"a\\\"\"\n"
         "    item \"\\\"b\\\"\"\n"
         "  member \"\\\"none\\\": []\"\n"
         "  member \"\\\"also\\\": { }\"\n"
         "describe {\"members\":3,\"depth\":2}\n"},
        {"a few numbers stay with their name", "{\"point\": [1.5, -2e3], \"n\": 1}",
         "[object]\n"
         "  member \"\\\"point\\\": [1.5, -2e3]\"\n"
         "  member \"\\\"n\\\": 1\"\n"
         "describe {\"members\":2,\"depth\":1}\n"},
        {"neighbouring numbers", "[1, 2, [3, 4], true, \"x\", 5, null]",
         "[array]\n"
         "  items \"1, 2, [3, 4], true\"\n"
         "  item \"\\\"x\\\"\"\n"
         "  items \"5, null\"\n"
         "describe {\"members\":0,\"depth\":1}\n"},
        {"numbers between objects", "[[1,2],{\"a\":0},[3]]",
         "[array]\n"
         "  items \"[1,2]\"\n"
         "  [object \"1\"]\n"
         "    member \"\\\"a\\\":0\"\n"
         "  items \"[3]\"\n"
         "describe {\"members\":1,\"depth\":2}\n"},
        {"a label with escapes", "{\"a\\u00e9\\n\": {\"b\": \"\\\"\"}}",
         "[object]\n"
         "  [object \"a\303\251\\n\"]\n"
         "    member \"\\\"b\\\": \\\"\\\\\\\"\\\"\"\n"
         "describe {\"members\":1,\"depth\":2}\n"},
        {"a mark", "\357\273\277{\"a\":1}",
         "[object]\n"
         "  member \"\\\"a\\\":1\"\n"
         "describe {\"members\":1,\"depth\":1}\n"},
        {"a scalar", "\"x\"",
         "item \"\\\"x\\\"\"\n"
         "describe {\"members\":0,\"depth\":0}\n"},
        {"a number", " -0.5e+7 ",
         "item \"-0.5e+7\"\n"
         "describe {\"members\":0,\"depth\":0}\n"},
        {"lines", "{\"a\":1}\n{\"a\":2}\n[3,\"x\"]\n",
         "[object]\n"
         "  member \"\\\"a\\\":1\"\n"
         "[object]\n"
         "  member \"\\\"a\\\":2\"\n"
         "[array]\n"
         "  item \"3\"\n"
         "  item \"\\\"x\\\"\"\n"
         "describe {\"values\":3,\"members\":2,\"depth\":1}\n"},
        {"a broken line", "{\"a\":1}\n{\"a\":}\n{\"a\":3}\n",
         "[object]\n"
         "  member \"\\\"a\\\":1\"\n"
         "[object]\n"
         "  problem \"line 2, column 6: a value is expected\"\n"
         "  raw \"\\\"a\\\":}\"\n"
         "[object]\n"
         "  member \"\\\"a\\\":3\"\n"
         "describe {\"values\":2,\"members\":2,\"depth\":1}\n"},
        {"two values in a line", "{\"a\":1} {\"a\":2}",
         "[object]\n"
         "  member \"\\\"a\\\":1\"\n"
         "problem \"line 1, column 9: something stands behind the value\"\n"
         "raw \"{\\\"a\\\":2}\"\n"
         "describe {\"members\":1,\"depth\":1}\n"},
        {"trailing garbage", "[1] x",
         "items \"[1]\"\n"
         "problem \"line 1, column 5: something stands behind the value\"\n"
         "raw \"x\"\n"
         "describe {\"members\":0,\"depth\":0}\n"},
        {"NaN", "[NaN, 1]",
         "[array]\n"
         "  items \"NaN, 1\"\n"
         "problem \"NaN or Infinity in it, which JSON does not have\"\n"
         "describe {\"members\":0,\"depth\":1}\n"},
        {"ends in the middle", "{\"a\": [1, 2, {\"b\": \"c\"",
         "[object]\n"
         "  [array \"a\"]\n"
         "    items \"1, 2\"\n"
         "    [object \"2\"]\n"
         "      member \"\\\"b\\\": \\\"c\\\"\"\n"
         "      problem \"line 1, column 23: it ends in the middle\"\n"
         "describe {\"members\":1,\"depth\":3}\n"},
        {"no end of a string", "{\"a\": \"b}",
         "[object]\n"
         "  problem \"line 1, column 7: a string without an end\"\n"
         "  raw \"\\\"a\\\": \\\"b}\"\n"
         "describe {\"members\":0,\"depth\":1}\n"},
        {"line end in a string", "{\"a\": \"b\nc\", \"d\": 1}",
         "[object]\n"
         "  problem \"line 1, column 9: a control character or line end in a string\"\n"
         "  raw \"\\\"a\\\": \\\"b\\nc\\\", \\\"d\\\": 1}\"\n"
         "describe {\"members\":0,\"depth\":1}\n"},
        {"comma before the end", "[1, 2,]",
         "[array]\n"
         "  items \"1, 2\"\n"
         "  problem \"line 1, column 7: a value is expected\"\n"
         "  raw \"]\"\n"
         "describe {\"members\":0,\"depth\":1}\n"},
        {"no comma", "[1 2 \"x\"]",
         "[array]\n"
         "  item \"1\"\n"
         "  problem \"line 1, column 4: a comma or ] is expected\"\n"
         "  raw \"2 \\\"x\\\"]\"\n"
         "describe {\"members\":0,\"depth\":1}\n"},
        {"no colon", "{\"a\" 1}",
         "[object]\n"
         "  problem \"line 1, column 6: a colon is expected\"\n"
         "  raw \"\\\"a\\\" 1}\"\n"
         "describe {\"members\":0,\"depth\":1}\n"},
        {"a name without quotes", "{a: 1}",
         "[object]\n"
         "  problem \"line 1, column 2: a member's name is expected\"\n"
         "  raw \"a: 1}\"\n"
         "describe {\"members\":0,\"depth\":1}\n"},
        {"a leading zero", "[\"x\", 01]",
         "[array]\n"
         "  item \"\\\"x\\\"\"\n"
         "  problem \"line 1, column 7: a number with a leading zero\"\n"
         "  raw \"01]\"\n"
         "describe {\"members\":0,\"depth\":1}\n"},
        {"no digits", "[\"x\", 1.]",
         "[array]\n"
         "  item \"\\\"x\\\"\"\n"
         "  problem \"line 1, column 8: a number without digits behind its point\"\n"
         "  raw \"1.]\"\n"
         "describe {\"members\":0,\"depth\":1}\n"},
        {"no exponent", "[\"x\", 1e]",
         "[array]\n"
         "  item \"\\\"x\\\"\"\n"
         "  problem \"line 1, column 8: a number without digits in its exponent\"\n"
         "  raw \"1e]\"\n"
         "describe {\"members\":0,\"depth\":1}\n"},
        {"a bad escape", "[\"\\x\"]",
         "[array]\n"
         "  problem \"line 1, column 3: an escape that JSON does not have\"\n"
         "  raw \"\\\"\\\\x\\\"]\"\n"
         "describe {\"members\":0,\"depth\":1}\n"},
        {"a bad \\u", "[\"\\u12g4\"]",
         "[array]\n"
         "  problem \"line 1, column 3: \\u without four hexadecimal digits\"\n"
         "  raw \"\\\"\\\\u12g4\\\"]\"\n"
         "describe {\"members\":0,\"depth\":1}\n"},
        {"wrong bracket", "{\"a\": 1]",
         "[object]\n"
         "  member \"\\\"a\\\": 1\"\n"
         "  problem \"line 1, column 8: a comma or } is expected\"\n"
         "  raw \"]\"\n"
         "describe {\"members\":1,\"depth\":1}\n"},
        {"the same name twice", "{\"a\": 1, \"a\": 2}",
         "[object]\n"
         "  member \"\\\"a\\\": 1\"\n"
         "  member \"\\\"a\\\": 2\"\n"
         "describe {\"members\":2,\"depth\":1}\n"},
        {"not UTF-8", "{\"a\": \"\377\"}",
         "problem \"byte 8 is not UTF-8, which JSON must be\"\n"
         "[object]\n"
         "  member \"\\\"a\\\": \\\"\\xFF\\\"\"\n"
         "describe {\"members\":1,\"depth\":1}\n"},
        {"no JSON at all", "hello world",
         "problem \"line 1, column 1: a value is expected\"\n"
         "raw \"hello world\"\n"
         "describe {\"members\":0,\"depth\":0}\n"},
};

static void test_rows(void **unused)
{
        (void)unused;
        check_outlines("json", rows, sizeof rows / sizeof *rows);
}

static void repeat(hart_buffer *out, size_t count, const char *text)
{
        for (size_t i = 0; i < count; i++)
                hart_buffer_text(out, text);
}

/* So that what is written down stays short. */
static const hart_limits shallow = {.depth = 50, .children = 1, .expanded = 1, .ratio = 1, .pixels = 1};

static void run_of(struct record *record, const char *before, size_t count, const char *text)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer input = {0};
        hart_buffer_text(&input, before);
        repeat(&input, count, text);
        record_run(record, "json", input.data, input.size, NULL, NULL, &shallow);
}

/* Nodes end at the limit, reading goes on; what is nested without end is told. */
static void test_deep(void **unused)
{
        (void)unused;
        static const char *const openings[] = {"[", "{\"a\":", "[1,[2,"};
        for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
                struct record record;
                run_of(&record, "", 100000, openings[i]);
                assert_int_equal(record.nodes, shallow.depth);
                assert_int_equal(record.problems, 2);
                record_done(&record);
        }
}

static void test_deeper_than_it_reads(void **unused)
{
        (void)unused;
        struct record record;
        run_of(&record, "", 2000000, "[");
        assert_int_equal(record.problems, 2);
        record_done(&record);
}

/* A million numbers are some hundred components. */
static void test_matrix(void **unused)
{
        (void)unused;
        struct record record;
        run_of(&record, "[0", 1000000, ", 1");
        assert_in_range(record.components, 700, 800);
        record_done(&record);
}

/* Each broken line is told with its place until there are enough; the lines behind them are read. */
static void test_broken_lines(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_buffer_done) hart_buffer input = {0};
        struct record record;
        repeat(&input, 10000, "{]\n");
        hart_buffer_text(&input, "{\"a\": \"b\"}\n");
        record_run(&record, "json", input.data, input.size, NULL, "application/x-ndjson", NULL);
        assert_int_equal(record.problems, 8);
        assert_int_equal(record.nodes, 10001);
        assert_non_null(strstr((const char *)record.outline.data, "line 8, column 2: a member's name is expected"));
        assert_non_null(strstr((const char *)record.outline.data, "member \"\\\"a\\\": \\\"b\\\"\""));
        record_done(&record);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_deep),
                cmocka_unit_test(test_deeper_than_it_reads),
                cmocka_unit_test(test_matrix),
                cmocka_unit_test(test_broken_lines),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
