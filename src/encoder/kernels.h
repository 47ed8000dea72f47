/* The loops of the encoder that are no matrix products, compiled once for each level of the processor's vector
 * instructions. Arrays are row-major fp32 unless it is said otherwise. */
#ifndef ENCODER_KERNELS_H
#define ENCODER_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attention_shape {
        size_t tokens, heads, head; /* heads · head = hidden */
};

struct kernels {
        const char *name; /* "x86-64-v4" */
        bool (*all_finite)(const float *x, size_t count);
        /* Numbers of two bytes: IEEE's half and bfloat16. Each has an exact value in fp32; to_bfloat rounds to even. */
        void (*from_half)(float *to, const uint16_t *from, size_t count);
        void (*from_bfloat)(float *to, const uint16_t *from, size_t count);
        void (*to_bfloat)(uint16_t *to, const float *from, size_t count);
        /* A row as whole numbers. x[i] · factors[i] ≈ to[i] · (*scale), from -127 to 127; or, of numbers that are not
         * below `least`, x[i] ≈ to[i] · (*scale) + least with unsigned ones from 0 to 255. */
        void (*to_signed)(int8_t *to, float *scale, const float *x, const float *factors, size_t count);
        void (*to_unsigned)(uint8_t *to, float *scale, const float *x, float least, size_t count);
        /* x = x · factor · factors[i] + shift[i] */
        void (*rescale)(float *x, float factor, const float *factors, const float *shift, size_t count);
        /* to = a + b + c */
        void (*add_three)(float *to, const float *a, const float *b, const float *c, size_t count);
        /* x·Φ(x): by erf to 1e-6, and the approximation by tanh that some models were trained with. */
        void (*gelu)(float *x, size_t count);
        void (*gelu_tanh)(float *x, size_t count);
        /* Per row: x = (x + y), normalised to mean 0 and variance 1, · scale + shift. y may be NULL. */
        void (*layer_norm)(float *x, const float *y, size_t rows, size_t columns, const float *scale,
                           const float *shift, float epsilon);
        /* softmax(Q·Kᵀ/√head)·V of one text. qkv has 3·hidden columns: all queries, all keys, all values of a token.
         * scratch holds attention_scratch() floats. */
        void (*attention)(float *to, const float *qkv, const struct attention_shape *shape, float *scratch);
        /* The rows' mean, scaled to length 1. */
        void (*pool)(float *to, const float *x, size_t rows, size_t columns);
};

/* The best that this processor runs; with vectors of at most so many bytes. */
const struct kernels *kernels(void);
const struct kernels *kernels_up_to(size_t bytes);

#define GELU_LEAST        -0.1701f /* no value of either GELU is below */
#define ATTENTION_LANES   16       /* floats in the widest vectors */
#define ATTENTION_QUERIES 4        /* computed at a time */

static inline size_t attention_padded(size_t tokens)
{
        return (tokens + ATTENTION_LANES - 1) / ATTENTION_LANES * ATTENTION_LANES;
}

static inline size_t attention_scratch(size_t tokens, size_t head)
{
        return attention_padded(tokens) * (head + ATTENTION_QUERIES);
}

#endif
