#include "onnx_session.h"

#include <string.h>

#include <hartonomous/memory.h>

#include "onnx_library.h"
#include "onnx_signature.h"

struct onnx_session {
        const OrtApi *api;
        OrtEnv *env;
        OrtSession *session;
        OrtMemoryInfo *memory; /* "on the CPU" */
        struct onnx_signature signature;
        OrtValue *result;
        int64_t *types;              /* zeroes */
        int32_t *narrow[ONNX_ROLES]; /* of inputs of 32 bits */
        size_t cells;                /* what these have room for */
};

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
        for (size_t i = 0; i < ONNX_ROLES; i++)
                free(session->narrow[i]);
        free(session);
}

/* Threads that wait sleep: a spinning one takes the processor from other daemons. Freed memory is not kept by an arena,
 * which would hold the largest of every shape that ever came. */
static hart_code set_options(const OrtApi *api, OrtSessionOptions *options, unsigned threads, hart_error *err)
{
        ONNX_TRY(api->SetIntraOpNumThreads(options, threads > 0 ? (int)threads : 1), HART_FATAL);
        ONNX_TRY(api->SetInterOpNumThreads(options, 1), HART_FATAL);
        ONNX_TRY(api->SetSessionExecutionMode(options, ORT_SEQUENTIAL), HART_FATAL);
        ONNX_TRY(api->AddSessionConfigEntry(options, "session.intra_op.allow_spinning", "0"), HART_FATAL);
        ONNX_TRY(api->DisableCpuMemArena(options), HART_FATAL);
        ONNX_TRY(api->DisableMemPattern(options), HART_FATAL);
        return HART_OK;
}

static hart_code load(struct onnx_session *session, const struct onnx_session_options *asked, hart_error *err)
{
        const OrtApi *api = session->api;
        OrtSessionOptions *options = NULL;
        hart_code code;

        /* Nothing is written to standard error: what goes wrong comes back as a status. */
        ONNX_TRY(api->CreateEnv(ORT_LOGGING_LEVEL_FATAL, "hartonomous", &session->env), HART_FATAL);
        ONNX_TRY(api->DisableTelemetryEvents(session->env), HART_FATAL);
        ONNX_TRY(api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &session->memory), HART_FATAL);
        ONNX_TRY(api->CreateSessionOptions(&options), HART_FATAL);
        code = set_options(api, options, asked->threads, err);
        if (code == HART_OK)
                code = onnx_status(api, api->CreateSession(session->env, asked->path, options, &session->session),
                                   HART_CONFIG, err);
        api->ReleaseSessionOptions(options);
        return code;
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
                code = onnx_signature_read(&session->signature, api, session->session, err);
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
        for (size_t i = 0; i < session->signature.input_count; i++)
                if (session->signature.inputs[i].type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32)
                        session->narrow[i] =
                                hart_reallocate_array(session->narrow[i], cells, sizeof *session->narrow[i]);
        session->cells = cells;
}

/* The numbers input i gets, in the width it has. */
static void *numbers_for(struct onnx_session *session, size_t i, const struct onnx_rectangle *rectangle)
{
        const int64_t *const wide[] = {
                [ONNX_IDS] = rectangle->ids, [ONNX_MASK] = rectangle->mask, [ONNX_TYPES] = session->types};
        const int64_t *from = wide[session->signature.inputs[i].role];

        if (session->signature.inputs[i].type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64)
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
        const char *names[ONNX_ROLES], *output = session->signature.output;

        for (size_t i = 0; i < session->signature.input_count; i++) {
                const bool is_wide = session->signature.inputs[i].type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
                const size_t bytes =
                        rectangle->rows * rectangle->length * (is_wide ? sizeof(int64_t) : sizeof(int32_t));
                names[i] = session->signature.inputs[i].name;
                ONNX_TRY(api->CreateTensorWithDataAsOrtValue(session->memory, numbers_for(session, i, rectangle), bytes,
                                                             sides, 2, session->signature.inputs[i].type, &values[i]),
                         HART_FATAL);
        }
        ONNX_TRY(api->Run(session->session, NULL, names, (const OrtValue *const *)values,
                          session->signature.input_count, &output, 1, &session->result),
                 HART_FATAL);
        return HART_OK;
}

/* The result, which must have the rectangle's sides. */
static hart_code read_result(struct onnx_session *session, const struct onnx_rectangle *rectangle,
                             struct onnx_output *ret, hart_error *err)
{
        const OrtApi *api = session->api;
        const size_t rank = session->signature.rank;
        OrtTensorTypeAndShapeInfo *info = NULL;
        struct onnx_shape shape = {0};
        void *numbers = NULL;
        hart_code code;

        ONNX_TRY(api->GetTensorTypeAndShape(session->result, &info), HART_FATAL);
        code = onnx_shape_read(&shape, api, info, err);
        api->ReleaseTensorTypeAndShapeInfo(info);
        if (code == HART_OK)
                code = onnx_signature_check(&session->signature, &shape, err);
        if (code < 0)
                return code;
        if (shape.sides[0] != (int64_t)rectangle->rows || (rank == 3 && shape.sides[1] != (int64_t)rectangle->length) ||
            shape.sides[rank - 1] < 1)
                return hart_fail(err, HART_CONFIG, "its output %s has not the shape of its input",
                                 session->signature.output);
        ONNX_TRY(api->GetTensorMutableData(session->result, &numbers), HART_FATAL);
        *ret = (struct onnx_output){
                .numbers = numbers, .dimension = (size_t)shape.sides[rank - 1], .pooled = rank == 2};
        return HART_OK;
}

hart_code onnx_session_run(struct onnx_session *session, const struct onnx_rectangle *rectangle,
                           struct onnx_output *ret, hart_error *err)
{
        OrtValue *values[ONNX_ROLES] = {NULL};
        hart_code code;

        need_cells(session, rectangle->rows * rectangle->length);
        if (session->result != NULL)
                session->api->ReleaseValue(HART_TAKE(session->result));
        code = call(session, rectangle, values, err);
        for (size_t i = 0; i < ONNX_ROLES; i++)
                if (values[i] != NULL)
                        session->api->ReleaseValue(values[i]);
        return code == HART_OK ? read_result(session, rectangle, ret, err) : code;
}
