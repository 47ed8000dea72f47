/* Delimited text as rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../outline_rows.h"

static const struct outline_row rows[] = {
        {"nothing", "", ""},
        {"line ends", "\r\n\n", "raw \"\\x0D\\n\\n\"\n"},
        {"header and rows", "id,name\r\n1,Ann\r\n2,Bob\r\n",
         "[table {\"columns\":[\"id\",\"name\"],\"delimiter\":\",\"}]\n"
         "  header \"id,name\"\n"
         "  row \"1,Ann\"\n"
         "  row \"2,Bob\"\n"
         "describe {\"rows\":2,\"columns\":2,\"delimiter\":\",\"}\n"},
        {"no header", "1,2\n3,4\n",
         "[table {\"delimiter\":\",\"}]\n"
         "  row \"1,2\"\n"
         "  row \"3,4\"\n"
         "describe {\"rows\":2,\"columns\":2,\"delimiter\":\",\"}\n"},
        {"one column", "name\nAnn\nBob",
         "[table {\"columns\":[\"name\"],\"delimiter\":\",\"}]\n"
         "  header \"name\"\n"
         "  row \"Ann\"\n"
         "  row \"Bob\"\n"
         "describe {\"rows\":2,\"columns\":1,\"delimiter\":\",\"}\n"},
        {"semicolons", "a;b\n\"x;y\";1,5\n",
         "[table {\"columns\":[\"a\",\"b\"],\"delimiter\":\";\"}]\n"
         "  header \"a;b\"\n"
         "  row \"\\\"x;y\\\";1,5\"\n"
         "describe {\"rows\":1,\"columns\":2,\"delimiter\":\";\"}\n"},
        {"tabs", "a\tb\n1\t\n",
         "[table {\"columns\":[\"a\",\"b\"],\"delimiter\":\"\\t\"}]\n"
         "  header \"a\\x09b\"\n"
         "  row \"1\\x09\"\n"
         "describe {\"rows\":1,\"columns\":2,\"delimiter\":\"\\t\"}\n"},
        {"pipes", "a|b|c\n1|2|3",
         "[table {\"columns\":[\"a\",\"b\",\"c\"],\"delimiter\":\"|\"}]\n"
         "  header \"a|b|c\"\n"
         "  row \"1|2|3\"\n"
         "describe {\"rows\":1,\"columns\":3,\"delimiter\":\"|\"}\n"},
        {"quotes over lines", "a,b\n\"one\ntwo\",\"say \"\"hi\"\"\"\nx,y\n",
         "[table {\"columns\":[\"a\",\"b\"],\"delimiter\":\",\"}]\n"
         "  header \"a,b\"\n"
         "  row \"\\\"one\\ntwo\\\",\\\"say \\\"\\\"hi\\\"\\\"\\\"\"\n"
         "  row \"x,y\"\n"
         "describe {\"rows\":2,\"columns\":2,\"delimiter\":\",\"}\n"},
        {"a quoted name", "\"the \"\"id\"\"\",b\n1,2",
         "[table {\"columns\":[\"the \\\"id\\\"\",\"b\"],\"delimiter\":\",\"}]\n"
         "  header \"\\\"the \\\"\\\"id\\\"\\\"\\\",b\"\n"
         "  row \"1,2\"\n"
         "describe {\"rows\":1,\"columns\":2,\"delimiter\":\",\"}\n"},
        {"a mark", "\357\273\277a,b\n1,2\n",
         "[table {\"columns\":[\"a\",\"b\"],\"delimiter\":\",\"}]\n"
         "  header \"a,b\"\n"
         "  row \"1,2\"\n"
         "describe {\"rows\":1,\"columns\":2,\"delimiter\":\",\"}\n"},
        {"carriage returns", "a,b\r1,2\r",
         "[table {\"columns\":[\"a\",\"b\"],\"delimiter\":\",\"}]\n"
         "  header \"a,b\"\n"
         "  row \"1,2\"\n"
         "describe {\"rows\":1,\"columns\":2,\"delimiter\":\",\"}\n"},
        {"empty lines", "a,b\n\n1,2\n\n\n3,4",
         "[table {\"columns\":[\"a\",\"b\"],\"delimiter\":\",\"}]\n"
         "  header \"a,b\"\n"
         "  row \"1,2\"\n"
         "  row \"3,4\"\n"
         "describe {\"rows\":2,\"columns\":2,\"delimiter\":\",\"}\n"},
        {"uneven", "a,b\n1\n1,2,3\n",
         "[table {\"columns\":[\"a\",\"b\"],\"delimiter\":\",\"}]\n"
         "  header \"a,b\"\n"
         "  problem \"line 2, column 1: a row of 1 instead of 2 fields\"\n"
         "  row \"1\"\n"
         "  row \"1,2,3\"\n"
         "describe {\"rows\":2,\"columns\":2,\"uneven_rows\":2,\"delimiter\":\",\"}\n"},
        {"a quote without end", "a,b\n\"x,y\n1,2\n",
         "[table {\"columns\":[\"a\",\"b\"],\"delimiter\":\",\"}]\n"
         "  header \"a,b\"\n"
         "  problem \"line 2, column 1: a quote without an end\"\n"
         "  row \"\\\"x,y\"\n"
         "  row \"1,2\"\n"
         "describe {\"rows\":2,\"columns\":2,\"delimiter\":\",\"}\n"},
        {"text behind a quote", "a,b\n\"x\"y,z\n",
         "[table {\"columns\":[\"a\",\"b\"],\"delimiter\":\",\"}]\n"
         "  header \"a,b\"\n"
         "  row \"\\\"x\\\"y,z\"\n"
         "describe {\"rows\":1,\"columns\":2,\"delimiter\":\",\"}\n"},
        {"a quote inside", "a,b\n5\" pipe,2\n",
         "[table {\"columns\":[\"a\",\"b\"],\"delimiter\":\",\"}]\n"
         "  header \"a,b\"\n"
         "  row \"5\\\" pipe,2\"\n"
         "describe {\"rows\":1,\"columns\":2,\"delimiter\":\",\"}\n"},
        {"broken bytes", "a,b\n\377,\376\n",
         "[table {\"columns\":[\"a\",\"b\"],\"delimiter\":\",\"}]\n"
         "  header \"a,b\"\n"
         "  row \"\\xFF,\\xFE\"\n"
         "describe {\"rows\":1,\"columns\":2,\"delimiter\":\",\"}\n"},
        {"empty fields", "a,b,c\n,,\n,,1\n",
         "[table {\"columns\":[\"a\",\"b\",\"c\"],\"delimiter\":\",\"}]\n"
         "  header \"a,b,c\"\n"
         "  row \",,\"\n"
         "  row \",,1\"\n"
         "describe {\"rows\":2,\"columns\":3,\"delimiter\":\",\"}\n"},
};

static void test_rows(void **unused)
{
        (void)unused;
        check_outlines("csv", rows, sizeof rows / sizeof *rows);
}

/* The type says that tabs divide, whatever the text looks like. */
static void test_tabs_by_type(void **unused)
{
        (void)unused;
        static const char text[] = "a;b;c\td\n1;2;3\t4\n";
        struct record record;
        record_run(&record, "csv", text, strlen(text), NULL, "text/tab-separated-values", NULL);
        assert_non_null(strstr((const char *)record.outline.data, "\"columns\":[\"a;b;c\",\"d\"]"));
        record_done(&record);
}

/* A quote that nobody closes does not swallow the table. */
static void test_quote_without_end(void **unused)
{
        (void)unused;
        HART_CLEANUP(hart_buffer_done) hart_buffer input = {0};
        struct record record;
        hart_buffer_text(&input, "a,b\n\"x,y\n");
        for (int i = 0; i < 300000; i++)
                hart_buffer_text(&input, "10,20\n");
        record_run(&record, "csv", input.data, input.size, NULL, NULL, NULL);
        assert_int_equal(record.components, 300002);
        assert_int_equal(record.problems, 1);
        record_done(&record);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_tabs_by_type),
                cmocka_unit_test(test_quote_without_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
