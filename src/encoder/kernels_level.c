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

/* Attention is written in vectors of this length, which compilers make of what the level has. */
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

static inline float greatest(const float *scores, size_t padded)
{
        float parts[ATTENTION_LANES];
        lanes most, other;
        whole_lanes mask;

        LOAD(most, scores);
        for (size_t j = ATTENTION_LANES; j < padded; j += ATTENTION_LANES) {
                LOAD(other, scores + j);
                GREATER(most, most, other, mask);
        }
        STORE(parts, most);
        for (size_t width = ATTENTION_LANES / 2; width > 0; width /= 2)
                for (size_t j = 0; j < width; j++)
                        parts[j] = parts[j] > parts[j + width] ? parts[j] : parts[j + width];
        return parts[0];
}

/* Replaces each x ≤ 0 by e^x to about one unit in the last place: 2^n · e^r, |r| ≤ ln 2 / 2, e^r by Cephes' polynomial.
 * Returns the sum. */
static inline float exponentials(float *scores, size_t padded, float most)
{
        const lanes least = {0};
        lanes sums = {0}, x, n, r, p;
        whole_lanes whole, mask;
        float parts[ATTENTION_LANES], sum = 0;

        for (size_t j = 0; j < padded; j += ATTENTION_LANES) {
                LOAD(x, scores + j);
                x = x - most;
                GREATER(x, x, least - 87.0f, mask);
                whole = __builtin_convertvector(x * 1.44269504088896341f - 0.5f, whole_lanes); /* to the nearest */
                n = __builtin_convertvector(whole, lanes);
                r = x - n * 0.69314718055994531f;
                p = r * 1.9875691500e-4f + 1.3981999507e-3f;
                p = p * r + 8.3334519073e-3f;
                p = p * r + 4.1665795894e-2f;
                p = p * r + 1.6666665459e-1f;
                p = p * r + 5.0000001201e-1f;
                p = p * r * r + r + 1.0f;
                p = p * (lanes)((whole + 127) << 23);
                STORE(scores + j, p);
                sums += p;
        }
        STORE(parts, sums);
        for (size_t j = 0; j < ATTENTION_LANES; j++)
                sum += parts[j];
        return sum;
}

/* scores[j] = e^(query · key j - the greatest of these), with keys[dimension][padded]; about 0 from `tokens` on.
 * `padded` is a multiple of ATTENTION_LANES, so that no loop has a rest to do number by number. Returns the sum of all.
 */
static float weigh(float *restrict scores, const float *restrict query, const float *restrict keys, size_t tokens,
                   size_t padded, size_t head)
{
        for (size_t first = 0; first < padded; first += ATTENTION_LANES) {
                lanes score = {0}, key;
                for (size_t d = 0; d < head; d++) {
                        LOAD(key, keys + d * padded + first);
                        score += query[d] * key;
                }
                STORE(scores + first, score);
        }
        for (size_t j = tokens; j < padded; j++)
                scores[j] = -INFINITY;
        return exponentials(scores, padded, greatest(scores, padded));
}

/* to = Σ scores[j] · value j, divided by `sum`. */
static void mix(float *restrict to, const float *restrict scores, const float *restrict values,
                const struct attention_shape *shape, float sum)
{
        const size_t stride = 3 * shape->heads * shape->head;
        size_t first = 0;

        for (; first + ATTENTION_LANES <= shape->head; first += ATTENTION_LANES) {
                lanes mixed = {0}, value;
                for (size_t j = 0; j < shape->tokens; j++) {
                        LOAD(value, values + j * stride + first);
                        mixed += scores[j] * value;
                }
                mixed = mixed / sum;
                STORE(to + first, mixed);
        }
        for (; first < shape->head; first++) {
                float mixed = 0;
                for (size_t j = 0; j < shape->tokens; j++)
                        mixed += scores[j] * values[j * stride + first];
                to[first] = mixed / sum;
        }
}

static void attention(float *to, const float *qkv, const struct attention_shape *shape, float *scratch)
{
        size_t hidden = shape->heads * shape->head, stride = 3 * hidden, padded = attention_padded(shape->tokens);
        float *keys = scratch, *scores = scratch + padded * shape->head;
        float scale = 1.0f / sqrtf((float)shape->head);

        memset(keys, 0, padded * shape->head * sizeof *keys);
        for (size_t first = 0; first < hidden; first += shape->head) {
                const float *query = qkv + first, *key = query + hidden, *value = key + hidden;
                for (size_t j = 0; j < shape->tokens; j++)
                        for (size_t d = 0; d < shape->head; d++)
                                keys[d * padded + j] = key[j * stride + d] * scale;
                for (size_t i = 0; i < shape->tokens; i++) {
                        float sum = weigh(scores, query + i * stride, keys, shape->tokens, padded, shape->head);
                        mix(to + i * hidden + first, scores, value, shape, sum);
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
