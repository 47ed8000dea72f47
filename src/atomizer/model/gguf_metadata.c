/* gguf_metadata: pairs of any number and size, of which a description takes what fits. */
#include "gguf_metadata.h"

#include <string.h>

#include "parts.h"

/* What a description holds at most. A chat template has some KiB, a list of tokens some MiB. */
#define PAIRS_MAX       256
#define KEY_MAX         128
#define TEXT_MAX        1024
#define DESCRIPTION_MAX ((size_t)32 << 10)
#define ITEMS_MAX       16 /* a longer list is only counted */
#define NESTING_MAX     4

enum { TEXT = 8, ARRAY = 9 };

enum number { UNSIGNED, SIGNED, REAL, FLAG };

/* By the type's number in the file. */
static const struct {
        const char *name;
        unsigned size; /* 0: its value says */
        enum number number;
} types[] = {
        {"uint8", 1, UNSIGNED},
        {"int8", 1, SIGNED},
        {"uint16", 2, UNSIGNED},
        {"int16", 2, SIGNED},
        {"uint32", 4, UNSIGNED},
        {"int32", 4, SIGNED},
        {"float32", 4, REAL},
        {"bool", 1, FLAG},
        [TEXT] = {"string", 0, UNSIGNED},
        [ARRAY] = {"array", 0, UNSIGNED},
        {"uint64", 8, UNSIGNED},
        {"int64", 8, SIGNED},
        {"float64", 8, REAL},
};
#define TYPE_COUNT (sizeof types / sizeof *types)

static double real_of(uint64_t bits, unsigned size)
{
        uint32_t narrow = (uint32_t)bits;
        float single;
        double wide;
        memcpy(&single, &narrow, sizeof single);
        memcpy(&wide, &bits, sizeof wide);
        return size == sizeof single ? (double)single : wide;
}

static int64_t signed_of(uint64_t bits, unsigned size)
{
        uint64_t sign = UINT64_C(1) << (8 * size - 1);
        if ((bits & sign) == 0)
                return (int64_t)bits;
        return -(int64_t)((sign << 1) - 1 - bits) - 1; /* 2^64 wraps to 0, and that is right */
}

static void put_number(hart_json_writer *writer, uint32_t type, uint64_t bits)
{
        switch (types[type].number) {
        case UNSIGNED:
                if (bits <= INT64_MAX)
                        hart_json_put_integer(writer, (int64_t)bits);
                else
                        hart_json_put_number(writer, (double)bits);
                break;
        case SIGNED:
                hart_json_put_integer(writer, signed_of(bits, types[type].size));
                break;
        case REAL:
                hart_json_put_number(writer, real_of(bits, types[type].size));
                break;
        case FLAG:
                hart_json_put_flag(writer, bits != 0);
                break;
        }
}

static bool skip_text(struct reader *reader)
{
        return reader_take(reader, reader_number(reader, 8)) != NULL;
}

/* Lists of lists are allowed by the format and made by nobody: they are passed by, not deep. */
static bool skip_array(struct reader *reader, unsigned depth)
{
        uint32_t type = (uint32_t)reader_number(reader, 4);
        uint64_t count = reader_number(reader, 8);
        if (reader->failed || type >= TYPE_COUNT || depth == NESTING_MAX)
                return false;
        if (types[type].size > 0) {
                uint64_t left = reader->size - reader->at;
                return count <= left / types[type].size && reader_take(reader, count * types[type].size) != NULL;
        }
        bool sound = true;
        for (uint64_t i = 0; sound && i < count; i++)
                sound = type == TEXT ? skip_text(reader) : skip_array(reader, depth + 1);
        return sound;
}

static void put_array(struct reader reader, hart_json_writer *writer)
{
        uint32_t type = (uint32_t)reader_number(&reader, 4);
        uint64_t count = reader_number(&reader, 8);
        if (types[type].size > 0 && count <= ITEMS_MAX) {
                hart_json_begin_array(writer);
                for (uint64_t i = 0; i < count; i++)
                        put_number(writer, type, reader_number(&reader, types[type].size));
                hart_json_end_array(writer);
                return;
        }
        hart_json_begin_object(writer);
        hart_json_key(writer, "list-of");
        hart_json_put_text(writer, types[type].name);
        hart_json_key(writer, "count");
        hart_json_put_integer(writer, (int64_t)count); /* each has a byte at least: not over the file's size */
        hart_json_end_object(writer);
}

static bool skip_value(struct reader *reader, uint32_t type)
{
        if (type == TEXT)
                return skip_text(reader);
        if (type == ARRAY)
                return skip_array(reader, 0);
        return reader_take(reader, types[type].size) != NULL;
}

static void put_value(struct reader reader, uint32_t type, hart_json_writer *writer)
{
        if (type == ARRAY) {
                put_array(reader, writer);
        } else if (type == TEXT) {
                uint64_t size = reader_number(&reader, 8);
                model_put_text(writer, reader_take(&reader, size), (size_t)size, TEXT_MAX);
        } else {
                put_number(writer, type, reader_number(&reader, types[type].size));
        }
}

/* Keys are lower-case ASCII with dots, by the format. Others, and those that came before, are left out. */
static bool key_is_welcome(const char (*keys)[KEY_MAX + 1], size_t count, const unsigned char *key, uint64_t size)
{
        if (size == 0 || size > KEY_MAX || count == PAIRS_MAX)
                return false;
        for (uint64_t i = 0; i < size; i++) {
                if (key[i] <= 0x20 || key[i] >= 0x7F)
                        return false;
        }
        for (size_t i = 0; i < count; i++) {
                if (strlen(keys[i]) == size && memcmp(keys[i], key, size) == 0)
                        return false;
        }
        return true;
}

bool gguf_metadata_read(struct reader *reader, uint64_t count, hart_json_writer *writer, struct gguf_metadata *ret)
{
        HART_CLEANUP(hart_free_p) char(*keys)[KEY_MAX + 1] = hart_allocate_array(PAIRS_MAX, sizeof *keys);
        static const char alignment[] = "general.alignment";
        const size_t begin = writer->out->size;
        size_t known = 0;
        *ret = (struct gguf_metadata){.alignment = 32};
        for (uint64_t i = 0; i < count; i++) {
                uint64_t size = reader_number(reader, 8);
                const unsigned char *key = reader_take(reader, size);
                uint32_t type = (uint32_t)reader_number(reader, 4);
                if (reader->failed || type >= TYPE_COUNT)
                        return false;
                struct reader value = *reader;
                if (!skip_value(reader, type))
                        return false;
                if (size == sizeof alignment - 1 && memcmp(key, alignment, size) == 0 &&
                    types[type].number == UNSIGNED && types[type].size > 0) {
                        struct reader number = value;
                        ret->alignment = reader_number(&number, types[type].size);
                }
                if (writer->out->size - begin > DESCRIPTION_MAX ||
                    !key_is_welcome((const char(*)[KEY_MAX + 1]) keys, known, key, size)) {
                        ret->omitted++;
                        continue;
                }
                memcpy(keys[known], key, size);
                hart_json_key(writer, keys[known++]);
                put_value(value, type, writer);
        }
        return true;
}
