/* onnx_structure: tensors, operators and values of a graph. */
#include "onnx_structure.h"

#include <string.h>

#define TEXT_MAX       256
#define DIMENSIONS_MAX 32
#define LINKS_MAX      16 /* inputs and outputs of an operator that are told */

static const char *const element_types[] = {
        "UNDEFINED",      "FLOAT",      "UINT8",          "INT8",       "UINT16",   "INT16",
        "INT32",          "INT64",      "STRING",         "BOOL",       "FLOAT16",  "DOUBLE",
        "UINT32",         "UINT64",     "COMPLEX64",      "COMPLEX128", "BFLOAT16", "FLOAT8E4M3FN",
        "FLOAT8E4M3FNUZ", "FLOAT8E5M2", "FLOAT8E5M2FNUZ", "UINT4",      "INT4",     "FLOAT4E2M1",
};

static void put_element_type(hart_json_writer *writer, uint64_t type)
{
        hart_json_key(writer, "type");
        if (type < sizeof element_types / sizeof *element_types)
                hart_json_put_text(writer, element_types[type]);
        else
                hart_json_put_integer(writer, (int64_t)(type & INT64_MAX));
}

static struct onnx_text text_of(const unsigned char *document, const struct protobuf_field *field)
{
        return (struct onnx_text){document + field->at, (size_t)field->size};
}

static void put_text(hart_json_writer *writer, const char *key, struct onnx_text text)
{
        if (text.data == NULL || text.size == 0)
                return;
        hart_json_key(writer, key);
        model_put_text(writer, text.data, text.size, TEXT_MAX);
}

struct tensor {
        struct onnx_text name, location;
        uint64_t type, weights, weights_end;
        int64_t dimensions[DIMENSIONS_MAX];
        size_t dimension_count;
};

static void add_dimension(struct tensor *tensor, uint64_t value)
{
        if (tensor->dimension_count < DIMENSIONS_MAX)
                tensor->dimensions[tensor->dimension_count++] = (int64_t)value;
}

/* One by one, or packed. */
static void read_dimensions(const unsigned char *document, const struct protobuf_field *field, struct tensor *tensor)
{
        struct reader packed = protobuf_message(document, field->at, field->size);
        if (!field->has_bytes)
                add_dimension(tensor, field->value);
        while (field->has_bytes && !packed.failed && packed.at < packed.size &&
               tensor->dimension_count < DIMENSIONS_MAX) {
                uint64_t value = protobuf_number(&packed);
                if (!packed.failed)
                        add_dimension(tensor, value);
        }
}

/* A StringStringEntryProto of external_data: {"location", "weights.bin"}. */
static void read_location(const unsigned char *document, const struct protobuf_field *field, struct tensor *tensor)
{
        struct reader entry = protobuf_message(document, field->at, field->size);
        struct protobuf_field inner;
        struct onnx_text key = {0}, value = {0};
        while (protobuf_next(&entry, &inner)) {
                if (inner.has_bytes && inner.number == 1)
                        key = text_of(document, &inner);
                else if (inner.has_bytes && inner.number == 2)
                        value = text_of(document, &inner);
        }
        if (key.size == 8 && memcmp(key.data, "location", 8) == 0)
                tensor->location = value;
}

enum {
        DIMS = 1,
        DATA_TYPE = 2,
        FLOATS = 4,
        INTS = 5,
        LONGS = 7,
        NAME = 8,
        RAW = 9,
        DOUBLES = 10,
        ULONGS = 11,
        EXTERNAL = 13
};

static void read_tensor_field(const unsigned char *document, const struct protobuf_field *field, struct tensor *tensor)
{
        switch (field->number) {
        case DIMS:
                read_dimensions(document, field, tensor);
                break;
        case DATA_TYPE:
                tensor->type = field->value;
                break;
        case NAME:
                if (field->has_bytes)
                        tensor->name = text_of(document, field);
                break;
        case EXTERNAL:
                if (field->has_bytes)
                        read_location(document, field, tensor);
                break;
        case FLOATS:
        case INTS:
        case LONGS:
        case RAW:
        case DOUBLES:
        case ULONGS: /* one of them has the weights; of several, the longest */
                if (field->has_bytes && field->size > tensor->weights_end - tensor->weights) {
                        tensor->weights = field->at;
                        tensor->weights_end = field->at + field->size;
                }
                break;
        default:
                break;
        }
}

bool onnx_read_tensor(const unsigned char *document, const struct protobuf_field *field, struct parts *parts)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
        hart_json_writer writer = {.out = &metadata};
        struct reader message = protobuf_message(document, field->at, field->size);
        struct tensor tensor = {.weights = field->at, .weights_end = field->at};
        struct protobuf_field inner;
        while (protobuf_next(&message, &inner))
                read_tensor_field(document, &inner, &tensor);
        hart_json_begin_object(&writer);
        put_element_type(&writer, tensor.type);
        hart_json_key(&writer, "shape");
        hart_json_begin_array(&writer);
        for (size_t i = 0; i < tensor.dimension_count; i++)
                hart_json_put_integer(&writer, tensor.dimensions[i]);
        hart_json_end_array(&writer);
        put_text(&writer, "external", tensor.location);
        hart_json_end_object(&writer);
        parts_add(
                parts,
                &(struct part){
                        .kind = "tensor", .subtype = MODEL_WEIGHTS, .begin = tensor.weights, .end = tensor.weights_end},
                tensor.name.data, tensor.name.size, &metadata);
        return !message.failed;
}

/* The texts with that field number, as a list. */
static void put_links(const unsigned char *document, const struct protobuf_field *field, uint32_t number,
                      hart_json_writer *writer)
{
        struct reader message = protobuf_message(document, field->at, field->size);
        struct protobuf_field inner;
        hart_json_begin_array(writer);
        for (unsigned count = 0; count < LINKS_MAX && protobuf_next(&message, &inner);) {
                if (inner.number != number || !inner.has_bytes)
                        continue;
                model_put_text(writer, document + inner.at, (size_t)inner.size, TEXT_MAX);
                count++;
        }
        hart_json_end_array(writer);
}

bool onnx_read_operator(const unsigned char *document, const struct protobuf_field *field, struct parts *parts,
                        struct onnx_text *type)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
        hart_json_writer writer = {.out = &metadata};
        struct reader message = protobuf_message(document, field->at, field->size);
        struct onnx_text name = {0}, domain = {0};
        struct protobuf_field inner;
        *type = (struct onnx_text){0};
        while (protobuf_next(&message, &inner)) {
                struct onnx_text *const texts[] = {[3] = &name, [4] = type, [7] = &domain};
                if (inner.has_bytes && inner.number < sizeof texts / sizeof *texts && texts[inner.number] != NULL)
                        *texts[inner.number] = text_of(document, &inner);
        }
        hart_json_begin_object(&writer);
        put_text(&writer, "name", name);
        put_text(&writer, "domain", domain);
        hart_json_key(&writer, "inputs");
        put_links(document, field, 1, &writer);
        hart_json_key(&writer, "outputs");
        put_links(document, field, 2, &writer);
        hart_json_end_object(&writer);
        parts_add(parts,
                  &(struct part){.kind = "operator",
                                 .subtype = MODEL_OPERATOR,
                                 .begin = field->begin,
                                 .end = field->at + field->size},
                  type->data, type->size, &metadata);
        return !message.failed;
}

/* The last field of that number inside the message, if it has bytes. */
static bool find(const unsigned char *document, const struct protobuf_field *message, uint32_t number,
                 struct protobuf_field *ret)
{
        struct reader reader = protobuf_message(document, message->at, message->size);
        struct protobuf_field inner;
        bool found = false;
        while (protobuf_next(&reader, &inner)) {
                if (inner.number == number) {
                        *ret = inner;
                        found = true;
                }
        }
        return found;
}

/* TensorShapeProto: dim = 1 { dim_value = 1, dim_param = 2 } */
static void put_shape(const unsigned char *document, const struct protobuf_field *shape, hart_json_writer *writer)
{
        struct reader reader = protobuf_message(document, shape->at, shape->size);
        struct protobuf_field dimension, what;
        hart_json_key(writer, "shape");
        hart_json_begin_array(writer);
        for (unsigned count = 0; count < DIMENSIONS_MAX && protobuf_next(&reader, &dimension);) {
                if (dimension.number != 1 || !dimension.has_bytes)
                        continue;
                if (find(document, &dimension, 2, &what) && what.has_bytes)
                        model_put_text(writer, document + what.at, (size_t)what.size, TEXT_MAX);
                else if (find(document, &dimension, 1, &what) && !what.has_bytes)
                        hart_json_put_integer(writer, (int64_t)what.value);
                else
                        hart_json_put_null(writer);
                count++;
        }
        hart_json_end_array(writer);
}

/* name = 1, type = 2 { tensor_type = 1 { elem_type = 1, shape = 2 } } */
bool onnx_put_value(const unsigned char *document, const struct protobuf_field *field, hart_json_writer *writer)
{
        struct protobuf_field name, type, tensor, element, shape;
        hart_json_begin_object(writer);
        if (find(document, field, 1, &name) && name.has_bytes)
                put_text(writer, "name", text_of(document, &name));
        bool sound = find(document, field, 2, &type) && type.has_bytes && find(document, &type, 1, &tensor) &&
                     tensor.has_bytes;
        if (sound && find(document, &tensor, 1, &element) && !element.has_bytes)
                put_element_type(writer, element.value);
        if (sound && find(document, &tensor, 2, &shape) && shape.has_bytes)
                put_shape(document, &shape, writer);
        hart_json_end_object(writer);
        return sound;
}
