/* SHA-256 (FIPS 180-4) and hexadecimal text. */
#ifndef HARTONOMOUS_DIGEST_H
#define HARTONOMOUS_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>

#define HART_SHA256_SIZE     32
#define HART_SHA256_HEX_SIZE 65 /* with the NUL */

/* One call; `data` may be NULL where size is 0. */
void hart_sha256(const void *data, size_t size, unsigned char digest[HART_SHA256_SIZE]);

/* Of many inputs, each by itself: digests[i] is that of inputs[i]. Several times as fast as one call each where they
 * are small, and up to twice as fast where they are big and the processor has instructions for SHA-256. */
typedef struct hart_sha256_input {
        const void *data; /* may be NULL where size is 0 */
        size_t size;
} hart_sha256_input;
void hart_sha256_many(const hart_sha256_input *inputs, size_t count, unsigned char (*digests)[HART_SHA256_SIZE]);

/* In pieces. finish() gives the digest and makes it ready for the next input. */
typedef struct hart_sha256_stream hart_sha256_stream;
hart_sha256_stream *hart_sha256_open(void);
void hart_sha256_update(hart_sha256_stream *stream, const void *data, size_t size);
void hart_sha256_finish(hart_sha256_stream *stream, unsigned char digest[HART_SHA256_SIZE]);
void hart_sha256_close(hart_sha256_stream *stream);

/* Lower-case hexadecimal; `text` has room for 2·size+1 bytes. */
void hart_hex(const void *data, size_t size, char *text);
/* The inverse; HART_POISON unless `text` is exactly 2·size hexadecimal digits. */
hart_code hart_unhex(const char *text, void *data, size_t size, hart_error *err);

#endif
