/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef HARTONOMOUS_UTF8_H
#define HARTONOMOUS_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length of the valid sequence at the start of data, 0 where there is none (also when it is cut off by size). */
size_t hart_utf8_length(const unsigned char *data, size_t size, uint32_t *code_point);
bool hart_utf8_valid(const void *data, size_t size);
/* Is the end of data a sequence that more bytes could complete? Gives its length so far, else 0. */
size_t hart_utf8_incomplete_tail(const unsigned char *data, size_t size);

#endif
