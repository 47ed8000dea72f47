/* dots: how big a picture is meant to be, from the headers of PNG, JPEG and BMP. */
#include <string.h>

#include "media.h"
#include "png.h"

static uint32_t big(const unsigned char *bytes, unsigned size)
{
        uint32_t value = 0;
        for (unsigned i = 0; i < size; i++)
                value = value << 8 | bytes[i];
        return value;
}

/* A metre has 39.37 inches. */
static unsigned from_metre(uint32_t dots)
{
        return (unsigned)(((uint64_t)dots * 254 + 5000) / 10000);
}

/* pHYs: dots per unit in both directions, the unit (1 is the metre). */
static media_dots of_png(const unsigned char *data, size_t size)
{
        uint32_t length = 0;
        const unsigned char *content = png_find(data, size, "pHYs", &length);
        if (content == NULL || length < 9 || content[8] != 1)
                return (media_dots){0};
        return (media_dots){from_metre(big(content, 4)), from_metre(big(content + 4, 4))};
}

/* The JFIF segment: "JFIF", version, the unit (1 is the inch, 2 the centimetre), dots in both directions. */
static media_dots of_jpeg(const unsigned char *data, size_t size)
{
        if (size < 18 || data[2] != 0xFF || data[3] != 0xE0 || memcmp(data + 6, "JFIF", 5) != 0)
                return (media_dots){0};
        unsigned x = big(data + 14, 2), y = big(data + 16, 2);
        switch (data[13]) {
        case 1:
                return (media_dots){x, y};
        case 2:
                return (media_dots){from_metre(x * 100), from_metre(y * 100)};
        default:
                return (media_dots){0};
        }
}

static uint32_t little(const unsigned char *bytes)
{
        return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

static media_dots of_bmp(const unsigned char *data, size_t size)
{
        if (size < 54 || little(data + 14) < 40)
                return (media_dots){0};
        return (media_dots){from_metre(little(data + 38)), from_metre(little(data + 42))};
}

media_dots dots_find(enum AVCodecID codec, const unsigned char *data, size_t size)
{
        static const struct {
                enum AVCodecID codec;
                media_dots (*find)(const unsigned char *data, size_t size);
        } rows[] = {{AV_CODEC_ID_PNG, of_png}, {AV_CODEC_ID_MJPEG, of_jpeg}, {AV_CODEC_ID_BMP, of_bmp}};
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                if (rows[i].codec == codec && size >= 8)
                        return rows[i].find(data, size);
        }
        return (media_dots){0};
}
