/* White space as UTF-8 (Unicode's White_Space property), looked at in a window that may end in mid-character. */
#ifndef ATOMIZER_SPACE_H
#define ATOMIZER_SPACE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the white-space character at the start of data, 0 where it begins with something else. *cut: the bytes
 * at hand could be the beginning of one. */
size_t space_length(const unsigned char *data, size_t size, bool *cut);

/* Length of the run of white space at the start of data, at most `limit` bytes. False: more bytes must be seen. */
bool space_run(const unsigned char *data, size_t size, bool last, size_t limit, size_t *ret);

/* Size of data without the white space at its end. */
size_t space_trim_end(const unsigned char *data, size_t size);

#endif
