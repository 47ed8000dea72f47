/* reader: little-endian values, never behind the end. */
#include "reader.h"

const unsigned char *reader_take(struct reader *reader, uint64_t size)
{
        if (reader->failed || size > reader->size - reader->at) {
                reader->failed = true;
                return NULL;
        }
        const unsigned char *bytes = reader->data + reader->at;
        reader->at += size;
        return bytes;
}

uint64_t reader_number(struct reader *reader, unsigned bytes)
{
        const unsigned char *from = reader_take(reader, bytes);
        uint64_t value = 0;
        if (from == NULL)
                return 0;
        for (unsigned i = bytes; i-- > 0;)
                value = value << 8 | from[i];
        return value;
}
