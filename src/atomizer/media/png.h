/* Chunks of a PNG file. */
#ifndef ATOMIZER_MEDIA_PNG_H
#define ATOMIZER_MEDIA_PNG_H

#include <stddef.h>
#include <stdint.h>

/* Content of the chunk with this name before the pixels, NULL where there is none. */
const unsigned char *png_find(const unsigned char *data, size_t size, const char name[4], uint32_t *length);

#endif
