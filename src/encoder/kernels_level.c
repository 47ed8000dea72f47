/* Compiled once for each level, with KERNELS as the table's name and KERNELS_NAME as the level's; see CMakeLists.txt.
 * What goes row by row; GELU and attention have files of their own. Written so that compilers vectorise every inner
 * loop, given leave to reorder sums. */
#include "kernels_lanes.h"

#include <math.h>

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
        .gelu = OF_LEVEL(gelu),
        .gelu_tanh = OF_LEVEL(gelu_tanh),
        .layer_norm = layer_norm,
        .attention = OF_LEVEL(attention),
        .pool = pool,
};
