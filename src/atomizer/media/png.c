/* png: chunks are a length, a name, content and a sum of four bytes (PNG 1.2, 3.2). */
#include "png.h"

#include <string.h>

#define SIGNATURE 8
#define AROUND    12

static uint32_t big(const unsigned char *bytes)
{
        return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

const unsigned char *png_find(const unsigned char *data, size_t size, const char name[4], uint32_t *length)
{
        for (size_t i = SIGNATURE; i < size && size - i >= AROUND;) {
                uint32_t content = big(data + i);
                if (content > size - i - AROUND || memcmp(data + i + 4, "IDAT", 4) == 0)
                        break;
                if (memcmp(data + i + 4, name, 4) == 0) {
                        *length = content;
                        return data + i + 8;
                }
                i += AROUND + (size_t)content;
        }
        return NULL;
}
