/* Safetensors: eight bytes with the length of a JSON header, the header (name → dtype, shape, offsets), then the
 * numbers, without holes. https://huggingface.co/docs/safetensors */
#ifndef ENCODER_SAFETENSORS_H
#define ENCODER_SAFETENSORS_H

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

/* The numbers of an F32 tensor of exactly this shape; `columns` 0 for a vector. */
hart_code safetensors_find(const struct safetensors *file, const char *name, size_t rows, size_t columns,
                           const float **ret, hart_error *err);

#endif
