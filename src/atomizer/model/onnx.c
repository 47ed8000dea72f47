/* onnx: a ModelProto, read field by field as it lies in the file. Graphs inside operators (If, Loop) stay in these. */
#include <inttypes.h>
#include <string.h>

#include "../strategies.h"
#include "onnx_structure.h"

#define TEXT_MAX      1024
#define LISTED_MAX    64 /* inputs, outputs, operator sets, properties, kinds of operators in the description */
#define LIST_SIZE_MAX ((size_t)12 << 10)

struct kind {
        struct onnx_text type;
        uint64_t count;
};

/* A list of the description, written while the fields come by. */
struct list {
        hart_buffer text;
        hart_json_writer writer;
        unsigned count;
};

struct onnx {
        const unsigned char *data;
        struct parts parts;
        struct kind kinds[LISTED_MAX];
        struct list inputs, outputs, operator_sets, properties;
        hart_buffer facts;
        hart_json_writer writer;
        uint32_t facts_seen; /* bit by field number: each but once, the first one */
        uint64_t tensors, operators, damaged, graphs;
        bool cut;
};

static bool list_has_room(struct list *list)
{
        list->writer.out = &list->text;
        if (list->count == LISTED_MAX || list->text.size > LIST_SIZE_MAX)
                return false;
        if (list->count++ == 0)
                hart_json_begin_array(&list->writer);
        return true;
}

static void put_list(struct onnx *onnx, const char *key, struct list *list)
{
        if (list->count == 0)
                return;
        hart_json_end_array(&list->writer);
        hart_json_key(&onnx->writer, key);
        hart_json_put_raw(&onnx->writer, (const char *)list->text.data, list->text.size);
}

static void count_kind(struct onnx *onnx, struct onnx_text type)
{
        for (size_t i = 0; i < LISTED_MAX && type.size > 0 && type.size <= 64; i++) {
                struct kind *kind = &onnx->kinds[i];
                if (kind->count == 0)
                        kind->type = type;
                if (kind->type.size == type.size && memcmp(kind->type.data, type.data, type.size) == 0) {
                        kind->count++;
                        return;
                }
        }
}

/* Two texts, or a text and a number, as fields 1 and 2: OperatorSetIdProto, StringStringEntryProto. */
static void put_pair(struct onnx *onnx, const struct protobuf_field *field, struct list *list, const char *first,
                     const char *second)
{
        struct reader message = protobuf_message(onnx->data, field->at, field->size);
        struct protobuf_field inner, fields[3] = {{0}, {0}, {0}};
        if (!list_has_room(list))
                return;
        while (protobuf_next(&message, &inner)) {
                if (inner.number < 3)
                        fields[inner.number] = inner;
        }
        hart_json_begin_object(&list->writer);
        hart_json_key(&list->writer, first);
        model_put_text(&list->writer, onnx->data + fields[1].at, (size_t)fields[1].size, TEXT_MAX);
        hart_json_key(&list->writer, second);
        if (fields[2].has_bytes)
                model_put_text(&list->writer, onnx->data + fields[2].at, (size_t)fields[2].size, TEXT_MAX);
        else
                hart_json_put_integer(&list->writer, (int64_t)fields[2].value);
        hart_json_end_object(&list->writer);
}

enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };

static void read_value(struct onnx *onnx, const struct protobuf_field *field, struct list *list)
{
        if (list_has_room(list) && !onnx_put_value(onnx->data, field, &list->writer))
                onnx->damaged++;
}

static void read_graph_field(struct onnx *onnx, const struct protobuf_field *field)
{
        struct onnx_text type;
        bool sound = true;
        onnx->cut = onnx->cut || field->cut;
        switch (field->has_bytes ? field->number : 0) {
        case GRAPH_NODE:
                sound = onnx_read_operator(onnx->data, field, &onnx->parts, &type);
                count_kind(onnx, type);
                onnx->operators++;
                break;
        case GRAPH_NAME:
                if ((onnx->facts_seen & 1) == 0) {
                        hart_json_key(&onnx->writer, "graph");
                        model_put_text(&onnx->writer, onnx->data + field->at, (size_t)field->size, TEXT_MAX);
                }
                onnx->facts_seen |= 1;
                break;
        case GRAPH_INITIALIZER:
                sound = onnx_read_tensor(onnx->data, field, &onnx->parts);
                onnx->tensors++;
                break;
        case GRAPH_INPUT:
                read_value(onnx, field, &onnx->inputs);
                break;
        case GRAPH_OUTPUT:
                read_value(onnx, field, &onnx->outputs);
                break;
        default:
                break;
        }
        onnx->damaged += sound ? 0 : 1;
}

static void read_graph(struct onnx *onnx, const struct protobuf_field *field)
{
        struct reader message = protobuf_message(onnx->data, field->at, field->size);
        struct protobuf_field inner;
        onnx->graphs++;
        while (protobuf_next(&message, &inner))
                read_graph_field(onnx, &inner);
        onnx->damaged += message.failed ? 1 : 0;
}

enum { MODEL_GRAPH = 7, MODEL_OPERATOR_SET = 8, MODEL_PROPERTY = 14 };

/* Of ModelProto; a text or a number each. */
static const struct {
        uint32_t number;
        const char *key;
        bool text;
} facts[] = {
        {1, "ir_version", false}, {2, "producer", true},       {3, "producer_version", true},
        {4, "domain", true},      {5, "model_version", false}, {6, "description", true},
};

static void put_fact(struct onnx *onnx, const struct protobuf_field *field)
{
        for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
                uint32_t bit = UINT32_C(1) << facts[i].number;
                if (facts[i].number != field->number || facts[i].text != field->has_bytes ||
                    (onnx->facts_seen & bit) != 0)
                        continue;
                onnx->facts_seen |= bit;
                hart_json_key(&onnx->writer, facts[i].key);
                if (field->has_bytes)
                        model_put_text(&onnx->writer, onnx->data + field->at, (size_t)field->size, TEXT_MAX);
                else
                        hart_json_put_integer(&onnx->writer, (int64_t)field->value);
        }
}

static void read_model_field(struct onnx *onnx, const struct protobuf_field *field)
{
        onnx->cut = onnx->cut || field->cut;
        if (field->has_bytes && field->number == MODEL_GRAPH)
                read_graph(onnx, field);
        else if (field->has_bytes && field->number == MODEL_OPERATOR_SET)
                put_pair(onnx, field, &onnx->operator_sets, "domain", "version");
        else if (field->has_bytes && field->number == MODEL_PROPERTY)
                put_pair(onnx, field, &onnx->properties, "key", "value");
        else
                put_fact(onnx, field);
}

static hart_code describe(struct onnx *onnx, hart_emitter *emitter, hart_error *err)
{
        hart_json_writer *writer = &onnx->writer;
        put_list(onnx, "operator_sets", &onnx->operator_sets);
        put_list(onnx, "inputs", &onnx->inputs);
        put_list(onnx, "outputs", &onnx->outputs);
        put_list(onnx, "properties", &onnx->properties);
        hart_json_key(writer, "tensors");
        hart_json_put_integer(writer, (int64_t)onnx->tensors);
        hart_json_key(writer, "operators");
        hart_json_put_integer(writer, (int64_t)onnx->operators);
        hart_json_key(writer, "kinds");
        hart_json_begin_array(writer);
        for (size_t i = 0; i < LISTED_MAX && onnx->kinds[i].count > 0; i++) {
                hart_json_begin_object(writer);
                hart_json_key(writer, "operator");
                model_put_text(writer, onnx->kinds[i].type.data, onnx->kinds[i].type.size, TEXT_MAX);
                hart_json_key(writer, "count");
                hart_json_put_integer(writer, (int64_t)onnx->kinds[i].count);
                hart_json_end_object(writer);
        }
        hart_json_end_array(writer);
        hart_json_end_object(writer);
        return emit_describe(emitter, (const char *)onnx->facts.data, err);
}

static hart_code read_model(struct onnx *onnx, hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct reader message = protobuf_message(onnx->data, 0, document->size);
        struct protobuf_field field;
        hart_code code = HART_OK;
        onnx->writer.out = &onnx->facts;
        hart_json_begin_object(&onnx->writer);
        hart_json_key(&onnx->writer, "format");
        hart_json_put_text(&onnx->writer, "onnx");
        while (protobuf_next(&message, &field)) {
                read_model_field(onnx, &field);
                onnx->parts.header_end = message.at;
        }
        if (message.failed || onnx->graphs == 0)
                code = emit_problem(emitter, err, "no ONNX model from byte %" PRIu64 " on", onnx->parts.header_end);
        if (code == HART_OK && onnx->cut)
                code = emit_problem(emitter, err, "the file is cut off: a part of it claims to be longer");
        if (code == HART_OK && onnx->damaged > 0)
                code = emit_problem(emitter, err, "%" PRIu64 " of its parts are damaged", onnx->damaged);
        if (code == HART_OK)
                code = describe(onnx, emitter, err);
        return code == HART_OK ? parts_emit(&onnx->parts, document, emitter, err) : code;
}

static hart_code run_document(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct onnx onnx = {0};
        hart_code code = document_map(document, &onnx.data, err);
        if (code == HART_OK)
                code = read_model(&onnx, document, emitter, err);
        parts_done(&onnx.parts);
        hart_buffer_done(&onnx.inputs.text);
        hart_buffer_done(&onnx.outputs.text);
        hart_buffer_done(&onnx.operator_sets.text);
        hart_buffer_done(&onnx.properties.text);
        hart_buffer_done(&onnx.facts);
        return code;
}

static const char *const content_types[] = {"application/x-onnx", "application/onnx", NULL};

const hart_atomizer onnx_atomizer = {
        .name = "onnx",
        .version = 1,
        .way = HART_SLICES,
        .modality = "model",
        .document_subtype = "model",
        .content_types = content_types,
        .subtypes = model_subtypes,
        .subtype_count = MODEL_SUBTYPES,
        .run_document = run_document,
};
