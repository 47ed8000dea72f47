/* SHA-256 of many inputs: the cost of a call is paid once. */
#include "digest_many.h"

#ifdef HART_SHA256_INSTRUCTIONS
#include <cpuid.h>
#include <stdatomic.h>

static bool ask_processor(void)
{
        unsigned a, b, c, d;
        bool has = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_1) != 0 && (c & bit_SSSE3) != 0;
        return has && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

/* A virtual machine's answer takes microseconds, and is the same for ever. */
bool digest_has_instructions(void)
{
        enum { UNKNOWN, NO, YES };
        static atomic_int answer = UNKNOWN;
        int known = atomic_load_explicit(&answer, memory_order_relaxed);
        if (known == UNKNOWN) {
                known = ask_processor() ? YES : NO;
                atomic_store_explicit(&answer, known, memory_order_relaxed);
        }
        return known == YES;
}
#else
bool digest_has_instructions(void)
{
        return false;
}

void digest_many_instructions(const hart_sha256_input *inputs, size_t count, unsigned char (*digests)[HART_SHA256_SIZE])
{
        digest_many_portable(inputs, count, digests);
}
#endif

void digest_many_portable(const hart_sha256_input *inputs, size_t count, unsigned char (*digests)[HART_SHA256_SIZE])
{
        hart_sha256_stream *stream = hart_sha256_open();
        for (size_t i = 0; i < count; i++) {
                hart_sha256_update(stream, inputs[i].data, inputs[i].size);
                hart_sha256_finish(stream, digests[i]);
        }
        hart_sha256_close(stream);
}

void hart_sha256_many(const hart_sha256_input *inputs, size_t count, unsigned char (*digests)[HART_SHA256_SIZE])
{
        if (count > 0 && digest_has_instructions())
                digest_many_instructions(inputs, count, digests);
        else if (count > 0)
                digest_many_portable(inputs, count, digests);
}
