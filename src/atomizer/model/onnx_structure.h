/* The messages inside an ONNX model, as onnx.proto3 numbers their fields. */
#ifndef MODEL_ONNX_STRUCTURE_H
#define MODEL_ONNX_STRUCTURE_H

#include "parts.h"
#include "protobuf.h"

/* Bytes of the document, or NULL. */
struct onnx_text {
        const unsigned char *data;
        size_t size;
};

/* A TensorProto in `field`. Its weights become a part, with nothing in it where they lie in another file. Answers false
 * where the message is damaged; what was read before that counts. */
bool onnx_read_tensor(const unsigned char *document, const struct protobuf_field *field, struct parts *parts);
/* A NodeProto: a part with the operator's type as label. *type: the same, for counting. */
bool onnx_read_operator(const unsigned char *document, const struct protobuf_field *field, struct parts *parts,
                        struct onnx_text *type);
/* A ValueInfoProto as {"name": "x", "type": "FLOAT", "shape": ["batch", 3]}. */
bool onnx_put_value(const unsigned char *document, const struct protobuf_field *field, hart_json_writer *writer);

#endif
