/* content_first: formats that begin with bytes of their own. */
#include <string.h>

#include "content_look.h"

#define PDF_SEARCH ((size_t)1 << 10) /* readers accept that much garbage in front */

bool head_begins(const content_head *head, size_t offset, const void *bytes, size_t size)
{
        return offset <= head->size && size <= head->size - offset && memcmp(head->data + offset, bytes, size) == 0;
}

/* Two letters are little: the sizes and offsets of the header behind them must fit, too. */
static bool is_bmp(const content_head *head)
{
        static const unsigned char sizes[] = {12, 40, 52, 56, 64, 108, 124};
        return head->size >= 26 && HEAD_BEGINS(head, 6, "\0\0\0\0") && HEAD_BEGINS(head, 15, "\0\0\0") &&
               memchr(sizes, head->data[14], sizeof sizes) != NULL;
}

/* Some images, each with a size, a reserved zero and an offset behind the directory. */
static bool is_icon(const content_head *head)
{
        return head->size >= 22 && head->data[4] != 0 && head->data[5] == 0 && head->data[9] == 0 &&
               head->data[20] == 0 && head->data[21] == 0;
}

/* Past white space and comments, then past a number; 0: there is none. */
static size_t skip_number(const content_head *head, size_t i)
{
        size_t begin = i;
        while (i < head->size && (head->data[i] == ' ' || (head->data[i] >= '\t' && head->data[i] <= '\r'))) {
                i++;
                while (i < head->size && head->data[i] == '#')
                        for (; i < head->size && head->data[i] != '\n'; i++)
                                ;
        }
        size_t digits = i;
        while (i < head->size && head->data[i] >= '0' && head->data[i] <= '9')
                i++;
        return digits > begin && i > digits ? i : 0;
}

/* A width and a height behind the two letters; P7 names them. */
static bool is_portable_map(const content_head *head)
{
        if (head->size < 8 || head->data[1] < '1' || head->data[1] > '6')
                return HEAD_BEGINS(head, 1, "7\nWIDTH ");
        size_t width = skip_number(head, 2), height = width > 0 ? skip_number(head, width) : 0;
        return height > 0 && (head->data[1] == '1' || head->data[1] == '4' || skip_number(head, height) > 0);
}

static bool is_bzip2(const content_head *head)
{
        return head->size >= 10 && head->data[3] >= '1' && head->data[3] <= '9' &&
               (HEAD_BEGINS(head, 4, "1AY&SY") || HEAD_BEGINS(head, 4, "\x17\x72\x45\x38\x50\x90"));
}

/* A dictionary of a power of two under 512 MiB, and a size that is unknown or under 1 TiB. */
static bool is_lzma(const content_head *head)
{
        if (head->size < 14 || !HEAD_BEGINS(head, 1, "\0\0") || head->data[4] >= 0x20)
                return false;
        unsigned dictionary = (unsigned)head->data[3] | (unsigned)head->data[4] << 8;
        bool power = dictionary != 0 && (dictionary & (dictionary - 1)) == 0;
        return power && (HEAD_BEGINS(head, 5, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF") || HEAD_BEGINS(head, 10, "\0\0\0"));
}

static bool is_debian(const content_head *head)
{
        return HEAD_BEGINS(head, 8, "debian-binary");
}

static bool is_aiff(const content_head *head)
{
        return HEAD_BEGINS(head, 8, "AIFF") || HEAD_BEGINS(head, 8, "AIFC");
}

static bool is_transport_stream(const content_head *head)
{
        return HEAD_BEGINS(head, 188, "G") && HEAD_BEGINS(head, 376, "G");
}

static bool is_adts(const content_head *head)
{
        return head->size >= 7 && (head->data[2] >> 2 & 15) < 13;
}

#define ROW(offset, bytes, test, type)                                                                                 \
        {                                                                                                              \
                offset, bytes, sizeof(bytes) - 1, test, type                                                           \
        }

/* In order: the first row that fits. */
static const struct {
        size_t offset;
        const char *magic;
        size_t size;
        bool (*test)(const content_head *head); /* NULL: the bytes are enough */
        const char *type;
} first_bytes[] = {
        /* documents */
        ROW(0, "%!PS", NULL, "application/postscript"),
        ROW(0, "{\\rtf", NULL, "application/rtf"),
        ROW(0, "SQLite format 3\0", NULL, "application/vnd.sqlite3"),
        /* images */
        ROW(0, "\x89PNG\r\n\x1A\n", NULL, "image/png"),
        ROW(0, "\xFF\xD8\xFF", NULL, "image/jpeg"),
        ROW(0, "GIF89a", NULL, "image/gif"),
        ROW(0, "GIF87a", NULL, "image/gif"),
        ROW(0, "BM", is_bmp, "image/bmp"),
        ROW(0, "II*\0", NULL, "image/tiff"),
        ROW(0, "MM\0*", NULL, "image/tiff"),
        ROW(0, "II+\0", NULL, "image/tiff"),
        ROW(0, "MM\0+", NULL, "image/tiff"),
        ROW(0, "P", is_portable_map, "image/x-portable-anymap"),
        ROW(0, "\0\0\1\0", is_icon, "image/vnd.microsoft.icon"),
        ROW(0, "\0\0\2\0", is_icon, "image/vnd.microsoft.icon"),
        ROW(0, "\0\0\0\x0CjP  \r\n\x87\n", NULL, "image/jp2"),
        ROW(0, "\xFF\x4F\xFF\x51", NULL, "image/x-jp2-codestream"),
        ROW(0, "\0\0\0\x0CJXL \r\n\x87\n", NULL, "image/jxl"),
        ROW(0, "8BPS\0", NULL, "image/vnd.adobe.photoshop"),
        ROW(0, "qoif", NULL, "image/qoi"),
        ROW(0, "v/1\x01", NULL, "image/x-exr"),
        ROW(0, "#?RADIANCE\n", NULL, "image/vnd.radiance"),
        ROW(0, "DDS |\0\0\0", NULL, "image/x-dds"),
        /* audio and video */
        ROW(0, "fLaC", NULL, "audio/flac"),
        ROW(0, "FORM", is_aiff, "audio/aiff"),
        ROW(0, "ID3", NULL, "audio/mpeg"),
        ROW(0, "MThd\0\0\0\6", NULL, "audio/midi"),
        ROW(0, "#!AMR", NULL, "audio/amr"),
        ROW(0, "wvpk", NULL, "audio/x-wavpack"),
        ROW(0, "MAC ", NULL, "audio/x-ape"),
        ROW(0, "caff\0\1\0\0", NULL, "audio/x-caf"),
        ROW(0, ".snd\0\0\0", NULL, "audio/basic"),
        ROW(0, "\xFF\xF1", is_adts, "audio/aac"),
        ROW(0, "\xFF\xF9", is_adts, "audio/aac"),
        ROW(0, "FLV\1", NULL, "video/x-flv"),
        ROW(0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11", NULL, "video/x-ms-asf"),
        ROW(0, "\0\0\1\xBA", NULL, "video/mpeg"),
        ROW(0, "\0\0\1\xB3", NULL, "video/mpeg"),
        ROW(0, "G", is_transport_stream, "video/mp2t"),
        /* archives and compressed files */
        ROW(0, "\x1F\x8B\x08", NULL, "application/gzip"),
        ROW(0, "BZh", is_bzip2, "application/x-bzip2"),
        ROW(0,
            "\xFD"
            "7zXZ\0",
            NULL, "application/x-xz"),
        ROW(0, "\x28\xB5\x2F\xFD", NULL, "application/zstd"),
        ROW(0, "\x04\x22\x4D\x18", NULL, "application/x-lz4"),
        ROW(0, "LZIP\1", NULL, "application/x-lzip"),
        ROW(0, "]", is_lzma, "application/x-lzma"),
        ROW(0, "\x1F\x9D", NULL, "application/x-compress"),
        ROW(0, "7z\xBC\xAF\x27\x1C", NULL, "application/x-7z-compressed"),
        ROW(0, "Rar!\x1A\x07", NULL, "application/vnd.rar"),
        ROW(0, "070701", NULL, "application/x-cpio"),
        ROW(0, "070702", NULL, "application/x-cpio"),
        ROW(0, "070707", NULL, "application/x-cpio"),
        ROW(0, "!<arch>\n", is_debian, "application/vnd.debian.binary-package"),
        ROW(0, "!<arch>\n", NULL, "application/x-archive"),
        ROW(0, "\xED\xAB\xEE\xDB", NULL, "application/x-rpm"),
        ROW(0, "MSCF\0\0\0\0", NULL, "application/vnd.ms-cab-compressed"),
        ROW(32769, "CD001", NULL, "application/x-iso9660-image"),
        /* models */
        ROW(0, "GGUF", NULL, "application/x-gguf"),
};

static const char *look_first_bytes(const content_head *head)
{
        for (size_t i = 0; i < sizeof first_bytes / sizeof *first_bytes; i++) {
                if (head_begins(head, first_bytes[i].offset, first_bytes[i].magic, first_bytes[i].size) &&
                    (first_bytes[i].test == NULL || first_bytes[i].test(head)))
                        return first_bytes[i].type;
        }
        return NULL;
}

static const char *look_pdf(const content_head *head)
{
        size_t size = head->size < PDF_SEARCH ? head->size : PDF_SEARCH;
        if (HEAD_BEGINS(head, 0, "%PDF"))
                return "application/pdf";
        const unsigned char *found = memmem(head->data, size, "%PDF-", 5);
        size_t offset = found != NULL ? (size_t)(found - head->data) : 0;
        bool versioned =
                found != NULL && head->size - offset > 7 && found[5] >= '1' && found[5] <= '2' && found[6] == '.';
        /* In mid-line it is somebody's talk of PDF. */
        return versioned && (found[-1] == '\n' || found[-1] == '\r' || found[-1] == 0) ? "application/pdf" : NULL;
}

typedef const char *(*look)(const content_head *head);

const char *look_binary(const content_head *head, const char *name)
{
        static const look looks[] = {look_pdf,      look_first_bytes, look_riff,        look_boxes,     look_ogg,
                                     look_matroska, look_tar,         look_safetensors, look_mpeg_audio};
        const char *type = look_zip(head, name);
        for (size_t i = 0; type == NULL && i < sizeof looks / sizeof *looks; i++)
                type = looks[i](head);
        return type != NULL ? type : look_onnx(head, name);
}
