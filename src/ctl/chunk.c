#include "ingest.h"

#include <string.h>

#include <hartonomous/compression.h>
#include <hartonomous/utf8.h>

char *file_uri(const char *path)
{
        static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
        HART_CLEANUP(hart_buffer_done) hart_buffer uri = {0};
        hart_buffer_text(&uri, "file://");
        for (const char *byte = path; *byte; byte++) {
                if (strchr(plain, *byte))
                        hart_buffer_byte(&uri, (unsigned char)*byte);
                else
                        hart_buffer_format(&uri, "%%%02X", (unsigned char)*byte);
        }
        return hart_duplicate_n((const char *)uri.data, uri.size);
}

char *file_name_of(const char *path)
{
        const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
        HART_CLEANUP(hart_buffer_done) hart_buffer valid = {0};
        size_t size = strlen(name);
        hart_buffer_text(&valid, "");
        for (size_t at = 0, length; at < size; at += length ? length : 1) {
                length = hart_utf8_length((const unsigned char *)name + at, size - at, NULL);
                if (length)
                        hart_buffer_append(&valid, name + at, length);
                else
                        hart_buffer_text(&valid, "\xEF\xBF\xBD"); /* U+FFFD */
        }
        return hart_duplicate_n((const char *)valid.data, valid.size);
}

hart_code chunk_encode(const void *data, size_t size, hart_buffer *out, bool *compressed, hart_error *err)
{
        size_t start = out->size;
        *compressed = false;
        if (size >= 256) {
                hart_code code = hart_compress(data, size, 1, out, err);
                if (code != HART_OK)
                        return code;
                if (out->size - start < size - size / 8) {
                        *compressed = true;
                        return HART_OK;
                }
                out->size = start;
        }
        hart_buffer_append(out, data, size);
        return HART_OK;
}
