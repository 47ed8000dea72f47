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

/* e^x for x ≤ 0 to about one unit in the last place: 2^n · e^r, |r| ≤ ln 2 / 2, e^r by Cephes' polynomial. */
static inline float exponential(float x)
{
        x = x < -87.0f ? -87.0f : x;
        float n = x * 1.44269504088896341f;
        int32_t whole = (int32_t)(n - 0.5f); /* n ≤ 0: rounds to nearest */
        float r = x - (float)whole * 0.693359375f + (float)whole * 2.12194440e-4f;
        float p = 1.9875691500e-4f;
        p = p * r + 1.3981999507e-3f;
        p = p * r + 8.3334519073e-3f;
        p = p * r + 4.1665795894e-2f;
        p = p * r + 1.6666665459e-1f;
        p = p * r + 5.0000001201e-1f;
        p = p * r * r + r + 1.0f;
        union {
                int32_t bits;
                float value;
        } power = {.bits = (whole + 127) << 23};
        return p * power.value;
}

/* scores[j] = query · key j, with keys[dimension][tokens]; becomes softmax(scale · scores). */
static void weigh(float *restrict scores, const float *restrict query, const float *restrict keys, size_t tokens,
                  size_t head, float scale)
{
        float most = -INFINITY, sum = 0;

        memset(scores, 0, tokens * sizeof *scores);
        for (size_t d = 0; d < head; d++) {
                float q = query[d] * scale;
                const float *key = keys + d * tokens;
                for (size_t j = 0; j < tokens; j++)
                        scores[j] += q * key[j];
        }
        for (size_t j = 0; j < tokens; j++)
                most = scores[j] > most ? scores[j] : most;
        for (size_t j = 0; j < tokens; j++) {
                scores[j] = exponential(scores[j] - most);
                sum += scores[j];
        }
        for (size_t j = 0; j < tokens; j++)
                scores[j] /= sum;
}

static void mix(float *restrict to, const float *restrict scores, const float *restrict values, size_t tokens,
                size_t stride, size_t head)
{
        memset(to, 0, head * sizeof *to);
        for (size_t j = 0; j < tokens; j++) {
                const float *value = values + j * stride;
                for (size_t d = 0; d < head; d++)
                        to[d] += scores[j] * value[d];
        }
}

static void attention(float *to, const float *qkv, const struct attention_shape *shape, float *scratch)
{
        size_t hidden = shape->heads * shape->head, stride = 3 * hidden;
        float *keys = scratch, *scores = scratch + shape->tokens * shape->head;
        float scale = 1.0f / sqrtf((float)shape->head);

        for (size_t first = 0; first < hidden; first += shape->head) {
                const float *query = qkv + first, *key = query + hidden, *value = key + hidden;
                for (size_t j = 0; j < shape->tokens; j++)
                        for (size_t d = 0; d < shape->head; d++)
                                keys[d * shape->tokens + j] = key[j * stride + d];
                for (size_t i = 0; i < shape->tokens; i++) {
                        weigh(scores, query + i * stride, keys, shape->tokens, shape->head, scale);
                        mix(to + i * hidden + first, scores, value, shape->tokens, stride, shape->head);
                }
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
        .add_three = add_three,
        .layer_norm = layer_norm,
        .attention = attention,
        .pool = pool,
};
