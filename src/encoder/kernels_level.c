/* Compiled once for each level, with KERNELS as the table's name and KERNELS_NAME as the level's; see CMakeLists.txt.
 * Written so that compilers vectorise every inner loop, given leave to reorder sums. */
#include "kernels.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

extern const struct kernels KERNELS;

/* By the bits: what compilers may do with sums of NaN is hard to say. */
static bool all_finite(const float *x, size_t count)
{
        const uint32_t exponent = 0x7f800000;
        uint32_t found = 0;

        for (size_t i = 0; i < count; i++) {
                uint32_t bits;
                memcpy(&bits, &x[i], sizeof bits);
                found |= (bits & exponent) == exponent;
        }
        return found == 0;
}

static void from_half(float *restrict to, const uint16_t *restrict from, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                uint32_t half = from[i], bits = (half & 0x7fff) << 13, sign = (half & 0x8000) << 16;
                float x;
                memcpy(&x, &bits, sizeof x);
                x *= 0x1p112f; /* between the biases of the exponents */
                memcpy(&bits, &x, sizeof bits);
                /* Infinities and NaN have all bits of the exponent in either format. */
                bits |= sign | ((half & 0x7c00) == 0x7c00 ? 0x7f800000u : 0);
                memcpy(&to[i], &bits, sizeof bits);
        }
}

static void from_bfloat(float *restrict to, const uint16_t *restrict from, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                uint32_t bits = (uint32_t)from[i] << 16;
                memcpy(&to[i], &bits, sizeof bits);
        }
}

static void to_bfloat(uint16_t *restrict to, const float *restrict from, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                uint32_t bits;
                memcpy(&bits, &from[i], sizeof bits);
                to[i] = (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
        }
}

/* Added to a number below 2^22, it leaves the nearest whole number in the low bits. */
#define ROUNDER 0x1.8p23f

static void to_signed(int8_t *restrict to, float *scale, const float *restrict x, const float *restrict factors,
                      size_t count)
{
        uint32_t most = 0;
        float largest;

        for (size_t i = 0; i < count; i++) {
                float number = x[i] * factors[i];
                uint32_t bits; /* of a positive number they have its order */
                memcpy(&bits, &number, sizeof bits);
                bits &= 0x7fffffff;
                most = bits > most ? bits : most;
        }
        memcpy(&largest, &most, sizeof largest);
        const float factor = largest > 1e-30f ? 127.0f / largest : 0;
        *scale = largest / 127.0f;
        for (size_t i = 0; i < count; i++) {
                float rounded = x[i] * factors[i] * factor + ROUNDER;
                uint32_t bits;
                memcpy(&bits, &rounded, sizeof bits);
                to[i] = (int8_t)bits;
        }
}

static void to_unsigned(uint8_t *restrict to, float *scale, const float *restrict x, float least, size_t count)
{
        int32_t most = 0;
        float largest;

        for (size_t i = 0; i < count; i++) {
                int32_t bits;
                memcpy(&bits, &x[i], sizeof bits);
                most = bits > most ? bits : most;
        }
        memcpy(&largest, &most, sizeof largest);
        const float factor = 255.0f / (largest - least);
        *scale = (largest - least) / 255.0f;
        for (size_t i = 0; i < count; i++) {
                float rounded = (x[i] - least) * factor + ROUNDER;
                uint32_t bits;
                memcpy(&bits, &rounded, sizeof bits);
                to[i] = (uint8_t)bits;
        }
}

static void rescale(float *restrict x, float factor, const float *restrict factors, const float *restrict shift,
                    size_t count)
{
        for (size_t i = 0; i < count; i++)
                x[i] = x[i] * (factor * factors[i]) + shift[i];
}

static void add_three(float *restrict to, const float *restrict a, const float *restrict b, const float *restrict c,
                      size_t count)
{
        for (size_t i = 0; i < count; i++)
                to[i] = a[i] + b[i] + c[i];
}

static void layer_norm(float *restrict x, const float *restrict y, size_t rows, size_t columns,
                       const float *restrict scale, const float *restrict shift, float epsilon)
{
        for (size_t row = 0; row < rows; row++, x += columns) {
                float sum = 0, squares = 0;
                if (y != NULL) {
                        const float *add = y + row * columns;
                        for (size_t i = 0; i < columns; i++)
                                x[i] += add[i];
                }
                for (size_t i = 0; i < columns; i++)
                        sum += x[i];
                float mean = sum / (float)columns;
                for (size_t i = 0; i < columns; i++)
                        squares += (x[i] - mean) * (x[i] - mean);
                float factor = 1.0f / sqrtf(squares / (float)columns + epsilon);
                for (size_t i = 0; i < columns; i++)
                        x[i] = (x[i] - mean) * factor * scale[i] + shift[i];
        }
}

/* What follows is written in vectors of this length, which compilers make of what the level has. */
typedef float lanes __attribute__((vector_size(ATTENTION_LANES * sizeof(float))));
typedef int32_t whole_lanes __attribute__((vector_size(ATTENTION_LANES * sizeof(int32_t))));

#define LOAD(vector, from) memcpy(&(vector), (from), sizeof(vector))
#define STORE(to, vector)  memcpy((to), &(vector), sizeof(vector))
/* Per lane the greater of two; `mask` is a whole_lanes to work with. */
#define GREATER(to, a, b, mask)                                                                                        \
        do {                                                                                                           \
                (mask) = (whole_lanes)((a) > (b));                                                                     \
                (to) = (lanes)(((whole_lanes)(a) & (mask)) | ((whole_lanes)(b) & ~(mask)));                            \
        } while (0)

/* erf(z) ≈ z · P(z²) / Q(z²) to 4e-8, fitted to it by least squares from 0 to ERF_END, from where on it is 1. */
#define ERF_END 3.92f

static void gelu(float *restrict x, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                float z = x[i] * 0.70710678118654752f, u, p, q;
                z = z > ERF_END ? ERF_END : z;
                z = z < -ERF_END ? -ERF_END : z;
                u = z * z;
                p = u * 1.9921479e-8f - 1.9943037e-6f;
                p = p * u + 1.48987e-4f;
                p = p * u + 3.97289339e-3f;
                p = p * u + 5.13972689e-2f;
                p = p * u + 2.06114174e-1f;
                p = p * u + 1.12837878f;
                q = u * 1.02412502e-3f + 1.48892146e-2f;
                q = q * u + 1.17564542e-1f;
                q = q * u + 5.15992714e-1f;
                q = q * u + 1.0f;
                x[i] = 0.5f * x[i] * (1.0f + z * p / q);
        }
}

/* e^x of x from -87 to 0 to about one unit in the last place: 2^n · e^r, |r| ≤ ln 2 / 2, e^r by Cephes' polynomial. */
static inline __attribute__((always_inline)) void exponential(lanes *to, const lanes *from)
{
        lanes x = *from, n, r, p;
        whole_lanes whole = __builtin_convertvector(x * 1.44269504088896341f - 0.5f, whole_lanes); /* to the nearest */

        n = __builtin_convertvector(whole, lanes);
        r = x - n * 0.69314718055994531f;
        p = r * 1.9875691500e-4f + 1.3981999507e-3f;
        p = p * r + 8.3334519073e-3f;
        p = p * r + 4.1665795894e-2f;
        p = p * r + 1.6666665459e-1f;
        p = p * r + 5.0000001201e-1f;
        p = p * r * r + r + 1.0f;
        *to = p * (lanes)((whole + 127) << 23);
}

/* x / (1 + e^(-2t)), t = √(2/π)·(x + 0.044715·x³) */
static inline __attribute__((always_inline)) void gelu_tanh_lanes(lanes *from)
{
        const lanes none = {0};
        lanes x = *from, t = (x + x * x * x * 0.044715f) * 1.5957691216057308f, below, power;
        whole_lanes mask;

        GREATER(below, t, none - t, mask);
        below = none - below; /* -|2t| */
        GREATER(below, below, none - 87.0f, mask);
        exponential(&power, &below);
        mask = (whole_lanes)(t < none);
        t = (lanes)(((whole_lanes)power & mask) | ((whole_lanes)(none + 1.0f) & ~mask));
        *from = x * t / (power + 1.0f);
}

static void gelu_tanh(float *restrict x, size_t count)
{
        float rest[ATTENTION_LANES] = {0};
        lanes vector;
        size_t i = 0;

        for (; i + ATTENTION_LANES <= count; i += ATTENTION_LANES) {
                LOAD(vector, x + i);
                gelu_tanh_lanes(&vector);
                STORE(x + i, vector);
        }
        if (i == count)
                return;
        memcpy(rest, x + i, (count - i) * sizeof *rest);
        LOAD(vector, rest);
        gelu_tanh_lanes(&vector);
        STORE(rest, vector);
        memcpy(x + i, rest, (count - i) * sizeof *rest);
}

/* The vector with its lanes moved on by half, a quarter, an eighth and a sixteenth of its length: folded by all four,
 * each lane has all. */
#define MOVED_8(v) __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)
#define MOVED_4(v) __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)
#define MOVED_2(v) __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)
#define MOVED_1(v) __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)

/* Replaces each of a query's scores by e to its difference from the greatest; *factor = 1 / their sum, in each lane. */
static inline __attribute__((always_inline)) void soften(float *scores, size_t padded, lanes *factor)
{
        const lanes least = {0};
        lanes most, sum = {0}, x;
        whole_lanes mask;

        LOAD(most, scores);
        for (size_t j = ATTENTION_LANES; j < padded; j += ATTENTION_LANES) {
                LOAD(x, scores + j);
                GREATER(most, most, x, mask);
        }
        GREATER(most, most, MOVED_8(most), mask);
        GREATER(most, most, MOVED_4(most), mask);
        GREATER(most, most, MOVED_2(most), mask);
        GREATER(most, most, MOVED_1(most), mask);
        for (size_t j = 0; j < padded; j += ATTENTION_LANES) {
                LOAD(x, scores + j);
                x = x - most;
                GREATER(x, x, least - 87.0f, mask);
                exponential(&x, &x);
                STORE(scores + j, x);
                sum += x;
        }
        sum += MOVED_8(sum);
        sum += MOVED_4(sum);
        sum += MOVED_2(sum);
        sum += MOVED_1(sum);
        *factor = 1.0f / sum;
}

/* Some queries at a time, so that each key and value is loaded once for all of them. */
struct queries {
        const float *query[ATTENTION_QUERIES];
        float *scores[ATTENTION_QUERIES]; /* attention_padded(tokens) each */
        lanes factor[ATTENTION_QUERIES];  /* 1 / their sum */
};

/* scores[j] = e^(query · key j - the greatest of these), with keys[dimension][padded]; about 0 from `tokens` on.
 * `padded` is a multiple of ATTENTION_LANES, so that no loop has a rest to do number by number. */
static void weigh(struct queries *restrict queries, const float *restrict keys, size_t tokens, size_t padded,
                  size_t head)
{
        for (size_t first = 0; first < padded; first += ATTENTION_LANES) {
                lanes score[ATTENTION_QUERIES] = {{0}}, key;
                for (size_t d = 0; d < head; d++) {
                        LOAD(key, keys + d * padded + first);
                        for (size_t q = 0; q < ATTENTION_QUERIES; q++)
                                score[q] += queries->query[q][d] * key;
                }
                for (size_t q = 0; q < ATTENTION_QUERIES; q++)
                        STORE(queries->scores[q] + first, score[q]);
        }
        for (size_t q = 0; q < ATTENTION_QUERIES; q++) {
                float *scores = queries->scores[q];
                for (size_t j = tokens; j < padded; j++)
                        scores[j] = -INFINITY;
                soften(scores, padded, &queries->factor[q]);
        }
}

/* to[q] = Σ scores[q][j] · value j, times factor[q]; of the first `count` queries. */
static void mix(float *restrict to, const struct queries *restrict queries, size_t count, const float *restrict values,
                const struct attention_shape *shape)
{
        const size_t hidden = shape->heads * shape->head, stride = 3 * hidden;
        size_t first = 0;

        for (; first + ATTENTION_LANES <= shape->head; first += ATTENTION_LANES) {
                lanes mixed[ATTENTION_QUERIES] = {{0}}, value;
                for (size_t j = 0; j < shape->tokens; j++) {
                        LOAD(value, values + j * stride + first);
                        for (size_t q = 0; q < ATTENTION_QUERIES; q++)
                                mixed[q] += queries->scores[q][j] * value;
                }
                for (size_t q = 0; q < ATTENTION_QUERIES; q++) {
                        mixed[q] *= queries->factor[q];
                        if (q < count)
                                STORE(to + q * hidden + first, mixed[q]);
                }
        }
        for (; first < shape->head; first++)
                for (size_t q = 0; q < count; q++) {
                        float mixed = 0;
                        for (size_t j = 0; j < shape->tokens; j++)
                                mixed += queries->scores[q][j] * values[j * stride + first];
                        to[q * hidden + first] = mixed * queries->factor[q][0];
                }
}

static void attend(float *to, const float *head, const float *keys, struct queries *queries,
                   const struct attention_shape *shape)
{
        size_t hidden = shape->heads * shape->head, padded = attention_padded(shape->tokens);

        for (size_t i = 0; i < shape->tokens; i += ATTENTION_QUERIES) {
                size_t left = shape->tokens - i, count = left < ATTENTION_QUERIES ? left : ATTENTION_QUERIES;
                for (size_t q = 0; q < ATTENTION_QUERIES; q++) /* where fewer are left, the last is done again */
                        queries->query[q] = head + (i + (q < count ? q : count - 1)) * 3 * hidden;
                weigh(queries, keys, shape->tokens, padded, shape->head);
                mix(to + i * hidden, queries, count, head + 2 * hidden, shape);
        }
}

static void attention(float *to, const float *qkv, const struct attention_shape *shape, float *scratch)
{
        size_t hidden = shape->heads * shape->head, padded = attention_padded(shape->tokens);
        float *keys = scratch, scale = 1.0f / sqrtf((float)shape->head);
        struct queries queries;

        for (size_t q = 0; q < ATTENTION_QUERIES; q++)
                queries.scores[q] = scratch + padded * (shape->head + q);
        memset(keys, 0, padded * shape->head * sizeof *keys);
        for (size_t first = 0; first < hidden; first += shape->head) {
                const float *key = qkv + hidden + first;
                for (size_t j = 0; j < shape->tokens; j++)
                        for (size_t d = 0; d < shape->head; d++)
                                keys[d * padded + j] = key[j * 3 * hidden + d] * scale;
                attend(to + first, qkv + first, keys, &queries, shape);
        }
}

static void pool(float *restrict to, const float *restrict x, size_t rows, size_t columns)
{
        float squares = 0;

        memset(to, 0, columns * sizeof *to);
        for (size_t row = 0; row < rows; row++)
                for (size_t i = 0; i < columns; i++)
                        to[i] += x[row * columns + i];
        for (size_t i = 0; i < columns; i++)
                to[i] /= (float)rows;
        for (size_t i = 0; i < columns; i++)
                squares += to[i] * to[i];
        float length = sqrtf(squares);
        for (size_t i = 0; i < columns; i++)
                to[i] /= length > 1e-12f ? length : 1e-12f; /* as PyTorch's normalize */
}

const struct kernels KERNELS = {
        .name = KERNELS_NAME,
        .all_finite = all_finite,
        .from_half = from_half,
        .from_bfloat = from_bfloat,
        .to_bfloat = to_bfloat,
        .to_signed = to_signed,
        .to_unsigned = to_unsigned,
        .rescale = rescale,
        .add_three = add_three,
        .gelu = gelu,
        .gelu_tanh = gelu_tanh,
        .layer_norm = layer_norm,
        .attention = attention,
        .pool = pool,
};
