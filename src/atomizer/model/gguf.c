/* gguf: models of llama.cpp and its family (GGUF versions 2 and 3, little-endian), as ggml's docs/gguf.md has them. */
#include <inttypes.h>
#include <string.h>

#include "../strategies.h"
#include "gguf_metadata.h"
#include "parts.h"

#define DIMENSIONS_MAX 8
#define ALIGNMENT_MAX  (UINT64_C(1) << 20)
#define EXTENT_MAX     (UINT64_C(1) << 60) /* of an offset or a size: their sums cannot overflow */

/* By the type's number in the file: `block` weights take `size` bytes. A type without a row takes an unknown number. */
static const struct {
        const char *name;
        unsigned block, size;
} types[] = {
        [0] = {"F32", 1, 4},         [1] = {"F16", 1, 2},         [2] = {"Q4_0", 32, 18},
        [3] = {"Q4_1", 32, 20},      [6] = {"Q5_0", 32, 22},      [7] = {"Q5_1", 32, 24},
        [8] = {"Q8_0", 32, 34},      [9] = {"Q8_1", 32, 36},      [10] = {"Q2_K", 256, 84},
        [11] = {"Q3_K", 256, 110},   [12] = {"Q4_K", 256, 144},   [13] = {"Q5_K", 256, 176},
        [14] = {"Q6_K", 256, 210},   [15] = {"Q8_K", 256, 292},   [16] = {"IQ2_XXS", 256, 66},
        [17] = {"IQ2_XS", 256, 74},  [18] = {"IQ3_XXS", 256, 98}, [19] = {"IQ1_S", 256, 50},
        [20] = {"IQ4_NL", 32, 18},   [21] = {"IQ3_S", 256, 110},  [22] = {"IQ2_S", 256, 82},
        [23] = {"IQ4_XS", 256, 136}, [24] = {"I8", 1, 1},         [25] = {"I16", 1, 2},
        [26] = {"I32", 1, 4},        [27] = {"I64", 1, 8},        [28] = {"F64", 1, 8},
        [29] = {"IQ1_M", 256, 56},   [30] = {"BF16", 1, 2},       [34] = {"TQ1_0", 256, 54},
        [35] = {"TQ2_0", 256, 66},   [39] = {"MXFP4", 32, 17},
};
#define TYPE_COUNT (sizeof types / sizeof *types)

struct tensor {
        const unsigned char *name;
        uint64_t name_size, offset, dimensions[DIMENSIONS_MAX];
        uint32_t type, dimension_count;
};

static bool read_tensor(struct reader *reader, struct tensor *tensor)
{
        tensor->name_size = reader_number(reader, 8);
        tensor->name = reader_take(reader, tensor->name_size);
        tensor->dimension_count = (uint32_t)reader_number(reader, 4);
        if (tensor->dimension_count > DIMENSIONS_MAX)
                return false;
        for (uint32_t i = 0; i < tensor->dimension_count; i++)
                tensor->dimensions[i] = reader_number(reader, 8);
        tensor->type = (uint32_t)reader_number(reader, 4);
        tensor->offset = reader_number(reader, 8);
        return !reader->failed;
}

/* Its bytes, PART_END_UNKNOWN where its type is not known; *weights: how many numbers. False: too many to be true. */
static bool size_of(const struct tensor *tensor, uint64_t *weights, uint64_t *ret)
{
        *weights = 1;
        for (uint32_t i = 0; i < tensor->dimension_count; i++) {
                if (__builtin_mul_overflow(*weights, tensor->dimensions[i], weights) || *weights > EXTENT_MAX)
                        return false;
        }
        *ret = PART_END_UNKNOWN;
        if (tensor->type >= TYPE_COUNT || types[tensor->type].name == NULL)
                return true;
        unsigned block = types[tensor->type].block;
        uint64_t blocks = *weights / block + (*weights % block > 0 ? 1 : 0);
        return !__builtin_mul_overflow(blocks, types[tensor->type].size, ret) && *ret <= EXTENT_MAX;
}

static void put_metadata(const struct tensor *tensor, hart_buffer *out)
{
        hart_json_writer writer = {.out = out};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "type");
        if (tensor->type < TYPE_COUNT && types[tensor->type].name != NULL)
                hart_json_put_text(&writer, types[tensor->type].name);
        else
                hart_json_put_integer(&writer, tensor->type);
        hart_json_key(&writer, "shape");
        hart_json_begin_array(&writer);
        for (uint32_t i = 0; i < tensor->dimension_count; i++)
                hart_json_put_integer(&writer, (int64_t)tensor->dimensions[i]);
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
}

struct gguf {
        struct reader reader;
        struct parts parts;
        uint64_t tensors, pairs, weights;
        uint32_t version;
        hart_buffer description;
};

/* The tensors' list, then where their data begins: all offsets count from there. */
static hart_code read_tensors(struct gguf *gguf, uint64_t alignment, hart_emitter *emitter, hart_error *err)
{
        struct reader *reader = &gguf->reader;
        uint64_t sound_end = reader->at, impossible = 0;
        for (uint64_t i = 0; i < gguf->tensors; i++, sound_end = reader->at) {
                HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
                struct tensor tensor;
                uint64_t weights = 0, size = 0, end = PART_END_UNKNOWN;
                if (!read_tensor(reader, &tensor)) {
                        gguf->parts.header_end = sound_end;
                        gguf->parts.count = 0; /* where the data begins is not known */
                        return emit_problem(emitter, err, "tensor %" PRIu64 " of %" PRIu64 " is cut off or damaged",
                                            i + 1, gguf->tensors);
                }
                if (tensor.offset > EXTENT_MAX || !size_of(&tensor, &weights, &size)) {
                        impossible++;
                        continue;
                }
                gguf->weights += weights < INT64_MAX - gguf->weights ? weights : 0;
                if (size != PART_END_UNKNOWN)
                        end = tensor.offset + size;
                put_metadata(&tensor, &metadata);
                parts_add(
                        &gguf->parts,
                        &(struct part){.kind = "tensor", .subtype = MODEL_WEIGHTS, .begin = tensor.offset, .end = end},
                        tensor.name, (size_t)tensor.name_size, &metadata);
        }
        uint64_t data = reader->at + (alignment - reader->at % alignment) % alignment;
        gguf->parts.header_end = data;
        for (size_t i = 0; i < gguf->parts.count; i++) {
                struct part *part = &gguf->parts.rows[i];
                part->begin += data; /* at most EXTENT_MAX and a file's size: no overflow */
                if (part->end != PART_END_UNKNOWN)
                        part->end += data;
        }
        if (impossible == 0)
                return HART_OK;
        return emit_problem(emitter, err, "%" PRIu64 " tensors claim more than 2^60 bytes", impossible);
}

static bool is_alignment(uint64_t alignment)
{
        return alignment > 0 && alignment <= ALIGNMENT_MAX && (alignment & (alignment - 1)) == 0;
}

static hart_code read_header(struct gguf *gguf, hart_emitter *emitter, hart_error *err)
{
        struct reader *reader = &gguf->reader;
        struct gguf_metadata metadata;
        hart_json_writer writer = {.out = &gguf->description};
        const unsigned char *magic = reader_take(reader, 4);
        gguf->version = (uint32_t)reader_number(reader, 4);
        gguf->tensors = reader_number(reader, 8);
        gguf->pairs = reader_number(reader, 8);
        if (reader->failed || memcmp(magic, "GGUF", 4) != 0)
                return emit_problem(emitter, err, "no GGUF header");
        if (gguf->version != 2 && gguf->version != 3)
                return emit_problem(emitter, err, "GGUF version %" PRIu32 "%s is not read, only 2 and 3", gguf->version,
                                    gguf->version == 0x02000000 || gguf->version == 0x03000000 ? " (big-endian)" : "");
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "format");
        hart_json_put_text(&writer, "gguf");
        hart_json_key(&writer, "version");
        hart_json_put_integer(&writer, gguf->version);
        hart_json_key(&writer, "metadata");
        hart_json_begin_object(&writer);
        bool sound = gguf_metadata_read(reader, gguf->pairs, &writer, &metadata);
        hart_json_end_object(&writer);
        hart_code code = HART_OK;
        gguf->parts.header_end = reader->at;
        if (!sound)
                code = emit_problem(emitter, err, "its metadata is cut off or damaged");
        else if (!is_alignment(metadata.alignment))
                code = emit_problem(emitter, err, "its alignment of %" PRIu64 " bytes cannot be", metadata.alignment);
        else
                code = read_tensors(gguf, metadata.alignment, emitter, err);
        hart_json_key(&writer, "omitted");
        hart_json_put_integer(&writer, (int64_t)metadata.omitted);
        hart_json_key(&writer, "tensors");
        hart_json_put_integer(&writer, (int64_t)gguf->parts.count);
        hart_json_key(&writer, "weights");
        hart_json_put_integer(&writer, (int64_t)gguf->weights);
        hart_json_end_object(&writer);
        return code == HART_OK ? emit_describe(emitter, (const char *)gguf->description.data, err) : code;
}

static hart_code run_document(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct gguf gguf = {.reader = {.size = document->size}};
        hart_code code = document_map(document, &gguf.reader.data, err);
        if (code == HART_OK)
                code = read_header(&gguf, emitter, err);
        if (code == HART_OK)
                code = parts_emit(&gguf.parts, document, emitter, err);
        parts_done(&gguf.parts);
        hart_buffer_done(&gguf.description);
        return code;
}

static const char *const content_types[] = {"application/x-gguf", "application/gguf", NULL};

const hart_atomizer gguf_atomizer = {
        .name = "gguf",
        .version = 1,
        .way = HART_SLICES,
        .modality = "model",
        .document_subtype = "model",
        .content_types = content_types,
        .subtypes = model_subtypes,
        .subtype_count = MODEL_SUBTYPES,
        .run_document = run_document,
};
