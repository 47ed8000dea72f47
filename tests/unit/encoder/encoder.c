/* Vectors of the real model, against an implementation in double precision (tests/data/make_vectors.py). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hartonomous/json.h>

#include "test_model.h"

static hart_encoder *open_with(size_t token_budget)
{
        const hart_encoder_options options = {.model_dir = test_model(), .token_budget = token_budget};
        hart_encoder *encoder = NULL;
        hart_error err = {0};

        if (hart_encoder_open(&encoder, &options, &err) != HART_OK)
                fail_msg("%s", err.text);
        return encoder;
}

static float largest_difference(const float *a, const float *b, size_t count)
{
        float largest = 0;

        for (size_t i = 0; i < count; i++)
                largest = fabsf(a[i] - b[i]) > largest || isnan(a[i]) ? fabsf(a[i] - b[i]) : largest;
        return largest;
}

static void knows_hello_world(void **state)
{
        static const float expected[] = {-0.034478f, 0.03102f, 0.00673f, 0.02611f, -0.039362f};
        HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = open_with(0);
        const hart_encoder_text text = {"hello world", 11};
        float vector[384];
        hart_encoder_outcome outcome;
        hart_error err = {0};
        (void)state;

        assert_int_equal(hart_encoder_dimension(encoder), 384);
        assert_int_equal(hart_encoder_token_limit(encoder), 256);
        assert_string_equal(hart_encoder_engine(encoder), "native/exact");
        assert_string_equal(hart_encoder_revision(encoder),
                            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db");
        assert_int_equal(hart_encoder_run(encoder, &text, 1, vector, &outcome, NULL, NULL, &err), HART_OK);
        assert_int_equal(outcome.tokens, 4);
        assert_true(largest_difference(vector, expected, 5) < 1e-5f);
}

static void same_as_reference(void **state)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer file = {0}, numbers = {0};
        HART_CLEANUP(hart_json_close_p) hart_json *rows = NULL;
        hart_error err = {0};
        (void)state;

        test_read(TEST_DATA "/vectors.json", &file);
        test_read(TEST_DATA "/vectors.f32", &numbers);
        assert_int_equal(hart_json_parse(file.data, file.size, &rows, &err), HART_OK);
        const size_t count = hart_json_count(rows);
        assert_int_equal(numbers.size, count * 384 * sizeof(float));
        HART_CLEANUP(hart_free_p) hart_encoder_text *texts = hart_allocate_array(count, sizeof *texts);
        HART_CLEANUP(hart_free_p) float *vectors = hart_allocate_array(count * 384, sizeof *vectors);
        for (size_t i = 0; i < count; i++)
                texts[i].text = hart_json_text(hart_json_item(rows, i), &texts[i].size);
        /* The smallest budget makes other batches, and with them other blocks of rows. */
        static const size_t budgets[] = {512, 1};
        for (size_t k = 0; k < 2; k++) {
                HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = open_with(budgets[k]);
                assert_int_equal(hart_encoder_run(encoder, texts, count, vectors, NULL, NULL, NULL, &err), HART_OK);
                for (size_t i = 0; i < count; i++) {
                        float expected[384];
                        memcpy(expected, numbers.data + i * sizeof expected, sizeof expected);
                        if (!(largest_difference(vectors + i * 384, expected, 384) < 1e-5f))
                                fail_msg("text %zu is off by %g", i,
                                         (double)largest_difference(vectors + i * 384, expected, 384));
                }
        }
}

static hart_code stop_at_third(void *data)
{
        return ++*(int *)data == 3 ? HART_STOPPED : HART_OK;
}

static void asks_whether_to_go_on(void **state)
{
        HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = open_with(256);
        hart_encoder_text texts[200];
        HART_CLEANUP(hart_free_p) float *vectors = hart_allocate_array(200 * 384, sizeof *vectors);
        hart_error err = {0};
        int calls = 0;
        (void)state;

        for (size_t i = 0; i < 200; i++)
                texts[i] = (hart_encoder_text){"some words to look at", 21};
        assert_int_equal(hart_encoder_run(encoder, texts, 200, vectors, NULL, stop_at_third, &calls, &err),
                         HART_STOPPED);
        assert_int_equal(calls, 3);
}

static void refuses_unknown_engines(void **state)
{
        const hart_encoder_options engine = {.model_dir = test_model(), .engine = "magic"};
        const hart_encoder_options precision = {.model_dir = test_model(), .precision = "none"};
        hart_encoder *encoder = NULL;
        hart_error err = {0};
        (void)state;

        assert_int_equal(hart_encoder_open(&encoder, &engine, &err), HART_CONFIG);
        assert_non_null(strstr(err.text, "magic"));
        assert_non_null(strstr(err.text, "native"));
        assert_int_equal(hart_encoder_open(&encoder, &precision, &err), HART_CONFIG);
        assert_non_null(strstr(err.text, "exact"));
        assert_null(encoder);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(knows_hello_world),
                cmocka_unit_test(same_as_reference),
                cmocka_unit_test(asks_whether_to_go_on),
                cmocka_unit_test(refuses_unknown_engines),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
