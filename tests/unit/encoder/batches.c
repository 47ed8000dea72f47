/* Texts to batches of tokens and back, with an engine that notes what it is given; and windows of the real model. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "batches.h"
#include "test_model.h"

#define LIMIT 6

/* Its vector says of an entry how many tokens it has and which is its second one. */
struct notes {
        size_t calls, largest, entries;
        int32_t ids[64][LIMIT];
        size_t counts[64];
        hart_code answer;
};

static hart_code note(void *state, const struct token_batch *batch, float *vectors, hart_error *err)
{
        struct notes *notes = state;
        (void)err;

        notes->calls++;
        if (batch->starts[batch->count] > notes->largest)
                notes->largest = batch->starts[batch->count];
        for (size_t i = 0; i < batch->count; i++) {
                const size_t tokens = batch->starts[i + 1] - batch->starts[i];
                assert_in_range(tokens, 2, LIMIT);
                notes->counts[notes->entries % 64] = tokens;
                memcpy(notes->ids[notes->entries++ % 64], batch->ids + batch->starts[i], tokens * sizeof(int32_t));
                vectors[2 * i] = cosf((float)batch->ids[batch->starts[i] + 1]);
                vectors[2 * i + 1] = sinf((float)batch->ids[batch->starts[i] + 1]);
        }
        return notes->answer;
}

static const struct engine noting = {.name = "noting", .run_tokens = note};

static struct tokenizer *tokenizer;

static int open_tokenizer(void **state)
{
        hart_error err = {0};
        (void)state;

        if (tokenizer_open(&tokenizer, test_model(), &err) != HART_OK)
                fail_msg("%s", err.text);
        return 0;
}

static int close_tokenizer(void **state)
{
        (void)state;
        tokenizer_close(tokenizer);
        return 0;
}

static struct batches begin(struct notes *notes, size_t budget, bool windows, size_t overlap)
{
        struct batches batches = {.tokenizer = tokenizer,
                                  .engine = &noting,
                                  .state = notes,
                                  .dimension = 2,
                                  .limit = LIMIT,
                                  .overlap = overlap,
                                  .budget = budget,
                                  .windows = windows};

        batches_begin(&batches);
        return batches;
}

static hart_code run(struct batches *batches, const char *const *texts, size_t count, float *vectors,
                     hart_encoder_outcome *outcome)
{
        hart_encoder_text list[64];

        for (size_t i = 0; i < count; i++)
                list[i] = (hart_encoder_text){texts[i], strlen(texts[i])};
        *outcome = (hart_encoder_outcome){0};
        return batches_run(batches, list, count, vectors, outcome, NULL, NULL, NULL);
}

/* Each word is one token of the model's. */
static const char ten[] = "one two three four five six seven eight nine ten";

static const struct {
        const char *text;
        bool windows;
        size_t overlap;
        size_t first_words[8]; /* of each entry, by number; ends with 99 */
} cut[] = {
        {"", false, 0, {99}},
        {"", true, 0, {99}},
        {ten, false, 0, {0, 99}},
        {ten, true, 0, {0, 4, 8, 99}},
        {ten, true, 1, {0, 3, 6, 99}},
        {ten, true, 3, {0, 1, 2, 3, 4, 5, 6, 99}},
        {"one two three four", true, 0, {0, 99}},
        {"one two three four", true, 2, {0, 99}},
        {"one two three four five", true, 0, {0, 4, 99}},
        {"one two three four five", true, 2, {0, 2, 99}},
};

static void cuts_texts(void **state)
{
        int32_t words[16];
        const size_t known = tokenizer_encode(tokenizer, ten, strlen(ten), words, 16);
        (void)state;

        assert_int_equal(known, 12);
        for (size_t row = 0; row < sizeof cut / sizeof cut[0]; row++) {
                struct notes notes = {.answer = HART_OK};
                HART_CLEANUP(batches_done)
                struct batches batches = begin(&notes, 7, cut[row].windows, cut[row].overlap);
                hart_encoder_outcome outcome;
                float vector[2];
                size_t entries = 0;
                assert_int_equal(run(&batches, &cut[row].text, 1, vector, &outcome), HART_OK);
                for (; cut[row].first_words[entries] != 99; entries++)
                        assert_int_equal(notes.ids[entries][1], words[1 + cut[row].first_words[entries]]);
                assert_int_equal(notes.entries, entries > 0 ? entries : 1);
                assert_int_equal(outcome.done, 1);
                assert_true(fabsf(hypotf(vector[0], vector[1]) - 1) < 1e-5f);
                for (size_t i = 0; i < notes.entries; i++) {
                        assert_int_equal(notes.ids[i][0], words[0]);
                        assert_int_equal(notes.ids[i][notes.counts[i] - 1], words[known - 1]);
                }
        }
}

static void fills_batches(void **state)
{
        static const char *const texts[] = {"", ten, "one", "one two three four five", ten, "six", "", "", ""};
        enum { TEXTS = sizeof texts / sizeof texts[0] };
        (void)state;

        for (int windows = 0; windows < 2; windows++)
                for (size_t budget = LIMIT; budget < 60; budget++) {
                        struct notes notes = {.answer = HART_OK};
                        HART_CLEANUP(batches_done) struct batches batches = begin(&notes, budget, windows == 1, 1);
                        hart_encoder_outcome outcome;
                        float alone[2], together[TEXTS][2];
                        assert_int_equal(run(&batches, texts, TEXTS, together[0], &outcome), HART_OK);
                        assert_true(notes.largest <= budget);
                        assert_int_equal(outcome.done, TEXTS);
                        assert_int_equal(outcome.tokens,
                                         windows == 1 ? 3 * 6 * 2 + 6 + 4 + 4 * 2 + 2 * 3 : 3 * 6 + 2 * 3 + 4 * 2);
                        for (size_t i = 0; i < TEXTS; i++) {
                                assert_int_equal(run(&batches, &texts[i], 1, alone, &outcome), HART_OK);
                                assert_memory_equal(alone, together[i], sizeof alone);
                        }
                }
}

static void says_how_far_it_came(void **state)
{
        static const char *const texts[] = {"one", ten, "two"};
        struct notes notes = {.answer = HART_FATAL};
        HART_CLEANUP(batches_done) struct batches batches = begin(&notes, LIMIT, true, 0);
        hart_encoder_outcome outcome;
        float vectors[6];
        (void)state;

        assert_int_equal(run(&batches, texts, 3, vectors, &outcome), HART_FATAL);
        assert_int_equal(outcome.done, 0);
        notes.answer = HART_OK; /* nothing of the call before is left */
        assert_int_equal(run(&batches, texts, 3, vectors, &outcome), HART_OK);
        assert_int_equal(outcome.done, 3);
        assert_true(fabsf(hypotf(vectors[2], vectors[3]) - 1) < 1e-5f);
}

/* 300 words of one token each are a window of 254 and one of 46. */
static void windows_of_the_model(void **state)
{
        enum { WORDS = 300, FIRST = 254, SIZE = 384 };
        const hart_encoder_options options = {.model_dir = test_model(), .long_texts = HART_ENCODER_WINDOWS};
        HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = NULL;
        char text[WORDS * 6 + 1] = "";
        float vectors[3][SIZE], sum[SIZE], square = 0;
        hart_encoder_outcome outcome;
        hart_error err = {0};
        (void)state;

        for (size_t i = 0; i < WORDS; i++)
                memcpy(text + 6 * i, i % 3 != 0 ? "house " : "river ", 6);
        const hart_encoder_text parts[] = {
                {text, WORDS * 6}, {text, FIRST * 6}, {text + FIRST * 6, (WORDS - FIRST) * 6}};
        if (hart_encoder_open(&encoder, &options, &err) != HART_OK)
                fail_msg("%s", err.text);
        assert_int_equal(hart_encoder_run(encoder, parts, 3, vectors[0], &outcome, NULL, NULL, &err), HART_OK);
        assert_int_equal(outcome.tokens, 2 * (WORDS + 4));
        for (size_t i = 0; i < SIZE; i++) {
                sum[i] = FIRST * vectors[1][i] + (WORDS - FIRST) * vectors[2][i];
                square += sum[i] * sum[i];
        }
        for (size_t i = 0; i < SIZE; i++)
                assert_true(fabsf(sum[i] / sqrtf(square) - vectors[0][i]) < 1e-5f);
}

static void refuses_an_overlap_of_more_than_half(void **state)
{
        const hart_encoder_options options = {
                .model_dir = test_model(), .long_texts = HART_ENCODER_WINDOWS, .window_overlap = 129};
        hart_encoder *encoder = NULL;
        hart_error err = {0};
        (void)state;

        assert_int_equal(hart_encoder_open(&encoder, &options, &err), HART_CONFIG);
        assert_non_null(strstr(err.text, "window_overlap = 129"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(cuts_texts),
                cmocka_unit_test(fills_batches),
                cmocka_unit_test(says_how_far_it_came),
                cmocka_unit_test(windows_of_the_model),
                cmocka_unit_test(refuses_an_overlap_of_more_than_half),
        };
        return cmocka_run_group_tests(tests, open_tokenizer, close_tokenizer);
}
