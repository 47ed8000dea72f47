/* content_type: what a document is, by its first bytes, then by its name. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <hartonomous/atomizer.h>
#include <hartonomous/utf8.h>

#define HEAD_MAX ((size_t)64 << 10)

#define MAGIC(bytes) (const unsigned char *)(bytes), sizeof(bytes) - 1

typedef bool (*inside)(const unsigned char *head, size_t size);

/* Office documents are zip archives whose first entries tell them apart. */
static bool has_entry(const unsigned char *head, size_t size, const char *name)
{
        return memmem(head, size < HEAD_MAX ? size : HEAD_MAX, name, strlen(name)) != NULL;
}

static bool is_word(const unsigned char *head, size_t size)
{
        return has_entry(head, size, "word/");
}

static bool is_sheet(const unsigned char *head, size_t size)
{
        return has_entry(head, size, "xl/");
}

static bool is_slides(const unsigned char *head, size_t size)
{
        return has_entry(head, size, "ppt/");
}

static bool is_wave(const unsigned char *head, size_t size)
{
        return size >= 12 && memcmp(head + 8, "WAVE", 4) == 0;
}

/* Eight bytes of a little-endian header length, then the header, which is JSON; none is over 100 MB. */
static bool is_safetensors(const unsigned char *head, size_t size)
{
        uint64_t length = 0;
        if (size < 9 || head[8] != '{')
                return false;
        for (unsigned i = 8; i-- > 0;)
                length = length << 8 | head[i];
        return length >= 2 && length <= 100000000;
}

/* In order: the first row that fits. */
static const struct {
        const unsigned char *magic;
        size_t size;
        inside test; /* NULL: the bytes are enough */
        const char *type;
} first_bytes[] = {
        {MAGIC("\x89PNG\r\n\x1A\n"), NULL, "image/png"},
        {MAGIC("\xFF\xD8\xFF"), NULL, "image/jpeg"},
        {MAGIC("GIF89a"), NULL, "image/gif"},
        {MAGIC("GIF87a"), NULL, "image/gif"},
        {MAGIC("%PDF"), NULL, "application/pdf"},
        {MAGIC("PK\x03\x04"), is_word, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {MAGIC("PK\x03\x04"), is_sheet, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {MAGIC("PK\x03\x04"), is_slides, "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
        {MAGIC("PK\x03\x04"), NULL, "application/zip"},
        {MAGIC("GGUF"), NULL, "application/x-gguf"},
        {MAGIC("fLaC"), NULL, "audio/flac"},
        {MAGIC("RIFF"), is_wave, "audio/wav"},
        {MAGIC("<?xml"), NULL, "application/xml"},
        {MAGIC(""), is_safetensors, "application/x-safetensors"},
};

static const struct {
        const char *ending, *type;
} endings[] = {
        {".md", "text/markdown"},
        {".markdown", "text/markdown"},
        {".txt", "text/plain"},
        {".csv", "text/csv"},
        {".html", "text/html"},
        {".htm", "text/html"},
        {".css", "text/css"},
        {".js", "text/javascript"},
        {".json", "application/json"},
        {".xml", "application/xml"},
        {".svg", "image/svg+xml"},
        {".yaml", "application/yaml"},
        {".yml", "application/yaml"},
        {".toml", "application/toml"},
        {".sql", "application/sql"},
        {".sh", "application/x-sh"},
        {".c", "text/x-c"},
        {".h", "text/x-c"},
        {".py", "text/x-python"},
        {".safetensors", "application/x-safetensors"},
};

static const char *by_name(const char *name)
{
        size_t length = name != NULL ? strlen(name) : 0;
        for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
                size_t ending = strlen(endings[i].ending);
                if (length > ending && strcasecmp(name + length - ending, endings[i].ending) == 0)
                        return endings[i].type;
        }
        return NULL;
}

/* NUL bytes are valid UTF-8 but no text. A head that was cut may end in mid-character. */
bool hart_is_text(const unsigned char *head, size_t size)
{
        if (size > HEAD_MAX)
                size = HEAD_MAX;
        size_t tail = size == HEAD_MAX ? hart_utf8_incomplete_tail(head, size) : 0;
        return size == 0 || (memchr(head, '\0', size) == NULL && hart_utf8_valid(head, size - tail));
}

/* A byte order mark before "<?xml" or the like says nothing about the format. */
static const char *by_first_bytes(const unsigned char *head, size_t size)
{
        static const unsigned char mark[3] = {0xEF, 0xBB, 0xBF};
        if (size >= sizeof mark && memcmp(head, mark, sizeof mark) == 0) {
                head += sizeof mark;
                size -= sizeof mark;
        }
        for (size_t i = 0; i < sizeof first_bytes / sizeof *first_bytes; i++) {
                size_t magic = first_bytes[i].size;
                if (size < magic || (magic > 0 && memcmp(head, first_bytes[i].magic, magic) != 0))
                        continue;
                if (first_bytes[i].test == NULL || first_bytes[i].test(head, size))
                        return first_bytes[i].type;
        }
        return NULL;
}

/* "Text/HTML; charset=utf-8" as "text/html". Nothing where it is no media type, or says nothing. */
static void put_declared(const char *declared, hart_buffer *ret)
{
        static const char unknown[] = "application/octet-stream";
        size_t size = declared != NULL ? strcspn(declared, "; \t") : 0;
        if (size == 0 || size > 255 || memchr(declared, '/', size) == NULL ||
            (size == sizeof unknown - 1 && strncasecmp(declared, unknown, size) == 0))
                return;
        for (size_t i = 0; i < size; i++)
                hart_buffer_byte(ret, (unsigned char)tolower((unsigned char)declared[i]));
}

void hart_content_type(const unsigned char *head, size_t size, const char *declared, const char *file_name,
                       hart_buffer *ret)
{
        const char *type = by_first_bytes(head, size);
        size_t before = ret->size;
        if (type == NULL)
                put_declared(declared, ret);
        if (ret->size > before)
                return;
        if (type == NULL)
                type = by_name(file_name);
        if (type == NULL)
                type = hart_is_text(head, size) ? "text/plain" : "application/octet-stream";
        hart_buffer_text(ret, type);
}
