/* Each level of the loops that this processor runs, against the same sums in double precision. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hartonomous/memory.h>

#include "kernels.h"

extern const struct kernels kernels_baseline;

/* Reproducible numbers from -2 to 2. */
static void fill(float *x, size_t count, uint32_t seed)
{
        for (size_t i = 0; i < count; i++) {
                seed = seed * 1664525u + 1013904223u;
                x[i] = (float)(seed >> 8) / (float)(1 << 22) - 2.0f;
        }
}

static void is_near(float got, double expected)
{
        if (!(fabs((double)got - expected) < 1e-5))
                fail_msg("%.9g, not %.9g", (double)got, expected);
}

static void check_attention(const struct kernels *level, size_t tokens, size_t heads, size_t head)
{
        size_t hidden = heads * head;
        HART_CLEANUP(hart_free_p) float *qkv = hart_allocate_array(tokens * hidden * 3, sizeof *qkv);
        HART_CLEANUP(hart_free_p) float *got = hart_allocate_array(tokens * hidden, sizeof *got);
        HART_CLEANUP(hart_free_p)
        float *scratch = hart_allocate_array(attention_scratch(tokens, head), sizeof *scratch);
        HART_CLEANUP(hart_free_p) double *share = hart_allocate_array(tokens, sizeof *share);
        const struct attention_shape shape = {tokens, heads, head};

        fill(qkv, tokens * hidden * 3, (uint32_t)(tokens * 31 + heads));
        level->attention(got, qkv, &shape, scratch);
        for (size_t h = 0; h < heads; h++)
                for (size_t i = 0; i < tokens; i++) {
                        const float *q = qkv + i * 3 * hidden + h * head;
                        double sum = 0;
                        for (size_t j = 0; j < tokens; j++) {
                                double score = 0;
                                for (size_t d = 0; d < head; d++)
                                        score += (double)q[d] * (double)qkv[j * 3 * hidden + hidden + h * head + d];
                                share[j] = exp(score / sqrt((double)head));
                                sum += share[j];
                        }
                        for (size_t d = 0; d < head; d++) {
                                double mixed = 0;
                                for (size_t j = 0; j < tokens; j++)
                                        mixed += share[j] / sum *
                                                 (double)qkv[j * 3 * hidden + 2 * hidden + h * head + d];
                                is_near(got[i * hidden + h * head + d], mixed);
                        }
                }
}

static void check_norm(const struct kernels *level, size_t columns)
{
        HART_CLEANUP(hart_free_p) float *all = hart_allocate_array(columns * 4, sizeof *all);
        HART_CLEANUP(hart_free_p) float *got = hart_allocate_array(columns, sizeof *got);
        const float *x = all, *y = all + columns, *scale = all + 2 * columns, *shift = all + 3 * columns;
        double mean = 0, variance = 0;

        fill(all, columns * 4, (uint32_t)columns);
        memcpy(got, x, columns * sizeof *got);
        level->layer_norm(got, y, 1, columns, scale, shift, 1e-12f);
        for (size_t i = 0; i < columns; i++)
                mean += ((double)x[i] + (double)y[i]) / (double)columns;
        for (size_t i = 0; i < columns; i++)
                variance += pow((double)x[i] + (double)y[i] - mean, 2) / (double)columns;
        for (size_t i = 0; i < columns; i++)
                is_near(got[i], ((double)x[i] + (double)y[i] - mean) / sqrt(variance + 1e-12) * (double)scale[i] +
                                        (double)shift[i]);
}

static void check_pool(const struct kernels *level, size_t rows, size_t columns)
{
        HART_CLEANUP(hart_free_p) float *x = hart_allocate_array(rows * columns, sizeof *x);
        HART_CLEANUP(hart_free_p) float *got = hart_allocate_array(columns, sizeof *got);
        HART_CLEANUP(hart_free_p) double *sum = hart_allocate_array(columns, sizeof *sum);
        double squares = 0;

        fill(x, rows * columns, 5);
        level->pool(got, x, rows, columns);
        for (size_t i = 0; i < rows * columns; i++)
                sum[i % columns] += (double)x[i];
        for (size_t i = 0; i < columns; i++)
                squares += sum[i] * sum[i];
        for (size_t i = 0; i < columns; i++)
                is_near(got[i], sum[i] / sqrt(squares));
}

static void check_finite(const struct kernels *level)
{
        const float strange[] = {INFINITY, -INFINITY, NAN, -NAN};
        float x[67];

        fill(x, 67, 1);
        x[3] = -0.0f;
        x[4] = 3.4e38f;
        x[5] = 1e-45f;
        assert_true(level->all_finite(x, 67));
        for (size_t i = 0; i < 67; i++)
                for (size_t k = 0; k < 4; k++) {
                        const float kept = x[i];
                        x[i] = strange[k];
                        assert_false(level->all_finite(x, 67));
                        x[i] = kept;
                }
}

static void every_level_is_right(void **state)
{
        const struct kernels *const levels[] = {&kernels_baseline, kernels()};
        (void)state;

        for (size_t i = 0; i < 2; i++) {
                for (size_t tokens = 1; tokens < 70; tokens += 4)
                        check_attention(levels[i], tokens, 3, 32);
                check_attention(levels[i], 256, 2, 32);
                check_attention(levels[i], 17, 1, 7);
                check_norm(levels[i], 384);
                check_norm(levels[i], 13);
                check_pool(levels[i], 1, 384);
                check_pool(levels[i], 29, 384);
                check_finite(levels[i]);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(every_level_is_right)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
