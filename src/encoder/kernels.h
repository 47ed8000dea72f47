/* The loops of the encoder that are no matrix products, compiled once for each level of the processor's vector
 * instructions. Arrays are row-major fp32. */
#ifndef ENCODER_KERNELS_H
#define ENCODER_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

struct attention_shape {
        size_t tokens, heads, head; /* heads · head = hidden */
};

struct kernels {
        const char *name; /* "x86-64-v4" */
        bool (*all_finite)(const float *x, size_t count);
        /* to = a + b + c */
        void (*add_three)(float *to, const float *a, const float *b, const float *c, size_t count);
        /* Per row: x = (x + y), normalised to mean 0 and variance 1, · scale + shift. y may be NULL. */
        void (*layer_norm)(float *x, const float *y, size_t rows, size_t columns, const float *scale,
                           const float *shift, float epsilon);
        /* softmax(Q·Kᵀ/√head)·V of one text. qkv has 3·hidden columns: all queries, all keys, all values of a token.
         * scratch holds attention_scratch() floats. */
        void (*attention)(float *to, const float *qkv, const struct attention_shape *shape, float *scratch);
        /* The rows' mean, scaled to length 1. */
        void (*pool)(float *to, const float *x, size_t rows, size_t columns);
};

/* The best that this processor runs. */
const struct kernels *kernels(void);

#define ATTENTION_LANES 16 /* floats in the widest vectors */

static inline size_t attention_padded(size_t tokens)
{
        return (tokens + ATTENTION_LANES - 1) / ATTENTION_LANES * ATTENTION_LANES;
}

static inline size_t attention_scratch(size_t tokens, size_t head)
{
        return attention_padded(tokens) * (head + 1);
}

#endif
