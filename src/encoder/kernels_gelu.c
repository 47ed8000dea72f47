/* GELU, by erf and by tanh; compiled once for each level as kernels_level.c is. */
#include "kernels_lanes.h"

/* erf(z) ≈ z · P(z²) / Q(z²) to 4e-8, fitted to it by least squares from 0 to ERF_END, from where on it is 1. */
#define ERF_END 3.92f

void OF_LEVEL(gelu)(float *restrict x, size_t count)
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

void OF_LEVEL(gelu_tanh)(float *restrict x, size_t count)
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
