/* SHA-256 by the processor's own instructions; digest_many.c decides whether. */
#ifndef COMMON_DIGEST_MANY_H
#define COMMON_DIGEST_MANY_H

#include <stdbool.h>

#include <hartonomous/digest.h>

#if defined(__x86_64__)
#define HART_SHA256_INSTRUCTIONS 1
#endif

/* Does this processor have them? Asked once a process. */
bool digest_has_instructions(void);
/* As hart_sha256_many, where digest_has_instructions(); two inputs at a time, since one alone leaves half of the
 * processor's SHA unit idle. */
void digest_many_instructions(const hart_sha256_input *inputs, size_t count,
                              unsigned char (*digests)[HART_SHA256_SIZE]);
/* As hart_sha256_many, through OpenSSL on any processor. */
void digest_many_portable(const hart_sha256_input *inputs, size_t count, unsigned char (*digests)[HART_SHA256_SIZE]);

#endif
