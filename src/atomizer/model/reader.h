/* Little-endian values out of a document. A read behind the end gives 0 and is remembered: a format's reader asks once,
 * when it has read what belongs together. */
#ifndef MODEL_READER_H
#define MODEL_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
        const unsigned char *data;
        uint64_t size, at;
        bool failed;
};

/* The next `size` bytes; NULL where there are fewer, and nothing is passed then. */
const unsigned char *reader_take(struct reader *reader, uint64_t size);
uint64_t reader_number(struct reader *reader, unsigned bytes); /* at most 8 of them */

#endif
