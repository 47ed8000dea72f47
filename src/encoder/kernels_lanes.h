/* What the loops of a level are written with: vectors of a fixed length, which compilers make of what the level has,
 * and the names of functions that are there once for each level. */
#ifndef ENCODER_KERNELS_LANES_H
#define ENCODER_KERNELS_LANES_H

#include <stdint.h>
#include <string.h>

#include "kernels.h"

/* kernels_v4_attention */
#define OF_LEVEL(name)              OF_LEVEL_JOIN(KERNELS, name)
#define OF_LEVEL_JOIN(level, name)  OF_LEVEL_PASTE(level, name)
#define OF_LEVEL_PASTE(level, name) level##_##name

void OF_LEVEL(gelu)(float *x, size_t count);
void OF_LEVEL(gelu_tanh)(float *x, size_t count);
void OF_LEVEL(attention)(float *to, const float *qkv, const struct attention_shape *shape, float *scratch);

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

#endif
