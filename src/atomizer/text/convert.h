/* Text in any charset as UTF-8: which one it is, and the bytes. ICU's tables are loaded before the first run. */
#ifndef ATOMIZER_CONVERT_H
#define ATOMIZER_CONVERT_H

#include <hartonomous/atomizer.h>

#define CONVERT_NAME_MAX 32

struct charset {
        char name[CONVERT_NAME_MAX]; /* as ICU calls it: "UTF-8", "windows-1252" */
        int confidence;              /* percent; 100 where a mark or the bytes themselves say so */
        size_t mark;                 /* bytes of the byte order mark */
};

/* May be called several times; HART_FATAL where ICU's data are missing. */
hart_code convert_open(hart_error *err);
void convert_close(void);

/* UTF-8 in which some bytes are broken: ten characters beyond ASCII are sound for each byte that is not. */
bool convert_is_damaged_utf8(const unsigned char *head, size_t size);

/* By a byte order mark; by being UTF-8, damaged or not; by what is declared (may be NULL, and no NUL behind it); by
 * ICU's guess. Below CONVERT_SURE percent it is windows-1252, which gives every byte a meaning. */
#define CONVERT_SURE 15
void convert_detect(const unsigned char *head, size_t size, const char *declared, size_t declared_size,
                    struct charset *ret);

/* "text/plain; charset=latin1": "latin1" and its size; NULL where a content type says nothing. */
const char *convert_declared(const char *content_type, size_t *size);

/* Converts from the document's byte *offset on until `out` has grown by about `wanted` bytes or all is read; *offset
 * becomes where to go on. The first call begins at ret->mark. What has no meaning in the charset becomes U+FFFD. */
hart_code convert_read(const hart_document *document, const struct charset *charset, uint64_t *offset, size_t wanted,
                       hart_buffer *out, hart_error *err);

#endif
