#include "testing.h"

#include <hartonomous/json.h>

static hart_json *parse(const char *text)
{
        hart_json *root = NULL;
        hart_error err = {0};

        if (hart_json_parse(text, strlen(text), &root, &err) != HART_OK)
                fail_msg("%s: %s", text, err.text);
        return root;
}

static void what_is_refused(void **state)
{
        static const struct {
                const char *text;
                size_t size;
                const char *says;
        } rows[] = {
                {"", 0, "line 1"},
                {"{", 1, "line 1"},
                {"{\"a\":1,\n\"a\":2}", 14, "duplicate object key at line 2"},
                {"{} x", 4, "end of file expected"},
                {"\"\xff\"", 3, "unable to decode byte 0xff"},
                {"\"\\ud800\"", 8, "line 1"},
                {"9223372036854775808", 19, "too big integer"},
                {"1e999", 5, "real number overflow"},
                {"[1,]", 4, "line 1, column 4"},
                {"'a'", 3, "invalid token"},
                {"NaN", 3, "invalid token"},
                {"\xef\xbb\xbf{}", 5, "line 1"},
        };

        (void)state;
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                hart_json *root = NULL;
                hart_error err = {0};
                assert_int_equal(hart_json_parse(rows[i].text, rows[i].size, &root, &err), HART_POISON);
                assert_says(&err, rows[i].says);
                assert_null(root);
        }
}

static void no_piece_of_the_text_in_the_message(void **state)
{
        hart_json *root = NULL;
        hart_error err = {0};

        (void)state;
        assert_int_equal(hart_json_parse("{\"password\": secret}", 20, &root, &err), HART_POISON);
        assert_null(strstr(err.text, "secret"));
}

static void values_of_each_kind(void **state)
{
        HART_CLEANUP(hart_json_close_p)
        hart_json *root = parse("[null,false,true,-7,2.5,\"a\\u0000b\",[1],{\"k\":1}]");
        int64_t integer = 0;
        double number = 0;
        size_t size = 0;

        (void)state;
        assert_int_equal(hart_json_count(root), 8);
        for (size_t i = 0; i < 8; i++)
                assert_int_equal(hart_json_kind_of(hart_json_item(root, i)), (hart_json_kind)i);
        assert_true(hart_json_integer(hart_json_item(root, 3), &integer));
        assert_int_equal(integer, -7);
        assert_false(hart_json_integer(hart_json_item(root, 4), &integer));
        assert_true(hart_json_number(hart_json_item(root, 4), &number) && number == 2.5);
        assert_true(hart_json_number(hart_json_item(root, 3), &number) && number == -7);
        assert_memory_equal(hart_json_text(hart_json_item(root, 5), &size), "a\0b", 4);
        assert_int_equal(size, 3);
        assert_null(hart_json_item(root, 8));
}

static void nothing_and_other_kinds_give_nothing(void **state)
{
        HART_CLEANUP(hart_json_close_p) hart_json *root = parse("7");
        int64_t integer = 5;
        double number = 5;
        size_t size = 5;

        (void)state;
        assert_null(hart_json_member(root, "a"));
        assert_null(hart_json_member(NULL, "a"));
        assert_null(hart_json_item(root, 0));
        assert_null(hart_json_text(root, &size));
        assert_int_equal(size, 0);
        assert_null(hart_json_text(NULL, NULL));
        assert_int_equal(hart_json_count(root) + hart_json_count(NULL), 0);
        assert_false(hart_json_integer(NULL, &integer) || hart_json_number(NULL, &number));
        assert_int_equal(integer, 5);
        assert_int_equal(hart_json_kind_of(NULL), HART_JSON_NULL);
        hart_json_each(root, NULL, NULL);
        hart_json_each(NULL, NULL, NULL);
        hart_json_close(NULL);
}

static void needed_members(void **state)
{
        HART_CLEANUP(hart_json_close_p) hart_json *root = parse("{\"TenantId\":3,\"Name\":\"x\"}");
        hart_error err = {0};
        int64_t integer = 0;
        const char *text = NULL;

        (void)state;
        assert_int_equal(hart_json_need_integer(root, "TenantId", 1, 3, &integer, &err), HART_OK);
        assert_int_equal(integer, 3);
        assert_int_equal(hart_json_need_integer(root, "TenantId", 1, 2, &integer, &err), HART_POISON);
        assert_string_equal(err.text, "\"TenantId\" is 3; allowed: 1 to 2");
        assert_int_equal(hart_json_need_integer(root, "Name", 1, 2, &integer, &err), HART_POISON);
        assert_string_equal(err.text, "\"Name\" is not a whole number");
        assert_int_equal(hart_json_need_integer(root, "SourceId", 1, 2, &integer, &err), HART_POISON);
        assert_string_equal(err.text, "\"SourceId\" is missing");
        assert_int_equal(hart_json_need_text(root, "Name", &text, NULL, &err), HART_OK);
        assert_string_equal(text, "x");
        assert_int_equal(hart_json_need_text(root, "TenantId", &text, NULL, &err), HART_POISON);
        assert_string_equal(err.text, "\"TenantId\" is not a text");
        assert_int_equal(hart_json_need_text(NULL, "TenantId", &text, NULL, &err), HART_POISON);
}

static bool collect(const char *key, const hart_json *value, void *data)
{
        (void)value;
        hart_buffer_text(data, key);
        return *key != 'x';
}

static void members_come_in_their_order(void **state)
{
        HART_CLEANUP(hart_json_close_p) hart_json *root = parse("{\"z\":1,\"a\":2,\"m\":3,\"x\":4,\"b\":5}");
        HART_CLEANUP(hart_buffer_done) hart_buffer keys = {0};

        (void)state;
        hart_json_each(root, collect, &keys);
        assert_string_equal((char *)keys.data, "zamx");
}

static void printing_keeps_everything(void **state)
{
        static const char *const texts[] = {
                "{}",
                "[]",
                "null",
                "-7",
                "\"\\u0000\\u001f\\\"\\\\\\n\"",
                "[1,2.5,1e+300,-0.0,1.0,0.1,true,false,null]",
                "{\"z\":[{\"b\":{}},\"\xf0\x9f\x98\x80\"],\"a\":9223372036854775807}",
        };

        (void)state;
        for (size_t i = 0; i < COUNT_OF(texts); i++) {
                HART_CLEANUP(hart_json_close_p) hart_json *root = parse(texts[i]);
                HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
                hart_json_print(root, &out);
                assert_string_equal((char *)out.data, texts[i]);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_refused),
                cmocka_unit_test(no_piece_of_the_text_in_the_message),
                cmocka_unit_test(values_of_each_kind),
                cmocka_unit_test(nothing_and_other_kinds_give_nothing),
                cmocka_unit_test(needed_members),
                cmocka_unit_test(members_come_in_their_order),
                cmocka_unit_test(printing_keeps_everything),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
