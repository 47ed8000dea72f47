/* content_container: frames that many formats share, and what the first thing in them says. */
#include <string.h>

#include "content_look.h"

static unsigned big_endian_16(const unsigned char *bytes)
{
        return (unsigned)bytes[0] << 8 | bytes[1];
}

static unsigned big_endian_32(const unsigned char *bytes)
{
        return big_endian_16(bytes) << 16 | big_endian_16(bytes + 2);
}

static bool contains(const content_head *head, size_t limit, const char *text)
{
        return memmem(head->data, head->size < limit ? head->size : limit, text, strlen(text)) != NULL;
}

/* A first name and what it stands for; rows in order. */
struct brand {
        const char *name, *type;
};

static const char *brand_of(const struct brand *brands, size_t count, const unsigned char *bytes)
{
        for (size_t i = 0; i < count; i++) {
                if (memcmp(bytes, brands[i].name, strlen(brands[i].name)) == 0)
                        return brands[i].type;
        }
        return NULL;
}
#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

const char *look_riff(const content_head *head)
{
        static const struct brand forms[] = {
                {"WAVE", "audio/wav"},  {"WEBP", "image/webp"},  {"AVI ", "video/x-msvideo"},
                {"RMID", "audio/midi"}, {"ACON", "image/x-ani"},
        };
        if (head->size < 12 ||
            !(HEAD_BEGINS(head, 0, "RIFF") || HEAD_BEGINS(head, 0, "RF64") || HEAD_BEGINS(head, 0, "RIFX")))
                return NULL;
        return brand_of(forms, COUNT(forms), head->data + 8);
}

/* The major brand says it; a general one leaves it to the compatible ones behind. */
const char *look_boxes(const content_head *head)
{
        static const struct brand brands[] = {
                {"qt  ", "video/quicktime"},   {"M4A ", "audio/mp4"},  {"M4B ", "audio/mp4"},
                {"M4P ", "audio/mp4"},         {"F4A ", "audio/mp4"},  {"avif", "image/avif"},
                {"avis", "image/avif"},        {"heic", "image/heic"}, {"heix", "image/heic"},
                {"heim", "image/heic"},        {"heis", "image/heic"}, {"hevc", "image/heic"},
                {"hevx", "image/heic"},        {"3gp", "video/3gpp"},  {"3g2", "video/3gpp2"},
                {"crx ", "image/x-canon-cr3"}, {"jp2 ", "image/jp2"},
        };
        if (head->size < 12)
                return NULL;
        if (!HEAD_BEGINS(head, 4, "ftyp"))
                return HEAD_BEGINS(head, 4, "moov") || HEAD_BEGINS(head, 4, "mdat") || HEAD_BEGINS(head, 4, "wide")
                               ? "video/quicktime"
                               : NULL;
        size_t end = big_endian_32(head->data);
        const char *type = brand_of(brands, COUNT(brands), head->data + 8);
        bool image = HEAD_BEGINS(head, 8, "mif1") || HEAD_BEGINS(head, 8, "msf1");
        if (type != NULL || !image)
                return type != NULL ? type : "video/mp4";
        for (size_t i = 16; type == NULL && i + 4 <= end && i + 4 <= head->size; i += 4)
                type = brand_of(brands, COUNT(brands), head->data + i);
        return type != NULL ? type : "image/heif";
}

const char *look_ogg(const content_head *head)
{
        if (!HEAD_BEGINS(head, 0, "OggS\0"))
                return NULL;
        /* Streams of video begin in the first pages, beside those of sound. */
        static const char theora[] = "\x80theora";
        return contains(head, 4096, theora) || contains(head, 4096, "\1video") ? "video/ogg" : "audio/ogg";
}

const char *look_matroska(const content_head *head)
{
        if (!HEAD_BEGINS(head, 0, "\x1A\x45\xDF\xA3"))
                return NULL;
        return contains(head, 64, "webm") ? "video/webm" : contains(head, 64, "matroska") ? "video/x-matroska" : NULL;
}

/* Length of the MPEG audio frame at offset (ISO 11172-3, 13818-3), Layer III; 0: none. */
static size_t mp3_frame(const content_head *head, size_t offset)
{
        static const unsigned short rates[2][15] = {
                {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
                {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
        };
        static const unsigned frequencies[4][3] = {
                {11025, 12000, 8000}, {0, 0, 0}, {22050, 24000, 16000}, {44100, 48000, 32000}};
        if (offset > head->size || head->size - offset < 4)
                return 0;
        const unsigned char *bytes = head->data + offset;
        unsigned version = bytes[1] >> 3 & 3, rate = bytes[2] >> 4, frequency = bytes[2] >> 2 & 3;
        if (bytes[0] != 0xFF || (bytes[1] & 0xE6) != 0xE2 || version == 1 || rate == 0 || rate == 15 || frequency == 3)
                return 0;
        unsigned factor = version == 3 ? 144 : 72;
        return factor * 1000U * rates[version != 3][rate] / frequencies[version][frequency] + (bytes[2] >> 1 & 1);
}

/* Eleven bits of ones are little: the next frame must begin where this one ends. */
const char *look_mpeg_audio(const content_head *head)
{
        size_t first = mp3_frame(head, 0);
        if (first == 0 || (mp3_frame(head, first) == 0 && !(head->whole && first >= head->size)))
                return NULL;
        return "audio/mpeg";
}

/* A tar header's checksum, its own field counted as blanks. */
static bool has_tar_checksum(const unsigned char *header)
{
        unsigned sum = 8 * ' ', told = 0, digits = 0;
        for (size_t i = 0; i < 512; i++)
                sum += i < 148 || i >= 156 ? header[i] : 0;
        for (size_t i = 148; i < 156; i++) {
                if (header[i] >= '0' && header[i] <= '7')
                        told = told * 8 + header[i] - '0', digits++;
                else if (digits > 0)
                        break;
        }
        return digits > 0 && told == sum;
}

const char *look_tar(const content_head *head)
{
        bool tar = head->size >= 512 && head->data[0] != 0 &&
                   (HEAD_BEGINS(head, 257, "ustar") || has_tar_checksum(head->data));
        return tar ? "application/x-tar" : NULL;
}

/* Eight bytes of a little-endian header length, then the header, which is JSON; none is over 100 MB. */
const char *look_safetensors(const content_head *head)
{
        unsigned long long length = 0;
        if (head->size < 9 || head->data[8] != '{')
                return NULL;
        for (unsigned i = 8; i-- > 0;)
                length = length << 8 | head->data[i];
        return length >= 2 && length <= 100000000 ? "application/x-safetensors" : NULL;
}

/* A protocol buffer that begins with ir_version = small and a next field that a model has: producer_name and so on,
 * or the graph. Such bytes begin other things, too, so the name, or the producer's name, must speak for it. */
const char *look_onnx(const content_head *head, const char *name)
{
        static const unsigned char fields[] = {0x12, 0x1A, 0x22, 0x2A, 0x32, 0x3A, 0x42};
        size_t length = name != NULL ? strlen(name) : 0;
        bool named = length > 5 && strcmp(name + length - 5, ".onnx") == 0;
        if (head->size < 4 || head->data[0] != 0x08 || head->data[1] == 0 || head->data[1] > 64 ||
            memchr(fields, head->data[2], sizeof fields) == NULL)
                return NULL;
        size_t end = 4 + (size_t)head->data[3];
        bool produced = head->data[2] == 0x12 && head->data[3] >= 2 && head->data[3] < 64 && end < head->size &&
                        memchr(fields + 1, head->data[end], sizeof fields - 1) != NULL;
        for (size_t i = 4; produced && i < end; i++)
                produced = head->data[i] >= 0x20 && head->data[i] < 0x7F;
        return named || produced ? "application/x-onnx" : NULL;
}
