/* The tokenizer against what Hugging Face's gives for the same texts (tests/data/make_wordpiece.py). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hartonomous/json.h>

#include "test_model.h"
#include "tokenizer.h"

static struct tokenizer *open_real(void)
{
        struct tokenizer *tokenizer = NULL;
        hart_error err = {0};

        if (tokenizer_open(&tokenizer, test_model(), &err) != HART_OK)
                fail_msg("%s", err.text);
        return tokenizer;
}

static void same_as_reference(void **state)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer file = {0};
        HART_CLEANUP(hart_json_close_p) hart_json *rows = NULL;
        HART_CLEANUP(tokenizer_close_p) struct tokenizer *tokenizer = open_real();
        hart_error err = {0};
        int32_t ids[256];
        (void)state;

        test_read(TEST_DATA "/wordpiece.json", &file);
        assert_int_equal(hart_json_parse(file.data, file.size, &rows, &err), HART_OK);
        assert_true(hart_json_count(rows) > 2000);
        for (size_t i = 0; i < hart_json_count(rows); i++) {
                const hart_json *row = hart_json_item(rows, i), *expected = hart_json_item(row, 1);
                size_t size;
                const char *text = hart_json_text(hart_json_item(row, 0), &size);
                size_t count = tokenizer_encode(tokenizer, text, size, ids, 256);
                if (count != hart_json_count(expected))
                        fail_msg("row %zu: %zu tokens, not %zu", i, count, hart_json_count(expected));
                for (size_t k = 0; k < count; k++) {
                        int64_t id = -1;
                        assert_true(hart_json_integer(hart_json_item(expected, k), &id));
                        if (ids[k] != id)
                                fail_msg("row %zu, token %zu: %d, not %d", i, k, ids[k], (int)id);
                }
        }
}

static void keeps_to_the_limit(void **state)
{
        HART_CLEANUP(tokenizer_close_p) struct tokenizer *tokenizer = open_real();
        const char *text = "one two three unaffable";
        int32_t all[64], some[64];
        size_t count = tokenizer_encode(tokenizer, text, strlen(text), all, 64);
        (void)state;

        for (size_t limit = 2; limit < count; limit++) {
                some[limit] = -7;
                assert_int_equal(tokenizer_encode(tokenizer, text, strlen(text), some, limit), limit);
                assert_memory_equal(some, all, (limit - 1) * sizeof *some);
                assert_int_equal(some[limit - 1], all[count - 1]);
                assert_int_equal(some[limit], -7);
        }
}

static void leaves_out_what_is_no_utf8(void **state)
{
        HART_CLEANUP(tokenizer_close_p) struct tokenizer *tokenizer = open_real();
        int32_t clean[16], broken[16];
        (void)state;

        assert_int_equal(tokenizer_encode(tokenizer, "hello", 5, clean, 16), 3);
        assert_int_equal(tokenizer_encode(tokenizer,
                                          "he\xff"
                                          "ll\xc3"
                                          "o\xe4\xb8",
                                          9, broken, 16),
                         3);
        assert_memory_equal(clean, broken, 3 * sizeof *clean);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(same_as_reference),
                cmocka_unit_test(keeps_to_the_limit),
                cmocka_unit_test(leaves_out_what_is_no_utf8),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
