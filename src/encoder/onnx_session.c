#include "onnx_session.h"

#include <string.h>

#include <hartonomous/memory.h>

#include "onnx_library.h"

/* What a model may ask for, and what of a rectangle it gets. */
enum role { IDS, MASK, TYPES };
static const struct {
        const char *name;
        bool needed;
} inputs[] = {[IDS] = {"input_ids", true}, [MASK] = {"attention_mask", true}, [TYPES] = {"token_type_ids", false}};
#define ROLES (sizeof inputs / sizeof inputs[0])

/* What may come out, the best first. */
static const struct {
        const char *name;
        size_t rank;
} outputs[] = {{"sentence_embedding", 2}, {"last_hidden_state", 3}, {"token_embeddings", 3}};
#define OUTPUTS (sizeof outputs / sizeof outputs[0])

#define RANK_MAX 8

struct input {
        enum role role;
        ONNXTensorElementDataType type; /* 64 or 32 bits */
};

struct onnx_session {
        const OrtApi *api;
        OrtEnv *env;
        OrtSession *session;
        OrtMemoryInfo *memory; /* "on the CPU" */
        struct input inputs[ROLES];
        size_t input_count;
        size_t output; /* of the table */
        OrtValue *result;
        int64_t *types; /* zeroes */
        int32_t *narrow[ROLES];
        size_t cells; /* what these have room for */
};

#define TRY(call, code)                                                                                                \
        do {                                                                                                           \
                const hart_code try_code_ = onnx_status(api, (call), (code), err);                                     \
                if (try_code_ < 0)                                                                                     \
                        return try_code_;                                                                              \
        } while (0)

void onnx_session_close(struct onnx_session *session)
{
        if (session == NULL)
                return;
        if (session->result != NULL)
                session->api->ReleaseValue(session->result);
        if (session->memory != NULL)
                session->api->ReleaseMemoryInfo(session->memory);
        if (session->session != NULL)
                session->api->ReleaseSession(session->session);
        if (session->env != NULL)
                session->api->ReleaseEnv(session->env);
        free(session->types);
        for (size_t i = 0; i < ROLES; i++)
                free(session->narrow[i]);
        free(session);
}

/* Threads that wait sleep: a spinning one takes the processor from other daemons. Freed memory is not kept by an arena,
 * which would hold the largest of every shape that ever came. */
static hart_code set_options(const OrtApi *api, OrtSessionOptions *options, unsigned threads, hart_error *err)
{
        TRY(api->SetIntraOpNumThreads(options, threads > 0 ? (int)threads : 1), HART_FATAL);
        TRY(api->SetInterOpNumThreads(options, 1), HART_FATAL);
        TRY(api->SetSessionExecutionMode(options, ORT_SEQUENTIAL), HART_FATAL);
        TRY(api->AddSessionConfigEntry(options, "session.intra_op.allow_spinning", "0"), HART_FATAL);
        TRY(api->DisableCpuMemArena(options), HART_FATAL);
        TRY(api->DisableMemPattern(options), HART_FATAL);
        return HART_OK;
}

static hart_code load(struct onnx_session *session, const struct onnx_session_options *asked, hart_error *err)
{
        const OrtApi *api = session->api;
        OrtSessionOptions *options = NULL;
        hart_code code;

        /* Nothing is written to standard error: what goes wrong comes back as a status. */
        TRY(api->CreateEnv(ORT_LOGGING_LEVEL_FATAL, "hartonomous", &session->env), HART_FATAL);
        TRY(api->DisableTelemetryEvents(session->env), HART_FATAL);
        TRY(api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &session->memory), HART_FATAL);
        TRY(api->CreateSessionOptions(&options), HART_FATAL);
        code = set_options(api, options, asked->threads, err);
        if (code == HART_OK)
                code = onnx_status(api, api->CreateSession(session->env, asked->path, options, &session->session),
                                   HART_CONFIG, err);
        api->ReleaseSessionOptions(options);
        return code;
}

/* Kind of number and lengths of the sides (-1: any) of an input or output. */
struct shape {
        ONNXTensorElementDataType type;
        size_t rank;
        int64_t sides[RANK_MAX];
};

static hart_code read_shape(const OrtApi *api, const OrtTensorTypeAndShapeInfo *info, struct shape *ret,
                            hart_error *err)
{
        TRY(api->GetTensorElementType(info, &ret->type), HART_CONFIG);
        TRY(api->GetDimensionsCount(info, &ret->rank), HART_CONFIG);
        if (ret->rank <= RANK_MAX)
                TRY(api->GetDimensions(info, ret->sides, ret->rank), HART_CONFIG);
        return HART_OK;
}

static hart_code shape_of(const OrtApi *api, OrtTypeInfo *type, struct shape *ret, hart_error *err)
{
        const OrtTensorTypeAndShapeInfo *info = NULL;
        hart_code code = onnx_status(api, api->CastTypeInfoToTensorInfo(type, &info), HART_CONFIG, err);

        *ret = (struct shape){.type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED};
        if (code == HART_OK && info != NULL)
                code = read_shape(api, info, ret, err);
        api->ReleaseTypeInfo(type);
        return code;
}

/* A name of the model's, copied. */
static hart_code copy_name(const OrtApi *api, OrtAllocator *allocator, char *theirs, char **ret, hart_error *err)
{
        *ret = hart_duplicate(theirs);
        return onnx_status(api, api->AllocatorFree(allocator, theirs), HART_FATAL, err);
}

static hart_code describe_input(const struct onnx_session *session, size_t index, char **name, struct shape *shape,
                                hart_error *err)
{
        const OrtApi *api = session->api;
        OrtAllocator *allocator = NULL;
        OrtTypeInfo *type = NULL;
        char *theirs = NULL;
        hart_code code;

        TRY(api->GetAllocatorWithDefaultOptions(&allocator), HART_FATAL);
        TRY(api->SessionGetInputName(session->session, index, allocator, &theirs), HART_CONFIG);
        code = copy_name(api, allocator, theirs, name, err);
        if (code < 0)
                return code;
        TRY(api->SessionGetInputTypeInfo(session->session, index, &type), HART_CONFIG);
        return shape_of(api, type, shape, err);
}

static hart_code describe_output(const struct onnx_session *session, size_t index, char **name, struct shape *shape,
                                 hart_error *err)
{
        const OrtApi *api = session->api;
        OrtAllocator *allocator = NULL;
        OrtTypeInfo *type = NULL;
        char *theirs = NULL;
        hart_code code;

        TRY(api->GetAllocatorWithDefaultOptions(&allocator), HART_FATAL);
        TRY(api->SessionGetOutputName(session->session, index, allocator, &theirs), HART_CONFIG);
        code = copy_name(api, allocator, theirs, name, err);
        if (code < 0)
                return code;
        TRY(api->SessionGetOutputTypeInfo(session->session, index, &type), HART_CONFIG);
        return shape_of(api, type, shape, err);
}

static hart_code check_input(const char *name, const struct shape *shape, hart_error *err)
{
        if (shape->type != ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 && shape->type != ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32)
                return hart_fail(err, HART_CONFIG, "its input %s must be whole numbers of 64 or 32 bits", name);
        if (shape->rank != 2)
                return hart_fail(err, HART_CONFIG, "its input %s has rank %zu, not 2: texts and tokens", name,
                                 shape->rank);
        if (shape->sides[0] >= 0 || shape->sides[1] >= 0)
                return hart_fail(err, HART_CONFIG,
                                 "its input %s is %lld x %lld; both lengths must be free: export it with dynamic axes",
                                 name, (long long)shape->sides[0], (long long)shape->sides[1]);
        return HART_OK;
}

static hart_code take_input(struct onnx_session *session, size_t index, bool *has, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *name = NULL;
        struct shape shape;
        hart_code code = describe_input(session, index, &name, &shape, err);

        for (size_t role = 0; code == HART_OK && role < ROLES; role++) {
                if (strcmp(name, inputs[role].name) != 0 || has[role])
                        continue;
                has[role] = true;
                session->inputs[session->input_count++] = (struct input){(enum role)role, shape.type};
                return check_input(name, &shape, err);
        }
        if (code < 0)
                return code;
        return hart_fail(err, HART_CONFIG,
                         "its input %.60s is none a sentence encoder has: input_ids, attention_mask, token_type_ids",
                         name);
}

static hart_code take_inputs(struct onnx_session *session, hart_error *err)
{
        const OrtApi *api = session->api;
        bool has[ROLES] = {false};
        size_t count = 0;
        hart_code code = HART_OK;

        TRY(api->SessionGetInputCount(session->session, &count), HART_CONFIG);
        for (size_t i = 0; code == HART_OK && i < count; i++)
                code = take_input(session, i, has, err);
        for (size_t role = 0; code == HART_OK && role < ROLES; role++)
                if (inputs[role].needed && !has[role])
                        code = hart_fail(err, HART_CONFIG, "it has no input %s", inputs[role].name);
        return code;
}

static hart_code check_output(const char *name, size_t rank, const struct shape *shape, hart_error *err)
{
        if (shape->type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)
                return hart_fail(err, HART_CONFIG, "its output %s must be float (fp32)", name);
        if (shape->rank != rank)
                return hart_fail(err, HART_CONFIG, "its output %s has rank %zu, not %zu", name, shape->rank, rank);
        return HART_OK;
}

static hart_code choose_output(struct onnx_session *session, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer there = {0};
        const OrtApi *api = session->api;
        struct shape shape, chosen = {0};
        size_t count = 0;

        session->output = OUTPUTS;
        TRY(api->SessionGetOutputCount(session->session, &count), HART_CONFIG);
        for (size_t i = 0; i < count; i++) {
                HART_CLEANUP(hart_free_p) char *name = NULL;
                const hart_code code = describe_output(session, i, &name, &shape, err);
                if (code < 0)
                        return code;
                hart_buffer_format(&there, "%s%.60s", i > 0 ? ", " : "", name);
                for (size_t k = 0; k < session->output; k++)
                        if (strcmp(name, outputs[k].name) == 0) {
                                session->output = k;
                                chosen = shape;
                        }
        }
        if (session->output == OUTPUTS)
                return hart_fail(err, HART_CONFIG,
                                 "it has none of the outputs sentence_embedding, last_hidden_state, token_embeddings; "
                                 "it has: %s",
                                 there.data != NULL ? (const char *)there.data : "none");
        return check_output(outputs[session->output].name, outputs[session->output].rank, &chosen, err);
}

hart_code onnx_session_open(struct onnx_session **ret, const struct onnx_session_options *options, hart_error *err)
{
        struct onnx_session *session;
        const OrtApi *api;
        hart_code code = onnx_library_open(&api, options->library, err);

        if (code < 0)
                return code;
        session = hart_allocate(sizeof *session);
        session->api = api;
        code = load(session, options, err);
        if (code == HART_OK)
                code = take_inputs(session, err);
        if (code == HART_OK)
                code = choose_output(session, err);
        if (code < 0) {
                onnx_session_close(session);
                return hart_error_context(err, "%s", options->path);
        }
        *ret = session;
        return HART_OK;
}

static void need_cells(struct onnx_session *session, size_t cells)
{
        if (cells <= session->cells)
                return;
        free(session->types);
        session->types = hart_allocate_array(cells, sizeof *session->types);
        for (size_t i = 0; i < session->input_count; i++)
                if (session->inputs[i].type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32)
                        session->narrow[i] =
                                hart_reallocate_array(session->narrow[i], cells, sizeof *session->narrow[i]);
        session->cells = cells;
}

/* The numbers input i gets, in the width it has. */
static void *numbers_for(struct onnx_session *session, size_t i, const struct onnx_rectangle *rectangle)
{
        const int64_t *const wide[] = {[IDS] = rectangle->ids, [MASK] = rectangle->mask, [TYPES] = session->types};
        const int64_t *from = wide[session->inputs[i].role];

        if (session->inputs[i].type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64)
                return (void *)(uintptr_t)from; /* read only, though the function takes it for writing */
        for (size_t k = 0; k < rectangle->rows * rectangle->length; k++)
                session->narrow[i][k] = (int32_t)from[k];
        return session->narrow[i];
}

static hart_code call(struct onnx_session *session, const struct onnx_rectangle *rectangle, OrtValue **values,
                      hart_error *err)
{
        const OrtApi *api = session->api;
        const int64_t sides[] = {(int64_t)rectangle->rows, (int64_t)rectangle->length};
        const char *names[ROLES], *output = outputs[session->output].name;

        for (size_t i = 0; i < session->input_count; i++) {
                const bool is_wide = session->inputs[i].type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
                const size_t bytes =
                        rectangle->rows * rectangle->length * (is_wide ? sizeof(int64_t) : sizeof(int32_t));
                names[i] = inputs[session->inputs[i].role].name;
                TRY(api->CreateTensorWithDataAsOrtValue(session->memory, numbers_for(session, i, rectangle), bytes,
                                                        sides, 2, session->inputs[i].type, &values[i]),
                    HART_FATAL);
        }
        TRY(api->Run(session->session, NULL, names, (const OrtValue *const *)values, session->input_count, &output, 1,
                     &session->result),
            HART_FATAL);
        return HART_OK;
}

/* The result, which must have the rectangle's sides. */
static hart_code read_result(struct onnx_session *session, const struct onnx_rectangle *rectangle,
                             struct onnx_output *ret, hart_error *err)
{
        const OrtApi *api = session->api;
        const size_t rank = outputs[session->output].rank;
        OrtTensorTypeAndShapeInfo *info = NULL;
        struct shape shape = {0};
        void *numbers = NULL;
        hart_code code;

        TRY(api->GetTensorTypeAndShape(session->result, &info), HART_FATAL);
        code = read_shape(api, info, &shape, err);
        api->ReleaseTensorTypeAndShapeInfo(info);
        if (code == HART_OK)
                code = check_output(outputs[session->output].name, rank, &shape, err);
        if (code < 0)
                return code;
        if (shape.sides[0] != (int64_t)rectangle->rows || (rank == 3 && shape.sides[1] != (int64_t)rectangle->length) ||
            shape.sides[rank - 1] < 1)
                return hart_fail(err, HART_CONFIG, "its output %s has not the shape of its input",
                                 outputs[session->output].name);
        TRY(api->GetTensorMutableData(session->result, &numbers), HART_FATAL);
        *ret = (struct onnx_output){
                .numbers = numbers, .dimension = (size_t)shape.sides[rank - 1], .pooled = rank == 2};
        return HART_OK;
}

hart_code onnx_session_run(struct onnx_session *session, const struct onnx_rectangle *rectangle,
                           struct onnx_output *ret, hart_error *err)
{
        OrtValue *values[ROLES] = {NULL};
        hart_code code;

        need_cells(session, rectangle->rows * rectangle->length);
        if (session->result != NULL)
                session->api->ReleaseValue(HART_TAKE(session->result));
        code = call(session, rectangle, values, err);
        for (size_t i = 0; i < ROLES; i++)
                if (values[i] != NULL)
                        session->api->ReleaseValue(values[i]);
        return code == HART_OK ? read_result(session, rectangle, ret, err) : code;
}
