/* Tokens of JSON (RFC 8259) in bytes that stay where they are. No recursion. */
#ifndef ATOMIZER_JSON_SCAN_H
#define ATOMIZER_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* Why there is no token, and how far behind its beginning that shows. */
struct json_fault {
        const char *why;
        size_t at;
};

/* Blanks, tabs and line ends at the start of data. */
size_t json_blank(const unsigned char *data, size_t size);
/* Bytes of the string, with its quotes, at the start of data; 0 and *fault where there is none. */
size_t json_string_size(const unsigned char *data, size_t size, struct json_fault *fault);
/* The same for a string, a number, true, false or null. *lenient: NaN or Infinity, which JSON does not have. */
size_t json_scalar(const unsigned char *data, size_t size, bool *lenient, struct json_fault *fault);
/* "[]" or "{}" with blanks in it, or an array of numbers, true, false, null and such arrays, at most `size` bytes and
 * NUMBERS_DEPTH deep; 0 where there is something else. */
#define JSON_NUMBERS_DEPTH 4
size_t json_plain(const unsigned char *data, size_t size);

#endif
