/* Safetensors: eight bytes with the length of a JSON header, the header (name → dtype, shape, offsets), then the
 * numbers, without holes. https://huggingface.co/docs/safetensors */
#ifndef ENCODER_SAFETENSORS_H
#define ENCODER_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>

#include <hartonomous/error.h>
#include <hartonomous/json.h>

struct safetensors {
        hart_json *header;
        const unsigned char *data; /* first byte behind the header */
        size_t size;               /* bytes from there */
};

/* Checks everything the format promises, so that every tensor found lies inside the bytes. These stay the caller's
 * and must outlive *ret. HART_CONFIG with what is wrong. */
hart_code safetensors_parse(struct safetensors *ret, const void *bytes, size_t size, hart_error *err);
void safetensors_done(struct safetensors *file);

enum safetensors_type { SAFETENSORS_FLOAT, SAFETENSORS_HALF, SAFETENSORS_BFLOAT }; /* F32, F16, BF16 */

struct safetensors_tensor {
        enum safetensors_type type;
        const void *numbers; /* at an address that suits them */
};

bool safetensors_has(const struct safetensors *file, const char *name);
/* A tensor of exactly this shape; `columns` 0 for a vector. */
hart_code safetensors_find(const struct safetensors *file, const char *name, size_t rows, size_t columns,
                           struct safetensors_tensor *ret, hart_error *err);

#endif
