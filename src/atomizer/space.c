/* space: which bytes are white space. */
#include "space.h"

#include <string.h>

/* The characters beyond ASCII, none the beginning of another. */
static const struct {
        unsigned char bytes[3];
        size_t size;
} wide[] = {
        {{0xC2, 0x85}, 2},       {{0xC2, 0xA0}, 2},       {{0xE1, 0x9A, 0x80}, 3}, {{0xE2, 0x80, 0x80}, 3},
        {{0xE2, 0x80, 0x81}, 3}, {{0xE2, 0x80, 0x82}, 3}, {{0xE2, 0x80, 0x83}, 3}, {{0xE2, 0x80, 0x84}, 3},
        {{0xE2, 0x80, 0x85}, 3}, {{0xE2, 0x80, 0x86}, 3}, {{0xE2, 0x80, 0x87}, 3}, {{0xE2, 0x80, 0x88}, 3},
        {{0xE2, 0x80, 0x89}, 3}, {{0xE2, 0x80, 0x8A}, 3}, {{0xE2, 0x80, 0xA8}, 3}, {{0xE2, 0x80, 0xA9}, 3},
        {{0xE2, 0x80, 0xAF}, 3}, {{0xE2, 0x81, 0x9F}, 3}, {{0xE3, 0x80, 0x80}, 3},
};

static bool is_ascii_space(unsigned char byte)
{
        return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

size_t space_length(const unsigned char *data, size_t size, bool *cut)
{
        *cut = false;
        if (size == 0)
                return 0;
        if (data[0] < 0x80)
                return is_ascii_space(data[0]) ? 1 : 0;
        if (data[0] != 0xC2 && (data[0] < 0xE1 || data[0] > 0xE3))
                return 0;
        for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
                size_t compared = size < wide[i].size ? size : wide[i].size;
                if (memcmp(data, wide[i].bytes, compared) != 0)
                        continue;
                if (compared == wide[i].size)
                        return compared;
                *cut = true;
        }
        return 0;
}

bool space_run(const unsigned char *data, size_t size, bool last, size_t limit, size_t *ret)
{
        size_t position = 0;
        while (position < size) {
                bool cut;
                size_t length = space_length(data + position, size - position, &cut);
                if (cut && !last && position < limit)
                        return false;
                if (length == 0 || position + length > limit) {
                        *ret = position;
                        return true;
                }
                position += length;
        }
        *ret = position;
        return last || position == limit;
}

size_t space_trim_end(const unsigned char *data, size_t size)
{
        while (size > 0) {
                bool cut;
                size_t back = 1;
                if (data[size - 1] >= 0x80) {
                        while (back < 3 && back < size && (data[size - back] & 0xC0) == 0x80)
                                back++;
                }
                if (space_length(data + size - back, back, &cut) != back)
                        break;
                size -= back;
        }
        return size;
}
