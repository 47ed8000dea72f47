/* In the place of the engine "onnx" where it is not built in: a row that says so. */
#include "engine.h"

static hart_code refuse(hart_error *err)
{
        return hart_fail(err, HART_CONFIG,
                         "engine \"onnx\" was not built in: run scripts/install-onnxruntime, then configure and build "
                         "again");
}

static hart_code refuse_check(const struct engine_options *options, hart_error *err)
{
        (void)options;
        return refuse(err);
}

static hart_code refuse_open(void **ret, const struct engine_options *options, struct engine_identity *identity,
                             hart_error *err)
{
        (void)ret, (void)options, (void)identity;
        return refuse(err);
}

static void nothing_to_close(void *state)
{
        (void)state;
}

/* An engine of texts, so that no file of a model is looked at before the refusal. */
static hart_code refuse_run(void *state, const hart_encoder_text *texts, size_t count, float *vectors,
                            hart_encoder_outcome *outcome, hart_encoder_progress progress, void *data, hart_error *err)
{
        (void)state, (void)texts, (void)count, (void)vectors, (void)outcome, (void)progress, (void)data;
        return refuse(err);
}

static const char *const precisions[] = {"exact", NULL};

const struct engine onnx_engine = {.name = "onnx",
                                   .precisions = precisions,
                                   .may_fork = true,
                                   .check = refuse_check,
                                   .open = refuse_open,
                                   .close = nothing_to_close,
                                   .run_texts = refuse_run};
