/* Zstandard frames with a content checksum (RFC 8878). */
#ifndef HARTONOMOUS_COMPRESSION_H
#define HARTONOMOUS_COMPRESSION_H

#include <hartonomous/error.h>
#include <hartonomous/memory.h>

/* Appends one frame to `out`. */
hart_code hart_compress(const void *data, size_t size, int level, hart_buffer *out, hart_error *err);
/* Appends the content of one frame to `out`; HART_POISON where it is damaged or longer than `limit` bytes. */
hart_code hart_decompress(const void *data, size_t size, size_t limit, hart_buffer *out, hart_error *err);

#endif
