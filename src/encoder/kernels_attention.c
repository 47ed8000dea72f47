/* Attention; compiled once for each level as kernels_level.c is. */
#include "kernels_lanes.h"

#include <math.h>

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

void OF_LEVEL(attention)(float *to, const float *qkv, const struct attention_shape *shape, float *scratch)
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
