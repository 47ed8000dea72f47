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

/* Φ by erf, or the approximation. */
static double gelu(double x, bool approximate)
{
        return approximate ? x / 2 * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))
                           : x / 2 * (1 + erf(x / sqrt(2)));
}

static void check_gelu(const struct kernels *level)
{
        enum { COUNT = 4011 }; /* from -20 to 20.1, and a rest that fills no vector */
        float exact[COUNT], approximate[COUNT];

        for (size_t i = 0; i < COUNT; i++)
                exact[i] = approximate[i] = (float)i / 100 - 20;
        level->gelu(exact, COUNT);
        level->gelu_tanh(approximate, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
                const float x = (float)i / 100 - 20;
                is_near(exact[i], gelu((double)x, false));
                is_near(approximate[i], gelu((double)x, true));
                assert_true(exact[i] >= GELU_LEAST && approximate[i] >= GELU_LEAST);
        }
}

/* Every number of two bytes, and fp32 to the nearest of them. */
static void check_short_numbers(const struct kernels *level)
{
        static uint16_t all[65536], back[65536];
        static float halves[65536], bfloats[65536];

        for (size_t i = 0; i < 65536; i++)
                all[i] = (uint16_t)i;
        level->from_half(halves, all, 65536);
        level->from_bfloat(bfloats, all, 65536);
        level->to_bfloat(back, bfloats, 65536);
        for (size_t i = 0; i < 65536; i++) {
                int exponent = (int)(i >> 10 & 31);
                double fraction = (double)(i & 1023) / 1024, sign = i >= 32768 ? -1 : 1;
                if (exponent == 31)
                        assert_true(isinf(halves[i]) || isnan(halves[i]));
                else
                        assert_true((double)halves[i] ==
                                    sign * (exponent == 0 ? ldexp(fraction, -14) : ldexp(1 + fraction, exponent - 15)));
                if (!isinf(bfloats[i]) && !isnan(bfloats[i]))
                        assert_int_equal(back[i], i);
        }
        const float between[] = {0x1.01p0f, 0x1.03p0f, 0x1.010002p0f}; /* halfway, to even; and more */
        level->to_bfloat(back, between, 3);
        assert_int_equal(back[0], 0x3f80);
        assert_int_equal(back[1], 0x3f82);
        assert_int_equal(back[2], 0x3f81);
}

static void check_whole_numbers(const struct kernels *level, size_t count)
{
        HART_CLEANUP(hart_free_p) float *x = hart_allocate_array(count * 3, sizeof *x);
        HART_CLEANUP(hart_free_p) int8_t *with_sign = hart_allocate_array(count, 1);
        HART_CLEANUP(hart_free_p) uint8_t *without = hart_allocate_array(count, 1);
        const float *factors = x + count, *shift = x + 2 * count;
        float scale;

        fill(x, count * 3, (uint32_t)count);
        level->to_signed(with_sign, &scale, x, factors, count);
        for (size_t i = 0; i < count; i++)
                assert_true(fabsf(x[i] * factors[i] - (float)with_sign[i] * scale) <= scale * 0.501f);
        level->to_unsigned(without, &scale, x, -2.0f, count);
        for (size_t i = 0; i < count; i++)
                assert_true(fabsf(x[i] + 2.0f - (float)without[i] * scale) <= scale * 0.501f);
        HART_CLEANUP(hart_free_p) float *scaled = hart_allocate_array(count, sizeof *scaled);
        memcpy(scaled, x, count * sizeof *x);
        level->rescale(scaled, 3.0f, factors, shift, count);
        for (size_t i = 0; i < count; i++)
                is_near(scaled[i], 3 * (double)x[i] * (double)factors[i] + (double)shift[i]);
        memset(x, 0, count * sizeof *x);
        level->to_signed(with_sign, &scale, x, factors, count);
        assert_true(scale >= 0 && with_sign[0] == 0 && with_sign[count - 1] == 0);
}

static void every_level_is_right(void **state)
{
        const struct kernels *const levels[] = {&kernels_baseline, kernels_up_to(32), kernels()};
        (void)state;

        for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
                check_gelu(levels[i]);
                check_short_numbers(levels[i]);
                check_whole_numbers(levels[i], 384);
                check_whole_numbers(levels[i], 13);
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
