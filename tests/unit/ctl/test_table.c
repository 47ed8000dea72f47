/* Rows as a table, as lines and as JSON. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "table.h"

static const table_column columns[] = {
        {"id", "ID", TABLE_INTEGER},      {"hidden", NULL, TABLE_TEXT}, {"ok", "OK", TABLE_FLAG},
        {"score", "SCORE", TABLE_NUMBER}, {"name", "NAME", TABLE_TEXT}, {NULL, "SEEN", TABLE_TEXT},
};

static void fill(struct table *table)
{
        *table = (struct table){.columns = columns, .column_count = 6};
        table_integer(table, 7);
        table_text(table, "secret");
        table_flag(table, true);
        table_number(table, 0.5);
        table_text(table, "Zoë");
        table_text(table, "x");
        table_integer_or_null(table, -1);
        table_null(table);
        table_flag(table, false);
        table_number(table, -12.25);
        table_text(table, "a\nb\x1b[31m");
        table_text(table, "");
}

/* What a printer writes; free() */
static char *printed(void (*print)(const struct table *table, FILE *out), const struct table *table)
{
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        print(table, out);
        fclose(out);
        return text;
}

static void columns_are_aligned_and_harmless(void **state)
{
        struct table table;
        (void)state;
        fill(&table);
        HART_CLEANUP(hart_free_p) char *text = printed(table_print, &table);
        assert_string_equal(text, "ID  OK      SCORE  NAME      SEEN\n"
                                  " 7  yes    0.5000  Zoë       x\n"
                                  " -  no   -12.2500  a b [31m  -\n");
        table_done(&table);
}

static void print_second(const struct table *table, FILE *out)
{
        table_print_record(table, 1, out);
}

static void print_first(const struct table *table, FILE *out)
{
        table_print_record(table, 0, out);
}

static void a_row_is_lines(void **state)
{
        struct table table;
        (void)state;
        fill(&table);
        HART_CLEANUP(hart_free_p) char *text = printed(print_second, &table);
        assert_string_equal(text, "   ID  -\n   OK  no\nSCORE  -12.2500\n NAME  a b [31m\n SEEN  -\n");
        table_done(&table);
}

static void json_has_keys_types_and_all_of_the_text(void **state)
{
        struct table table;
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        hart_json *root = NULL;
        int64_t integer = 0;
        (void)state;
        fill(&table);
        table_write_json(&table, &writer);
        assert_int_equal(hart_json_parse(out.data, out.size, &root, NULL), HART_OK);
        assert_int_equal(hart_json_count(root), 2);
        const hart_json *first = hart_json_item(root, 0), *second = hart_json_item(root, 1);
        assert_int_equal(hart_json_count(first), 5);
        assert_true(hart_json_integer(hart_json_member(first, "id"), &integer) && integer == 7);
        assert_string_equal(hart_json_text(hart_json_member(first, "hidden"), NULL), "secret");
        assert_int_equal(hart_json_kind_of(hart_json_member(first, "ok")), HART_JSON_TRUE);
        assert_int_equal(hart_json_kind_of(hart_json_member(second, "id")), HART_JSON_NULL);
        assert_string_equal(hart_json_text(hart_json_member(second, "name"), NULL), "a\nb\x1b[31m");
        hart_json_close(root);
        table_done(&table);
}

static void nothing_is_an_empty_table_and_an_empty_array(void **state)
{
        struct table table = {.columns = columns, .column_count = 6};
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        (void)state;
        HART_CLEANUP(hart_free_p) char *text = printed(table_print, &table);
        assert_string_equal(text, "");
        table_write_json(&table, &writer);
        assert_string_equal((const char *)out.data, "[]");
}

static void lines_are_cut_at_a_width(void **state)
{
        static const struct {
                const char *text;
                size_t limit;
                const char *expected;
        } rows[] = {
                {"", 5, ""},
                {"abcde", 5, "abcde"},
                {"abcdef", 5, "abcd…"},
                {"abc", 0, "abc"},
                {"äöüäö", 5, "äöüäö"},
                {"äöüäöü", 5, "äöüä…"},
                {"a\tb", 5, "a b"},
                {"\xff", 5, "?"},
                {"a\xe2\x80\xae"
                 "b",
                 5, "a b"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                HART_CLEANUP(hart_free_p) char *line = one_line(rows[i].text, strlen(rows[i].text), rows[i].limit);
                assert_string_equal(line, rows[i].expected);
        }
}

static void sizes_are_readable(void **state)
{
        static const struct {
                int64_t bytes;
                const char *expected;
        } rows[] = {
                {0, "0 B"},         {999, "999 B"},      {1000, "1.0 kB"},       {99949, "99.9 kB"},
                {100000, "100 kB"}, {1500000, "1.5 MB"}, {INT64_MAX, "9223 PB"},
        };
        char buffer[32];
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
                assert_string_equal(human_size(rows[i].bytes, buffer), rows[i].expected);
}

static void json_is_short_in_a_table_and_whole_elsewhere(void **state)
{
        static const table_column body_columns[] = {{"body", "BODY", TABLE_JSON}, {"id", "ID", TABLE_INTEGER}};
        static const char long_body[] =
                "{\"a\": \"0123456789 0123456789 0123456789 0123456789 0123456789\", \"b\": [1]}";
        struct table table = {.columns = body_columns, .column_count = 2};
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        (void)state;
        table_json(&table, long_body);
        table_integer(&table, 1);
        table_json(&table, NULL);
        table_integer(&table, 2);
        HART_CLEANUP(hart_free_p) char *people = printed(table_print, &table);
        assert_non_null(strstr(people, " 01234567…   1\n"));
        HART_CLEANUP(hart_free_p) char *null_row = hart_format("\n%-60s   2\n", "-");
        assert_non_null(strstr(people, null_row));
        HART_CLEANUP(hart_free_p) char *record = printed(print_first, &table);
        assert_non_null(strstr(record, long_body));
        table_write_json(&table, &writer);
        HART_CLEANUP(hart_free_p)
        char *expected = hart_format("[{\"body\":%s,\"id\":1},{\"body\":null,\"id\":2}]", long_body);
        assert_int_equal(out.size, strlen(expected));
        assert_memory_equal(out.data, expected, out.size);
        table_done(&table);
}

int main(void)
{
        setlocale(LC_ALL, "C.UTF-8");
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(json_is_short_in_a_table_and_whole_elsewhere),
                cmocka_unit_test(columns_are_aligned_and_harmless),
                cmocka_unit_test(a_row_is_lines),
                cmocka_unit_test(json_has_keys_types_and_all_of_the_text),
                cmocka_unit_test(nothing_is_an_empty_table_and_an_empty_array),
                cmocka_unit_test(lines_are_cut_at_a_width),
                cmocka_unit_test(sizes_are_readable),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
