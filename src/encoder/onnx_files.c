#include "onnx_files.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <hartonomous/memory.h>

#include "mapping.h"

/* The messages of onnx.proto (ONNX's own definition of its files) in which a name of a file may be found, and where one
 * lies inside another. */
enum message { MODEL, GRAPH, NODE, ATTRIBUTE, FUNCTION, SPARSE_TENSOR, TENSOR, ENTRY };

static const struct {
        enum message in;
        uint64_t field;
        enum message is;
} contents[] = {
        {MODEL, 7, GRAPH},
        {MODEL, 25, FUNCTION},
        {GRAPH, 1, NODE},
        {GRAPH, 5, TENSOR},
        {GRAPH, 15, SPARSE_TENSOR},
        {FUNCTION, 7, NODE},
        {NODE, 5, ATTRIBUTE},
        {ATTRIBUTE, 5, TENSOR},
        {ATTRIBUTE, 6, GRAPH},
        {ATTRIBUTE, 10, TENSOR},
        {ATTRIBUTE, 11, GRAPH},
        {ATTRIBUTE, 22, SPARSE_TENSOR},
        {ATTRIBUTE, 23, SPARSE_TENSOR},
        {SPARSE_TENSOR, 1, TENSOR},
        {SPARSE_TENSOR, 2, TENSOR},
        {TENSOR, 13, ENTRY},
};
#define DEPTH_MAX 32

/* Protocol Buffers' encoding: a number that says field and kind, then what the kind says. */
enum { VARINT = 0, EIGHT_BYTES = 1, BYTES = 2, FOUR_BYTES = 5 };

struct span {
        const unsigned char *data;
        size_t size;
};

struct field {
        uint64_t number;
        unsigned kind;
        struct span bytes; /* BYTES */
};

static bool take_varint(struct span *from, uint64_t *ret)
{
        uint64_t value = 0;

        for (unsigned shift = 0; shift < 64 && from->size > 0; shift += 7) {
                const unsigned char byte = *from->data++;
                from->size--;
                value |= (uint64_t)(byte & 0x7f) << shift;
                if (byte < 0x80) {
                        *ret = value;
                        return true;
                }
        }
        return false;
}

/* The next field, taken off the front. */
static bool take_field(struct span *from, struct field *ret)
{
        uint64_t tag, size;

        if (!take_varint(from, &tag))
                return false;
        *ret = (struct field){.number = tag >> 3, .kind = (unsigned)(tag & 7)};
        switch (ret->kind) {
        case VARINT:
                return take_varint(from, &size);
        case EIGHT_BYTES:
                size = 8;
                break;
        case FOUR_BYTES:
                size = 4;
                break;
        case BYTES:
                if (!take_varint(from, &size))
                        return false;
                break;
        default: /* groups, which nobody writes, and what is not defined */
                return false;
        }
        if (size > from->size)
                return false;
        ret->bytes = (struct span){from->data, (size_t)size};
        from->data += size;
        from->size -= (size_t)size;
        return true;
}

static bool is(struct span text, const char *expected)
{
        return text.size == strlen(expected) && memcmp(text.data, expected, text.size) == 0;
}

/* A path below the model's folder: not absolute, not upwards. */
static bool stays_inside(const char *name, size_t size)
{
        if (size == 0 || size > 1000 || name[0] == '/' || strlen(name) != size)
                return false;
        for (const char *part = name; part != NULL; part = strchr(part, '/')) {
                part += *part == '/';
                if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
                        return false;
        }
        return true;
}

/* Into its place in the order, unless it is there. */
static hart_code add_name(struct onnx_names *names, struct span text, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *name = hart_duplicate_n((const char *)text.data, text.size);
        size_t place = 0;

        if (!stays_inside(name, text.size))
                return hart_fail(err, HART_CONFIG, "names the file \"%.100s\", which is not below its own folder",
                                 name);
        while (place < names->count && strcmp(names->names[place], name) < 0)
                place++;
        if (place < names->count && strcmp(names->names[place], name) == 0)
                return HART_OK;
        if (names->count == ONNX_FILES_MAX)
                return hart_fail(err, HART_CONFIG, "names more than %d files with weights", ONNX_FILES_MAX);
        memmove(names->names + place + 1, names->names + place, (names->count - place) * sizeof *names->names);
        names->names[place] = HART_TAKE(name);
        names->count++;
        return HART_OK;
}

/* StringStringEntryProto: key 1, value 2. */
static hart_code read_entry(struct onnx_names *names, struct span entry, hart_error *err)
{
        struct span key = {0}, value = {0};
        struct field field;

        while (entry.size > 0) {
                if (!take_field(&entry, &field))
                        return hart_fail(err, HART_CONFIG, "is no ONNX model, or cut off");
                if (field.kind == BYTES && field.number == 1)
                        key = field.bytes;
                if (field.kind == BYTES && field.number == 2)
                        value = field.bytes;
        }
        return is(key, "location") ? add_name(names, value, err) : HART_OK;
}

static int content_of(enum message in, const struct field *field)
{
        for (size_t i = 0; field->kind == BYTES && i < sizeof contents / sizeof contents[0]; i++)
                if (contents[i].in == in && contents[i].field == field->number)
                        return (int)contents[i].is;
        return -1;
}

static hart_code walk(struct onnx_names *names, enum message message, struct span from, unsigned depth, hart_error *err)
{
        hart_code code = HART_OK;
        struct field field;

        if (depth > DEPTH_MAX)
                return hart_fail(err, HART_CONFIG, "has graphs in graphs, more than %d deep", DEPTH_MAX);
        if (message == ENTRY)
                return read_entry(names, from, err);
        while (code == HART_OK && from.size > 0) {
                if (!take_field(&from, &field))
                        return hart_fail(err, HART_CONFIG, "is no ONNX model, or cut off");
                const int inner = content_of(message, &field);
                if (inner >= 0)
                        code = walk(names, (enum message)inner, field.bytes, depth + 1, err);
        }
        return code;
}

hart_code onnx_names_of(struct onnx_names *ret, const unsigned char *data, size_t size, hart_error *err)
{
        hart_code code;

        *ret = (struct onnx_names){0};
        if (size == 0)
                return hart_fail(err, HART_CONFIG, "is empty");
        code = walk(ret, MODEL, (struct span){data, size}, 0, err);
        if (code < 0)
                onnx_names_done(ret);
        return code;
}

void onnx_names_done(struct onnx_names *names)
{
        for (size_t i = 0; i < names->count; i++)
                free(names->names[i]);
        *names = (struct onnx_names){0};
}

static char *find_model(const char *folder)
{
        static const char *const places[] = {"model.onnx", "onnx/model.onnx"};

        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
                HART_CLEANUP(hart_free_p) char *path = hart_format("%s/%s", folder, places[i]);
                if (access(path, F_OK) == 0)
                        return HART_TAKE(path);
        }
        return NULL;
}

/* Adds the files a model names; their folder is that of the model file. */
static hart_code digest_others(hart_sha256_stream *stream, const struct onnx_names *names, const char *path,
                               hart_error *err)
{
        const int folder = (int)(strrchr(path, '/') - path);

        for (size_t i = 0; i < names->count; i++) {
                HART_CLEANUP(hart_free_p) char *other = hart_format("%.*s/%s", folder, path, names->names[i]);
                HART_CLEANUP(mapping_done) struct mapping file = {0};
                const hart_code code = mapping_open(&file, other, err);
                if (code < 0)
                        return hart_error_context(err, "%s keeps its weights in another file", path);
                hart_sha256_update(stream, file.data, file.size);
        }
        return HART_OK;
}

static void close_stream(hart_sha256_stream **stream)
{
        hart_sha256_close(*stream);
}

hart_code onnx_files_open(char **path, char revision[HART_SHA256_HEX_SIZE], const char *folder, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *found = find_model(folder);
        HART_CLEANUP(mapping_done) struct mapping file = {0};
        HART_CLEANUP(close_stream) hart_sha256_stream *stream = hart_sha256_open();
        HART_CLEANUP(onnx_names_done) struct onnx_names names = {0};
        unsigned char digest[HART_SHA256_SIZE];
        hart_code code;

        if (found == NULL)
                return hart_fail(err, HART_CONFIG,
                                 "%s: has no model.onnx and no onnx/model.onnx, which engine \"onnx\" reads", folder);
        code = mapping_open(&file, found, err);
        if (code < 0)
                return code;
        if (onnx_names_of(&names, file.data, file.size, err) < 0)
                return hart_error_context(err, "%s", found);
        hart_sha256_update(stream, file.data, file.size);
        code = digest_others(stream, &names, found, err);
        if (code < 0)
                return code;
        hart_sha256_finish(stream, digest);
        hart_hex(digest, sizeof digest, revision);
        *path = HART_TAKE(found);
        return HART_OK;
}
