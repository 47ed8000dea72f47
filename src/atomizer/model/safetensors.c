/* safetensors: eight bytes of a header's length, the header, which is JSON, and the tensors, end to end. */
#include <inttypes.h>
#include <string.h>

#include "../strategies.h"
#include "parts.h"
#include "reader.h"
#include "safetensors_header.h"

#define HEADER_MAX      UINT64_C(100000000) /* as the format says */
#define MEMBER_MAX      ((size_t)64 << 10)
#define DESCRIPTION_MAX ((size_t)32 << 10)
#define PAIRS_MAX       256
#define TEXT_MAX        1024
#define DIMENSIONS_MAX  32

struct safetensors {
        struct parts parts;
        uint64_t data; /* where the tensors' bytes begin */
        uint64_t misfits;
        bool has_metadata;
        hart_buffer metadata; /* of the file: a JSON object */
};

struct metadata_writer {
        hart_json_writer writer;
        size_t pairs;
};

static bool put_pair(const char *key, const hart_json *value, void *data)
{
        struct metadata_writer *to = data;
        size_t size = 0;
        const char *text = hart_json_text(value, &size);
        if (text == NULL || strlen(key) > TEXT_MAX)
                return true;
        if (to->pairs++ == PAIRS_MAX || to->writer.out->size > DESCRIPTION_MAX)
                return false;
        hart_json_key(&to->writer, key);
        model_put_text(&to->writer, text, size, TEXT_MAX);
        return true;
}

static void read_metadata(struct safetensors *file, const hart_json *value)
{
        struct metadata_writer to = {.writer = {.out = &file->metadata}};
        if (file->has_metadata)
                return;
        file->has_metadata = true;
        hart_json_begin_object(&to.writer);
        hart_json_each(value, put_pair, &to);
        hart_json_end_object(&to.writer);
}

static bool put_shape(const hart_json *shape, hart_json_writer *writer)
{
        size_t count = hart_json_count(shape);
        bool sound = hart_json_kind_of(shape) == HART_JSON_ARRAY && count <= DIMENSIONS_MAX;
        hart_json_begin_array(writer);
        for (size_t i = 0; sound && i < count; i++) {
                int64_t dimension = 0;
                sound = hart_json_integer(hart_json_item(shape, i), &dimension) && dimension >= 0;
                hart_json_put_integer(writer, dimension);
        }
        hart_json_end_array(writer);
        return sound;
}

/* {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]} */
static bool read_tensor(struct safetensors *file, const hart_json *name, const hart_json *tensor)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
        hart_json_writer writer = {.out = &metadata};
        const hart_json *offsets = hart_json_member(tensor, "data_offsets");
        size_t name_size = 0, type_size = 0;
        const char *label = hart_json_text(name, &name_size);
        const char *type = hart_json_text(hart_json_member(tensor, "dtype"), &type_size);
        int64_t begin = 0, end = 0;
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "type");
        model_put_text(&writer, type != NULL ? type : "", type_size, 32);
        hart_json_key(&writer, "shape");
        bool sound = put_shape(hart_json_member(tensor, "shape"), &writer);
        hart_json_end_object(&writer);
        if (!sound || type == NULL || label == NULL || hart_json_count(offsets) != 2 ||
            !hart_json_integer(hart_json_item(offsets, 0), &begin) ||
            !hart_json_integer(hart_json_item(offsets, 1), &end) || begin < 0 || end < begin)
                return false;
        parts_add(&file->parts,
                  &(struct part){.kind = "tensor",
                                 .subtype = MODEL_WEIGHTS,
                                 .begin = file->data + (uint64_t)begin,
                                 .end = file->data + (uint64_t)end},
                  label, name_size, &metadata);
        return true;
}

static bool read_member(struct safetensors *file, const struct header_member *member)
{
        HART_CLEANUP(hart_json_close_p) hart_json *key = NULL;
        HART_CLEANUP(hart_json_close_p) hart_json *value = NULL;
        if (member->key_size > MEMBER_MAX || member->value_size > MEMBER_MAX ||
            hart_json_parse(member->key, member->key_size, &key, NULL) != HART_OK ||
            hart_json_parse(member->value, member->value_size, &value, NULL) != HART_OK)
                return false;
        const char *name = hart_json_text(key, NULL);
        if (name == NULL || strcmp(name, "__metadata__") != 0)
                return read_tensor(file, key, value);
        read_metadata(file, value);
        return true;
}

static hart_code read_header(struct safetensors *file, const char *text, uint64_t size, hart_emitter *emitter,
                             hart_error *err)
{
        struct header_scan scan = {.text = text, .size = (size_t)size};
        struct header_member member;
        hart_code code = HART_OK;
        int more;
        while ((more = header_next(&scan, &member)) > 0) {
                if (!read_member(file, &member))
                        file->misfits++;
        }
        if (more < 0)
                code = emit_problem(emitter, err, "its header is no JSON object from byte %zu on", 8 + scan.at);
        if (code == HART_OK && file->misfits > 0)
                code = emit_problem(emitter, err, "%" PRIu64 " members of its header are no tensors", file->misfits);
        return code;
}

static hart_code describe(const struct safetensors *file, hart_emitter *emitter, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer description = {0};
        hart_json_writer writer = {.out = &description};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "format");
        hart_json_put_text(&writer, "safetensors");
        if (file->has_metadata) {
                hart_json_key(&writer, "metadata");
                hart_json_put_raw(&writer, (const char *)file->metadata.data, file->metadata.size);
        }
        hart_json_key(&writer, "tensors");
        hart_json_put_integer(&writer, (int64_t)file->parts.count);
        hart_json_end_object(&writer);
        return emit_describe(emitter, (const char *)description.data, err);
}

static hart_code read_file(struct safetensors *file, struct reader *reader, hart_emitter *emitter, hart_error *err)
{
        uint64_t size = reader_number(reader, 8);
        uint64_t left = reader->size - reader->at;
        if (reader->failed || size < 2 || size > HEADER_MAX)
                return emit_problem(emitter, err, "no safetensors header");
        hart_code code = HART_OK;
        if (size > left)
                code = emit_problem(emitter, err, "its header of %" PRIu64 " bytes is cut off after %" PRIu64, size,
                                    left);
        file->data = 8 + size;
        file->parts.header_end = file->data;
        if (size > left)
                size = left;
        if (code == HART_OK)
                code = read_header(file, (const char *)reader->data + reader->at, size, emitter, err);
        return code == HART_OK ? describe(file, emitter, err) : code;
}

static hart_code run_document(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct reader reader = {.size = document->size};
        struct safetensors file = {0};
        hart_code code = document_map(document, &reader.data, err);
        if (code == HART_OK)
                code = read_file(&file, &reader, emitter, err);
        if (code == HART_OK)
                code = parts_emit(&file.parts, document, emitter, err);
        parts_done(&file.parts);
        hart_buffer_done(&file.metadata);
        return code;
}

static const char *const content_types[] = {"application/x-safetensors", "application/safetensors", NULL};

const hart_atomizer safetensors_atomizer = {
        .name = "safetensors",
        .version = 1,
        .way = HART_SLICES,
        .modality = "model",
        .document_subtype = "model",
        .content_types = content_types,
        .subtypes = model_subtypes,
        .subtype_count = MODEL_SUBTYPES,
        .run_document = run_document,
};
