/* formats: what is read, told by first bytes or by the content type. */
#include <string.h>
#include <strings.h>

#include "media.h"

#define HEAD_SIZE 512

#define MAGIC(offset, bytes) offset, sizeof(bytes) - 1, (bytes)

/* A row for each beginning; those that begin in no way of their own have a magic of no bytes. */
static const struct {
        unsigned offset;
        size_t size;
        const char *magic;
        media_format format;
} beginnings[] = {
        {MAGIC(0, "\x89PNG\r\n\x1A\n"), {NULL, AV_CODEC_ID_PNG, "image/png"}},
        {MAGIC(0, "\xFF\xD8\xFF"), {NULL, AV_CODEC_ID_MJPEG, "image/jpeg"}},
        {MAGIC(0, "GIF8"), {"gif", AV_CODEC_ID_GIF, "image/gif"}},
        {MAGIC(8, "WEBPVP8"), {NULL, AV_CODEC_ID_WEBP, "image/webp"}},
        {MAGIC(0, "BM"), {NULL, AV_CODEC_ID_BMP, "image/bmp"}},
        {MAGIC(0, "II*\0"), {NULL, AV_CODEC_ID_TIFF, "image/tiff"}},
        {MAGIC(0, "MM\0*"), {NULL, AV_CODEC_ID_TIFF, "image/tiff"}},
        {MAGIC(0, "P1"), {NULL, AV_CODEC_ID_PBM, "image/x-portable-bitmap"}},
        {MAGIC(0, "P4"), {NULL, AV_CODEC_ID_PBM, "image/x-portable-bitmap"}},
        {MAGIC(0, "P2"), {NULL, AV_CODEC_ID_PGM, "image/x-portable-graymap"}},
        {MAGIC(0, "P5"), {NULL, AV_CODEC_ID_PGM, "image/x-portable-graymap"}},
        {MAGIC(0, "P3"), {NULL, AV_CODEC_ID_PPM, "image/x-portable-pixmap"}},
        {MAGIC(0, "P6"), {NULL, AV_CODEC_ID_PPM, "image/x-portable-pixmap"}},
        {MAGIC(0, "P7"), {NULL, AV_CODEC_ID_PAM, "image/x-portable-arbitrarymap"}},
        {MAGIC(4, "ftyp"), {"mov", AV_CODEC_ID_NONE, "video/mp4"}},
        {MAGIC(4, "moov"), {"mov", AV_CODEC_ID_NONE, "video/quicktime"}},
        {MAGIC(4, "mdat"), {"mov", AV_CODEC_ID_NONE, "video/quicktime"}},
        {MAGIC(8, "WAVE"), {"wav", AV_CODEC_ID_NONE, "audio/wav"}},
        {MAGIC(8, "AVI "), {"avi", AV_CODEC_ID_NONE, "video/x-msvideo"}},
        {MAGIC(8, "AIFF"), {"aiff", AV_CODEC_ID_NONE, "audio/aiff"}},
        {MAGIC(8, "AIFC"), {"aiff", AV_CODEC_ID_NONE, "audio/aiff"}},
        {MAGIC(0, "fLaC"), {"flac", AV_CODEC_ID_NONE, "audio/flac"}},
        {MAGIC(0, "OggS"), {"ogg", AV_CODEC_ID_NONE, "audio/ogg"}},
        {MAGIC(0, "\x1A\x45\xDF\xA3"), {"matroska", AV_CODEC_ID_NONE, "video/x-matroska"}},
        {MAGIC(0, "\0\0\1\xBA"), {"mpeg", AV_CODEC_ID_NONE, "video/mpeg"}},
        {MAGIC(0, "\0\0\1\xB3"), {"mpegvideo", AV_CODEC_ID_NONE, "video/mpeg"}},
        {MAGIC(188, "G"), {"mpegts", AV_CODEC_ID_NONE, "video/mp2t"}},
        {MAGIC(0, "\xFF\xF1"), {"aac", AV_CODEC_ID_NONE, "audio/aac"}},
        {MAGIC(0, "\xFF\xF9"), {"aac", AV_CODEC_ID_NONE, "audio/aac"}},
        {MAGIC(0, ""), {"mp3", AV_CODEC_ID_NONE, "audio/mpeg"}},
};

const char media_demuxers[] = "gif,apng,mov,wav,avi,aiff,flac,ogg,matroska,webm,mpeg,mpegvideo,mpegts,aac,mp3";

/* Other names of content types, and those whose beginning says nothing. */
static const struct {
        const char *type, *same_as;
} aliases[] = {
        {"audio/mp3", "audio/mpeg"},        {"audio/x-mp3", "audio/mpeg"},   {"audio/mpeg3", "audio/mpeg"},
        {"audio/aacp", "audio/aac"},        {"audio/x-aac", "audio/aac"},    {"audio/x-hx-aac-adts", "audio/aac"},
        {"audio/flac", "audio/flac"},       {"audio/x-flac", "audio/flac"},  {"video/mp2p", "video/mpeg"},
        {"video/x-mpeg", "video/mpeg"},     {"audio/x-m4a", "video/mp4"},    {"audio/mp4", "video/mp4"},
        {"image/tiff-fx", "image/tiff"},    {"image/x-ms-bmp", "image/bmp"}, {"video/webm", "video/x-matroska"},
        {"audio/webm", "video/x-matroska"}, {"video/x-m4v", "video/mp4"},    {"video/3gpp", "video/mp4"},
        {"image/avif", "video/mp4"},        {"image/heif", "video/mp4"},     {"image/heic", "video/mp4"},
        {"image/jpg", "image/jpeg"},
};

static const media_format *by_type(const char *type, size_t size)
{
        for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
                if (strlen(aliases[i].type) == size && strncasecmp(aliases[i].type, type, size) == 0) {
                        type = aliases[i].same_as;
                        size = strlen(type);
                        break;
                }
        }
        for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
                const char *known = beginnings[i].format.type;
                if (strlen(known) == size && strncasecmp(known, type, size) == 0)
                        return &beginnings[i].format;
        }
        return NULL;
}

/* A transport stream is packets of 188 bytes, each beginning with 'G'. */
static bool begins_so(size_t row, const char *head, size_t size)
{
        size_t end = beginnings[row].offset + beginnings[row].size;
        if (beginnings[row].size == 0 || size < end ||
            memcmp(head + beginnings[row].offset, beginnings[row].magic, beginnings[row].size) != 0)
                return false;
        return beginnings[row].offset != 188 || *head == 'G';
}

const media_format *media_format_find(const hart_document *document)
{
        char head[HEAD_SIZE];
        size_t size = document_read(document, 0, head, sizeof head);
        for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
                if (begins_so(i, head, size))
                        return &beginnings[i].format;
        }
        return by_type(document->content_type, strcspn(document->content_type, "; \t"));
}
