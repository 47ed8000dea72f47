/* Every kind of parameter goes to the server and comes back the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "cluster.h"

static struct cluster cluster;
static hart_pg *pg;

static hart_pg_result *ask(const char *text, hart_pg_parameters *parameters)
{
        const hart_pg_statement statement = {.name = text, .text = text};
        hart_pg_result *result = NULL;
        hart_error error = {0};
        assert_code(HART_OK, hart_pg_run(pg, &statement, parameters, &result, &error), error);
        hart_pg_parameters_done(parameters);
        assert_int_equal(hart_pg_rows(result), 1);
        return result;
}

static void numbers(void **state)
{
        (void)state;
        static const int64_t integers[] = {0, 1, -1, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
        for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
                hart_pg_parameters p = {0};
                hart_pg_add_int8(&p, integers[i]);
                hart_pg_add_int4(&p, (int32_t)integers[i]);
                hart_pg_add_flag(&p, i % 2 == 0);
                hart_pg_add_float8(&p, (double)integers[i] / 3);
                HART_CLEANUP(hart_pg_result_close_p)
                hart_pg_result *r = ask("SELECT $1, $2, $3, $4, $4::real, ($1 % 7)::smallint", &p);
                assert_true(hart_pg_integer(r, 0, 0) == integers[i]);
                assert_true(hart_pg_integer(r, 0, 1) == (int32_t)integers[i]);
                assert_true(hart_pg_flag(r, 0, 2) == (i % 2 == 0));
                assert_true(hart_pg_number(r, 0, 3) == (double)integers[i] / 3);
                assert_true(hart_pg_number(r, 0, 4) == (double)(float)((double)integers[i] / 3));
                assert_true(hart_pg_integer(r, 0, 5) == integers[i] % 7);
        }
}

static void texts_and_bytes(void **state)
{
        (void)state;
        hart_pg_parameters p = {0};
        hart_pg_add_text(&p, "Grüße 🌍");
        hart_pg_add_text(&p, "");
        hart_pg_add_text(&p, NULL);
        hart_pg_add_text_n(&p, "cut here", 3);
        hart_pg_add_bytes(&p, "a\0b", 3);
        hart_pg_add_bytes(&p, "", 0);
        hart_pg_add_bytes(&p, NULL, 0);
        hart_pg_add_jsonb(&p, "{\"a\": [1]}", 10);
        hart_pg_add_null(&p);
        HART_CLEANUP(hart_pg_result_close_p)
        hart_pg_result *r = ask("SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9::int, ($8 -> 'a' ->> 0)::name, "
                                "$1::varchar, $8::json",
                                &p);
        size_t size = 0;
        assert_string_equal(hart_pg_text(r, 0, 0, &size), "Grüße 🌍");
        assert_int_equal(size, strlen("Grüße 🌍"));
        assert_string_equal(hart_pg_text(r, 0, 1, NULL), "");
        assert_false(hart_pg_is_null(r, 0, 1));
        assert_null(hart_pg_text(r, 0, 2, NULL));
        assert_string_equal(hart_pg_text(r, 0, 3, NULL), "cut");
        assert_memory_equal(hart_pg_bytea(r, 0, 4, &size), "a\0b", 3);
        assert_int_equal(size, 3);
        assert_non_null(hart_pg_bytea(r, 0, 5, &size));
        assert_int_equal(size, 0);
        assert_null(hart_pg_bytea(r, 0, 6, NULL));
        assert_string_equal(hart_pg_text(r, 0, 7, &size), "{\"a\": [1]}");
        assert_int_equal(size, 10);
        assert_true(hart_pg_is_null(r, 0, 8));
        assert_string_equal(hart_pg_text(r, 0, 9, NULL), "1");
        assert_string_equal(hart_pg_text(r, 0, 10, NULL), "Grüße 🌍");
        assert_string_equal(hart_pg_text(r, 0, 11, NULL), "{\"a\": [1]}");
}

static void arrays(void **state)
{
        (void)state;
        static const int32_t fours[] = {1, -2, INT32_MIN};
        static const int64_t eights[] = {INT64_MAX, 0, -5};
        static const float floats[] = {0.5F, -0.0F, 1e-30F};
        static const hart_pg_bytes pieces[] = {{"a\0b", 3}, {NULL, 0}, {"", 0}};
        static const hart_pg_bytes texts[] = {{"é", 2}, {NULL, 0}};
        static const hart_pg_bytes documents[] = {{"{}", 2}, {"[1]", 3}};
        hart_pg_parameters p = {0};
        hart_pg_add_int4_array(&p, fours, 3);
        hart_pg_add_int8_array(&p, eights, 3);
        hart_pg_add_float4_array(&p, floats, 3);
        hart_pg_add_bytes_array(&p, pieces, 3);
        hart_pg_add_text_array(&p, texts, 2);
        hart_pg_add_jsonb_array(&p, documents, 2);
        HART_CLEANUP(hart_pg_result_close_p)
        hart_pg_result *r = ask("SELECT $1::bigint[], $2, $3, $4, $5, ($6)[2]", &p);
        HART_CLEANUP(hart_free_p) int64_t *integers = NULL;
        assert_int_equal(hart_pg_int8_array(r, 0, 0, &integers), 3);
        assert_true(integers[1] == -2 && integers[2] == INT32_MIN);
        HART_CLEANUP(hart_free_p) int64_t *longs = NULL;
        assert_int_equal(hart_pg_int8_array(r, 0, 1, NULL), 3);
        assert_int_equal(hart_pg_int8_array(r, 0, 1, &longs), 3);
        assert_memory_equal(longs, eights, sizeof eights);
        HART_CLEANUP(hart_free_p) float *reals = NULL;
        assert_int_equal(hart_pg_float4_array(r, 0, 2, &reals), 3);
        assert_memory_equal(reals, floats, sizeof floats);
        HART_CLEANUP(hart_free_p) hart_pg_bytes *bytes = NULL;
        assert_int_equal(hart_pg_bytes_array(r, 0, 3, &bytes), 3);
        assert_true(bytes[0].size == 3 && memcmp(bytes[0].data, "a\0b", 3) == 0);
        assert_null(bytes[1].data);
        assert_true(bytes[2].data && bytes[2].size == 0);
        HART_CLEANUP(hart_free_p) hart_pg_bytes *words = NULL;
        assert_int_equal(hart_pg_bytes_array(r, 0, 4, &words), 2);
        assert_memory_equal(words[0].data, "é", 2);
        assert_string_equal(hart_pg_text(r, 0, 5, NULL), "[1]");
}

static void empty_and_null_arrays(void **state)
{
        (void)state;
        hart_pg_parameters p = {0};
        hart_pg_add_int8_array(&p, NULL, 0);
        hart_pg_add_bytes_array(&p, NULL, 0);
        HART_CLEANUP(hart_pg_result_close_p)
        hart_pg_result *r = ask("SELECT $1, cardinality($1), $2, NULL::bigint[]", &p);
        HART_CLEANUP(hart_free_p) int64_t *none = NULL;
        assert_int_equal(hart_pg_int8_array(r, 0, 0, &none), 0);
        assert_non_null(none);
        assert_int_equal(hart_pg_integer(r, 0, 1), 0);
        assert_int_equal(hart_pg_bytes_array(r, 0, 2, NULL), 0);
        assert_true(hart_pg_is_null(r, 0, 3));
        assert_int_equal(hart_pg_int8_array(r, 0, 3, NULL), 0);
}

static void parameters_can_be_used_again(void **state)
{
        (void)state;
        hart_pg_parameters p = {0};
        for (int i = 0; i < 3; i++) {
                hart_pg_add_int4(&p, i);
                HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *r = ask("SELECT $1 + 1", &p);
                assert_int_equal(hart_pg_integer(r, 0, 0), i + 1);
                assert_int_equal(p.count, 0);
        }
}

static int set_up(void **state)
{
        (void)state;
        cluster_open(&cluster);
        pg = cluster_connect(&cluster, "postgres", "postgres");
        return 0;
}

static int tear_down(void **state)
{
        (void)state;
        hart_pg_close(pg);
        cluster_close(&cluster);
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(numbers),
                cmocka_unit_test(texts_and_bytes),
                cmocka_unit_test(arrays),
                cmocka_unit_test(empty_and_null_arrays),
                cmocka_unit_test(parameters_can_be_used_again),
        };
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
