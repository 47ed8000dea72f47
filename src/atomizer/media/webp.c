/* webp: RIFF chunks, a name, a little-endian length, content, a byte to make it even
 * (https://developers.google.com/speed/webp/docs/riff_container). */
#include "webp.h"

#include <string.h>

#define HEADER    12 /* "RIFF", length, "WEBP" */
#define CHUNK     8
#define EXTENDED  10 /* content of VP8X: flags, three unused, canvas width and height less one, three bytes each */
#define ANIMATION 0x02
#define ALPHA     0x10
#define PLACE     16 /* at the beginning of ANMF: left, top, width, height, duration, three bytes each, flags */

static uint32_t little(const unsigned char *bytes, unsigned size)
{
        uint32_t value = 0;
        while (size-- > 0)
                value = value << 8 | bytes[size];
        return value;
}

static void put_little(hart_buffer *out, size_t value)
{
        for (unsigned i = 0; i < 4; i++)
                hart_buffer_byte(out, (unsigned char)(value >> 8 * i));
}

bool webp_is_animated(const unsigned char *data, size_t size)
{
        return size >= HEADER + CHUNK + EXTENDED && memcmp(data + HEADER, "VP8X", 4) == 0 &&
               (data[HEADER + CHUNK] & ANIMATION) != 0;
}

/* Chunks of the frame behind its place; one with transparency beside its pixels needs to say so in front. */
static void put_file(hart_buffer *file, const unsigned char *place, size_t size)
{
        const unsigned char *chunks = place + PLACE;
        size -= PLACE;
        bool alpha = size >= CHUNK && memcmp(chunks, "ALPH", 4) == 0;
        hart_buffer_text(file, "RIFF");
        put_little(file, 4 + size + (alpha ? CHUNK + EXTENDED : 0));
        hart_buffer_text(file, "WEBP");
        if (alpha) {
                const unsigned char flags[4] = {ALPHA};
                hart_buffer_text(file, "VP8X");
                put_little(file, EXTENDED);
                hart_buffer_append(file, flags, sizeof flags);
                hart_buffer_append(file, place + 6, 6);
        }
        hart_buffer_append(file, chunks, size);
}

bool webp_next(const unsigned char *data, size_t size, size_t *position, webp_frame *frame)
{
        size_t i = *position > HEADER ? *position : HEADER;
        while (i < size && size - i >= CHUNK) {
                const unsigned char *chunk = data + i;
                size_t length = little(chunk + 4, 4), room = size - i - CHUNK;
                if (length > room) /* cut off: what is there may be enough */
                        length = room;
                i += CHUNK + length + (length < room ? length & 1 : 0);
                *position = i;
                if (memcmp(chunk, "ANMF", 4) != 0 || length <= PLACE)
                        continue;
                frame->left = 2 * little(chunk + CHUNK, 3);
                frame->top = 2 * little(chunk + CHUNK + 3, 3);
                hart_buffer_clear(&frame->file);
                put_file(&frame->file, chunk + CHUNK, length);
                return true;
        }
        return false;
}
