#include "testing.h"

#include <math.h>
#include <stdlib.h>

#include <hartonomous/json.h>

static void commas_and_nesting(void **state)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};

        (void)state;
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "statements");
        hart_json_begin_array(&writer);
        for (int i = 0; i < 2; i++) {
                hart_json_begin_object(&writer);
                hart_json_key(&writer, "id");
                hart_json_put_integer(&writer, i);
                hart_json_key(&writer, "rows");
                hart_json_begin_array(&writer);
                hart_json_end_array(&writer);
                hart_json_end_object(&writer);
        }
        hart_json_end_array(&writer);
        hart_json_key(&writer, "flag");
        hart_json_put_flag(&writer, true);
        hart_json_key(&writer, "none");
        hart_json_put_text(&writer, NULL);
        hart_json_key(&writer, "raw");
        hart_json_put_raw(&writer, "[1]", 3);
        hart_json_end_object(&writer);
        assert_string_equal((char *)out.data, "{\"statements\":[{\"id\":0,\"rows\":[]},{\"id\":1,\"rows\":[]}],"
                                              "\"flag\":true,\"none\":null,\"raw\":[1]}");
}

static void texts_are_escaped(void **state)
{
        static const struct {
                const char *text;
                size_t size;
                const char *expected;
        } rows[] = {
                {"", 0, "\"\""},
                {"plain", 5, "\"plain\""},
                {"\"\\/", 3, "\"\\\"\\\\/\""},
                {"\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\""},
                {"a\0b\x1f\x7f", 5, "\"a\\u0000b\\u001f\x7f\""},
                {"\xf0\x9f\x98\x80", 4, "\"\xf0\x9f\x98\x80\""},
                {"a\xff\xe2\x82z", 5, "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\""},
                {"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        };

        (void)state;
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
                hart_json_writer writer = {.out = &out};
                hart_json_put_text_n(&writer, rows[i].text, rows[i].size);
                assert_string_equal((char *)out.data, rows[i].expected);
        }
}

static void numbers_read_back(void **state)
{
        static const struct {
                double value;
                const char *expected;
        } rows[] = {
                {0.1, "0.1"},
                {1, "1.0"},
                {-0.0, "-0.0"},
                {1e300, "1e+300"},
                {NAN, "null"},
                {INFINITY, "null"},
                {0.1 + 0.2, "0.30000000000000004"},
                {5e-324, "4.94065645841247e-324"},
        };

        (void)state;
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
                hart_json_writer writer = {.out = &out};
                hart_json_put_number(&writer, rows[i].value);
                assert_string_equal((char *)out.data, rows[i].expected);
                if (isfinite(rows[i].value))
                        assert_true(strtod((char *)out.data, NULL) == rows[i].value);
        }
}

static void integers_to_the_ends(void **state)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};

        (void)state;
        hart_json_begin_array(&writer);
        hart_json_put_integer(&writer, INT64_MIN);
        hart_json_put_integer(&writer, INT64_MAX);
        hart_json_put_null(&writer);
        hart_json_end_array(&writer);
        assert_string_equal((char *)out.data, "[-9223372036854775808,9223372036854775807,null]");
}

static void nesting_to_the_limit(void **state)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        HART_CLEANUP(hart_json_close_p) hart_json *root = NULL;
        hart_json_writer writer = {.out = &out};
        hart_error err = {0};

        (void)state;
        for (int i = 0; i < 32; i++) {
                hart_json_begin_array(&writer);
                hart_json_put_integer(&writer, i);
        }
        for (int i = 0; i < 32; i++)
                hart_json_end_array(&writer);
        assert_int_equal(hart_json_parse(out.data, out.size, &root, &err), HART_OK);
        assert_int_equal(writer.depth, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(commas_and_nesting),   cmocka_unit_test(texts_are_escaped),
                cmocka_unit_test(numbers_read_back),    cmocka_unit_test(integers_to_the_ends),
                cmocka_unit_test(nesting_to_the_limit),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
