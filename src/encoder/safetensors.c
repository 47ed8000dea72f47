#include "safetensors.h"

#include <stdint.h>
#include <string.h>

#include <hartonomous/memory.h>

#define HEADER_LIMIT ((size_t)100 << 20) /* as the format's own reader has it */

static const struct {
        const char *name;
        uint64_t bytes;
} types[] = {
        {"F32", 4},     {"F16", 2},     {"BF16", 2}, {"F64", 8}, {"I64", 8}, {"I32", 4}, {"I16", 2},  {"I8", 1},
        {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"U64", 8},  {"U32", 4}, {"U16", 2}, {"U8", 1},  {"BOOL", 1},
};

struct extent {
        uint64_t begin, end;
};

/* The header's walk: extents are gathered, then checked for holes and overlaps. */
struct check {
        uint64_t size;
        struct extent *extents;
        size_t count;
        hart_code code;
        hart_error *err;
};

static uint64_t bytes_of(const char *type)
{
        for (size_t i = 0; type != NULL && i < sizeof types / sizeof types[0]; i++)
                if (strcmp(types[i].name, type) == 0)
                        return types[i].bytes;
        return 0;
}

/* Bytes that dtype and shape ask for; false where they are no tensor. */
static bool tensor_bytes(const hart_json *tensor, uint64_t *ret)
{
        const hart_json *shape = hart_json_member(tensor, "shape");
        uint64_t bytes = bytes_of(hart_json_text(hart_json_member(tensor, "dtype"), NULL));

        if (bytes == 0 || hart_json_kind_of(shape) != HART_JSON_ARRAY)
                return false;
        for (size_t i = 0; i < hart_json_count(shape); i++) {
                int64_t length;
                if (!hart_json_integer(hart_json_item(shape, i), &length) || length < 0 ||
                    __builtin_mul_overflow(bytes, (uint64_t)length, &bytes))
                        return false;
        }
        *ret = bytes;
        return true;
}

static bool tensor_extent(const hart_json *tensor, struct extent *ret)
{
        const hart_json *offsets = hart_json_member(tensor, "data_offsets");
        int64_t begin, end;

        if (hart_json_count(offsets) != 2 || !hart_json_integer(hart_json_item(offsets, 0), &begin) ||
            !hart_json_integer(hart_json_item(offsets, 1), &end) || begin < 0 || end < begin)
                return false;
        *ret = (struct extent){(uint64_t)begin, (uint64_t)end};
        return true;
}

static bool check_tensor(const char *name, const hart_json *tensor, void *data)
{
        struct check *check = data;
        struct extent extent;
        uint64_t bytes;

        if (strcmp(name, "__metadata__") == 0)
                return true;
        if (!tensor_bytes(tensor, &bytes) || !tensor_extent(tensor, &extent))
                check->code = hart_fail(check->err, HART_CONFIG, "tensor %.100s: dtype, shape or offsets are not valid",
                                        name);
        else if (extent.end - extent.begin != bytes)
                check->code =
                        hart_fail(check->err, HART_CONFIG, "tensor %.100s: its shape needs %llu bytes, not %llu", name,
                                  (unsigned long long)bytes, (unsigned long long)(extent.end - extent.begin));
        else if (extent.end > check->size)
                check->code = hart_fail(check->err, HART_CONFIG,
                                        "tensor %.100s: ends beyond the file, which is cut off by %llu bytes or more",
                                        name, (unsigned long long)(extent.end - check->size));
        else
                check->extents[check->count++] = extent;
        return check->code == HART_OK;
}

static int by_begin(const void *left, const void *right)
{
        const struct extent *a = left, *b = right;

        if (a->begin != b->begin)
                return a->begin < b->begin ? -1 : 1;
        return (a->end > b->end) - (a->end < b->end);
}

static hart_code check_tensors(const struct safetensors *file, hart_error *err)
{
        struct extent *extents = hart_allocate_array(hart_json_count(file->header) + 1, sizeof *extents);
        struct check check = {.size = file->size, .extents = extents, .err = err};
        uint64_t covered = 0;

        hart_json_each(file->header, check_tensor, &check);
        if (check.code == HART_OK)
                qsort(extents, check.count, sizeof *extents, by_begin);
        for (size_t i = 0; check.code == HART_OK && i < check.count; i++) {
                if (extents[i].begin != covered)
                        check.code = hart_fail(err, HART_CONFIG, "tensors overlap or leave a hole at byte %llu",
                                               (unsigned long long)covered);
                covered = extents[i].end;
        }
        if (check.code == HART_OK && covered != file->size)
                check.code = hart_fail(err, HART_CONFIG, "%llu bytes at its end belong to no tensor",
                                       (unsigned long long)(file->size - covered));
        free(extents);
        return check.code;
}

hart_code safetensors_parse(struct safetensors *ret, const void *bytes, size_t size, hart_error *err)
{
        const unsigned char *data = bytes;
        struct safetensors file = {0};
        hart_error cause = {0};
        uint64_t length = 0;
        hart_code code;

        if (size < 8)
                return hart_fail(err, HART_CONFIG, "is no safetensors file: it has %zu bytes", size);
        for (size_t i = 8; i-- > 0;)
                length = length << 8 | data[i];
        if (length > size - 8 || length > HEADER_LIMIT)
                return hart_fail(err, HART_CONFIG,
                                 "is no safetensors file, or cut off: its header would have %llu bytes",
                                 (unsigned long long)length);
        if (hart_json_parse(data + 8, (size_t)length, &file.header, &cause) < 0)
                return hart_fail(err, HART_CONFIG, "is no safetensors file: header: %s", cause.text);
        file.data = data + 8 + length;
        file.size = size - 8 - (size_t)length;
        code = hart_json_kind_of(file.header) == HART_JSON_OBJECT
                       ? check_tensors(&file, err)
                       : hart_fail(err, HART_CONFIG, "is no safetensors file: its header is no object");
        if (code < 0)
                safetensors_done(&file);
        else
                *ret = file;
        return code;
}

void safetensors_done(struct safetensors *file)
{
        hart_json_close(file->header);
        *file = (struct safetensors){0};
}

static bool has_shape(const hart_json *shape, size_t rows, size_t columns)
{
        const size_t wanted[2] = {rows, columns};
        size_t rank = columns == 0 ? 1 : 2;
        int64_t length;

        if (hart_json_count(shape) != rank)
                return false;
        for (size_t i = 0; i < rank; i++)
                if (!hart_json_integer(hart_json_item(shape, i), &length) || (uint64_t)length != wanted[i])
                        return false;
        return true;
}

bool safetensors_has(const struct safetensors *file, const char *name)
{
        return hart_json_member(file->header, name) != NULL;
}

/* One of those that are read, and its numbers' size; false for others. */
static bool readable(const char *name, enum safetensors_type *ret, size_t *size)
{
        static const char *const names[] = {
                [SAFETENSORS_FLOAT] = "F32", [SAFETENSORS_HALF] = "F16", [SAFETENSORS_BFLOAT] = "BF16"};

        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
                if (strcmp(names[i], name) == 0) {
                        *ret = (enum safetensors_type)i;
                        *size = (size_t)bytes_of(name);
                        return true;
                }
        return false;
}

hart_code safetensors_find(const struct safetensors *file, const char *name, size_t rows, size_t columns,
                           struct safetensors_tensor *ret, hart_error *err)
{
        const hart_json *tensor = hart_json_member(file->header, name);
        const char *type = hart_json_text(hart_json_member(tensor, "dtype"), NULL);
        struct safetensors_tensor found;
        struct extent extent;
        size_t size;

        if (type == NULL || !tensor_extent(tensor, &extent))
                return hart_fail(err, HART_CONFIG, "tensor %s is missing", name);
        if (!readable(type, &found.type, &size))
                return hart_fail(err, HART_CONFIG, "tensor %s: is %s; only F32, F16 and BF16 are read", name, type);
        if (!has_shape(hart_json_member(tensor, "shape"), rows, columns))
                return columns == 0
                               ? hart_fail(err, HART_CONFIG, "tensor %s: config.json asks for %zu numbers", name, rows)
                               : hart_fail(err, HART_CONFIG, "tensor %s: config.json asks for %zu x %zu numbers", name,
                                           rows, columns);
        found.numbers = file->data + extent.begin;
        if ((uintptr_t)found.numbers % size != 0)
                return hart_fail(err, HART_CONFIG, "tensor %s: does not begin at a multiple of %zu bytes", name, size);
        *ret = found;
        return HART_OK;
}
