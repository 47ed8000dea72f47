/* Base64 (RFC 4648, with its padding) of 32-bit floats in little-endian order, as servers of vectors pack them. */
#ifndef ENCODER_HTTP_ENGINE_BASE64_H
#define ENCODER_HTTP_ENGINE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that a text of this size and padding stands for; 0 where its size is none of base64's. */
size_t http_base64_size(const char *text, size_t size);
/* false where the text is no base64 of exactly `count` floats. */
bool http_base64_floats(const char *text, size_t size, double *numbers, size_t count);

#endif
