#include "kernels.h"

extern const struct kernels kernels_baseline;
#if defined HARTONOMOUS_X86_LEVELS
extern const struct kernels kernels_v3, kernels_v4;
#endif

const struct kernels *kernels_up_to(size_t bytes)
{
#if defined HARTONOMOUS_X86_LEVELS
        __builtin_cpu_init();
        if (bytes >= 64 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512vl"))
                return &kernels_v4;
        if (bytes >= 32 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
            __builtin_cpu_supports("bmi2"))
                return &kernels_v3;
#endif
        (void)bytes;
        return &kernels_baseline;
}

const struct kernels *kernels(void)
{
        return kernels_up_to(SIZE_MAX);
}
