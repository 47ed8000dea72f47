/* What a model in ONNX takes and gives: which of its inputs and outputs are those of a sentence encoder. */
#ifndef ENCODER_ONNX_SIGNATURE_H
#define ENCODER_ONNX_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include <onnxruntime_c_api.h>

#include <hartonomous/error.h>

enum onnx_role { ONNX_IDS, ONNX_MASK, ONNX_TYPES };
#define ONNX_ROLES 3

struct onnx_signature {
        struct {
                enum onnx_role role;
                const char *name;               /* static */
                ONNXTensorElementDataType type; /* whole numbers of 64 or 32 bits */
        } inputs[ONNX_ROLES];
        size_t input_count;
        const char *output; /* static */
        size_t rank;        /* of the output: 2 where it is pooled already, else 3 */
};

/* *ret is zeroed before. HART_CONFIG where one is missing, is not known, or is of another kind. */
hart_code onnx_signature_read(struct onnx_signature *ret, const OrtApi *api, const OrtSession *session,
                              hart_error *err);

/* Kind of number and lengths of the sides (-1: any) of an input or output. */
#define ONNX_RANK_MAX 8
struct onnx_shape {
        ONNXTensorElementDataType type;
        size_t rank;
        int64_t sides[ONNX_RANK_MAX]; /* where there are not more */
};
hart_code onnx_shape_read(struct onnx_shape *ret, const OrtApi *api, const OrtTensorTypeAndShapeInfo *info,
                          hart_error *err);

/* Has the output the kind and rank it must have? HART_CONFIG. */
hart_code onnx_signature_check(const struct onnx_signature *signature, const struct onnx_shape *shape, hart_error *err);

#endif
