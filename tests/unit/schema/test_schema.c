/* The pure parts of the schema library: comparing two descriptions, and the table of migrations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "schema_internal.h"

static void migrations_are_numbered_from_one_and_have_text(void **state)
{
        (void)state;
        assert_true(migration_count >= 4);
        for (size_t i = 0; i < migration_count; i++) {
                assert_int_equal(migrations[i].number, (int)i + 1);
                assert_true(strlen(migrations[i].name) > 0);
                assert_non_null(strstr(migrations[i].script->text, ";"));
        }
}

static void a_database_name_replaces_any_other(void **state)
{
        static const struct {
                const char *conninfo, *expected;
        } rows[] = {
                {"", " dbname=x"},
                {NULL, " dbname=x"},
                {"host=/run dbname=a", "host=/run dbname=a dbname=x"},
                {"postgresql://u@h/a", "postgresql://u@h/a?dbname=x"},
                {"postgres://u@h/a?sslmode=require", "postgres://u@h/a?sslmode=require&dbname=x"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                HART_CLEANUP(hart_free_p) char *made = conninfo_with_database(rows[i].conninfo, "x");
                assert_string_equal(made, rows[i].expected);
        }
}

static void note(const char *kind, const char *object, const char *expected, const char *found, void *data)
{
        hart_buffer_format(data, "%s %s [%s] [%s]\n", kind, object, expected, found);
}

/* Descriptions as "object=definition" words, compared; the text of all differences. */
static void check(const char *const *expected, const char *const *found, const char *differences, size_t count)
{
        struct description sides[2] = {0};
        const char *const *texts[2] = {expected, found};
        HART_CLEANUP(hart_buffer_done) hart_buffer said = {0};
        hart_buffer_text(&said, "");
        for (size_t side = 0; side < 2; side++) {
                for (const char *const *text = texts[side]; *text; text++) {
                        const char *equals = strchr(*text, '=');
                        HART_CLEANUP(hart_free_p) char *object = hart_duplicate_n(*text, (size_t)(equals - *text));
                        description_add(&sides[side], object, equals + 1);
                }
                description_sort(&sides[side]);
        }
        assert_int_equal(description_compare(&sides[0], &sides[1], note, &said), count);
        assert_string_equal((const char *)said.data, differences);
        description_done(&sides[0]);
        description_done(&sides[1]);
}

static void differences_are_named(void **state)
{
        (void)state;
        check((const char *const[]){NULL}, (const char *const[]){NULL}, "", 0);
        check((const char *const[]){"b=2", "a=1", NULL}, (const char *const[]){"a=1", "b=2", NULL}, "", 0);
        check((const char *const[]){"a=1", "b=2", NULL}, (const char *const[]){"b=2", NULL}, "missing a [1] []\n", 1);
        check((const char *const[]){"b=2", NULL}, (const char *const[]){"c=3", "b=2", NULL}, "unexpected c [] [3]\n",
              1);
        check((const char *const[]){"a=1", "z=9", NULL}, (const char *const[]){"a=2", "b=5", NULL},
              "differs a [1] [2]\nunexpected b [] [5]\nmissing z [9] []\n", 3);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(migrations_are_numbered_from_one_and_have_text),
                cmocka_unit_test(a_database_name_replaces_any_other),
                cmocka_unit_test(differences_are_named),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
