#include "onnx_signature.h"

#include <stdbool.h>
#include <string.h>

#include <hartonomous/memory.h>

#include "onnx_library.h"

/* What a sentence encoder may ask for. */
static const struct {
        const char *name;
        bool needed;
} inputs[ONNX_ROLES] = {[ONNX_IDS] = {"input_ids", true},
                        [ONNX_MASK] = {"attention_mask", true},
                        [ONNX_TYPES] = {"token_type_ids", false}};

/* What may come out of it, the best first. */
static const struct {
        const char *name;
        size_t rank;
} outputs[] = {{"sentence_embedding", 2}, {"last_hidden_state", 3}, {"token_embeddings", 3}};
#define OUTPUTS (sizeof outputs / sizeof outputs[0])

hart_code onnx_shape_read(struct onnx_shape *ret, const OrtApi *api, const OrtTensorTypeAndShapeInfo *info,
                          hart_error *err)
{
        ONNX_TRY(api->GetTensorElementType(info, &ret->type), HART_CONFIG);
        ONNX_TRY(api->GetDimensionsCount(info, &ret->rank), HART_CONFIG);
        if (ret->rank <= ONNX_RANK_MAX)
                ONNX_TRY(api->GetDimensions(info, ret->sides, ret->rank), HART_CONFIG);
        return HART_OK;
}

static hart_code read_input_shape(struct onnx_shape *ret, const OrtApi *api, const OrtSession *session, size_t index,
                                  hart_error *err)
{
        const OrtTensorTypeAndShapeInfo *info = NULL;
        OrtTypeInfo *type = NULL;
        hart_code code;

        *ret = (struct onnx_shape){.type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED};
        ONNX_TRY(api->SessionGetInputTypeInfo(session, index, &type), HART_CONFIG);
        code = onnx_status(api, api->CastTypeInfoToTensorInfo(type, &info), HART_CONFIG, err);
        if (code == HART_OK && info != NULL) /* NULL: it is no tensor */
                code = onnx_shape_read(ret, api, info, err);
        api->ReleaseTypeInfo(type);
        return code;
}

/* SessionGetInputName or SessionGetOutputName. */
typedef OrtStatus *(*get_name)(const OrtSession *session, size_t index, OrtAllocator *allocator, char **name);

/* Owned by the caller. */
static hart_code read_name(char **ret, const OrtApi *api, const OrtSession *session, get_name get, size_t index,
                           hart_error *err)
{
        OrtAllocator *allocator = NULL;
        char *theirs = NULL;

        ONNX_TRY(api->GetAllocatorWithDefaultOptions(&allocator), HART_FATAL);
        ONNX_TRY(get(session, index, allocator, &theirs), HART_CONFIG);
        *ret = hart_duplicate(theirs);
        return onnx_status(api, api->AllocatorFree(allocator, theirs), HART_FATAL, err);
}

static hart_code check_input(const char *name, const struct onnx_shape *shape, hart_error *err)
{
        if (shape->type != ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 && shape->type != ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32)
                return hart_fail(err, HART_CONFIG, "its input %s must be whole numbers of 64 or 32 bits", name);
        if (shape->rank != 2)
                return hart_fail(err, HART_CONFIG, "its input %s has rank %zu, not 2: texts and tokens", name,
                                 shape->rank);
        if (shape->sides[0] >= 0 || shape->sides[1] >= 0)
                return hart_fail(err, HART_CONFIG,
                                 "its input %s has fixed lengths (%lld, %lld; -1 is free): export it with dynamic axes",
                                 name, (long long)shape->sides[0], (long long)shape->sides[1]);
        return HART_OK;
}

static hart_code take_input(struct onnx_signature *ret, const char *name, const struct onnx_shape *shape,
                            hart_error *err)
{
        for (size_t role = 0; role < ONNX_ROLES; role++) {
                if (strcmp(name, inputs[role].name) != 0)
                        continue;
                ret->inputs[ret->input_count].role = (enum onnx_role)role;
                ret->inputs[ret->input_count].name = inputs[role].name;
                ret->inputs[ret->input_count++].type = shape->type;
                return check_input(name, shape, err);
        }
        return hart_fail(err, HART_CONFIG,
                         "its input %.60s is none a sentence encoder has: input_ids, attention_mask, token_type_ids",
                         name);
}

static hart_code take_inputs(struct onnx_signature *ret, const OrtApi *api, const OrtSession *session, hart_error *err)
{
        bool has[ONNX_ROLES] = {false};
        size_t count = 0;

        ONNX_TRY(api->SessionGetInputCount(session, &count), HART_CONFIG);
        if (count > ONNX_ROLES)
                return hart_fail(err, HART_CONFIG, "it has %zu inputs; a sentence encoder has %d at most", count,
                                 ONNX_ROLES);
        for (size_t i = 0; i < count; i++) {
                HART_CLEANUP(hart_free_p) char *name = NULL;
                struct onnx_shape shape;
                hart_code code = read_name(&name, api, session, api->SessionGetInputName, i, err);
                if (code == HART_OK)
                        code = read_input_shape(&shape, api, session, i, err);
                if (code == HART_OK)
                        code = take_input(ret, name, &shape, err);
                if (code < 0)
                        return code;
                has[ret->inputs[i].role] = true;
        }
        for (size_t role = 0; role < ONNX_ROLES; role++)
                if (inputs[role].needed && !has[role])
                        return hart_fail(err, HART_CONFIG, "it has no input %s", inputs[role].name);
        return HART_OK;
}

static hart_code choose_output(struct onnx_signature *ret, const OrtApi *api, const OrtSession *session,
                               hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer there = {0};
        size_t count = 0, best = OUTPUTS;

        ONNX_TRY(api->SessionGetOutputCount(session, &count), HART_CONFIG);
        for (size_t i = 0; i < count; i++) {
                HART_CLEANUP(hart_free_p) char *name = NULL;
                const hart_code code = read_name(&name, api, session, api->SessionGetOutputName, i, err);
                if (code < 0)
                        return code;
                hart_buffer_format(&there, "%s%.60s", i > 0 ? ", " : "", name);
                for (size_t k = 0; k < best; k++)
                        if (strcmp(name, outputs[k].name) == 0)
                                best = k;
        }
        if (best == OUTPUTS)
                return hart_fail(err, HART_CONFIG,
                                 "it has none of the outputs sentence_embedding, last_hidden_state, token_embeddings, "
                                 "but: %s",
                                 there.data != NULL ? (const char *)there.data : "nothing");
        ret->output = outputs[best].name;
        ret->rank = outputs[best].rank;
        return HART_OK;
}

hart_code onnx_signature_read(struct onnx_signature *ret, const OrtApi *api, const OrtSession *session, hart_error *err)
{
        const hart_code code = take_inputs(ret, api, session, err);

        return code == HART_OK ? choose_output(ret, api, session, err) : code;
}

hart_code onnx_signature_check(const struct onnx_signature *signature, const struct onnx_shape *shape, hart_error *err)
{
        if (shape->type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)
                return hart_fail(err, HART_CONFIG, "its output %s must be float (fp32)", signature->output);
        if (shape->rank != signature->rank)
                return hart_fail(err, HART_CONFIG, "its output %s has rank %zu, not %zu", signature->output,
                                 shape->rank, signature->rank);
        return HART_OK;
}
