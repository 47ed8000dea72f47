#include "embedding.h"

#include <string.h>

#include <hartonomous/memory.h>

#define SERVER "EmbeddingServer"

const hart_metric embedding_metrics[EMBEDDING_METRICS] = {
        [METRIC_EMBEDDINGS] = {"hartonomous_embeddings_total", HART_METRIC_COUNTER, "Vectors stored"},
        [METRIC_TOKENS] = {"hartonomous_embedding_tokens_total", HART_METRIC_COUNTER, "Tokens computed"},
        [METRIC_ANSWERED] = {"hartonomous_embedding_answers_total", HART_METRIC_COUNTER,
                             "Texts whose vectors were sent back to who asked"},
};

const char *const embedding_dependencies[] = {SERVER, NULL};

hart_code embedding_check(const void *settings, hart_error *err)
{
        return models_check(settings, err);
}

hart_code embedding_prepare(void *state, const void *settings, const char *config_dir, hart_error *err)
{
        struct embedding *embedding = state;

        return models_open(&embedding->models, settings, config_dir, true, err);
}

static void tell_of_models(const struct models *models, hart_worker_context *context)
{
        for (size_t i = 0; i < models->count; i++) {
                const struct model *model = &models->list[i];
                hart_worker_log(context, HART_LOG_INFO, (const char *const[]){"EVENT=model-loaded", NULL},
                                "model %s, revision %.12s, %zu numbers a vector, by %s", model->name,
                                hart_encoder_revision(model->encoder), hart_encoder_dimension(model->encoder),
                                hart_encoder_engine(model->encoder));
        }
}

static void show_models(const struct embedding *embedding, hart_worker_context *context)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};

        hart_buffer_text(&text, embedding->missing != NULL ? embedding->missing : "model");
        for (size_t i = 0; embedding->missing == NULL && i < embedding->models.count; i++)
                hart_buffer_format(&text, "%s %s", i == 0 ? "" : ",", embedding->models.list[i].name);
        hart_worker_remark(context, "%s", (const char *)text.data);
}

static hart_code open_all(struct embedding *embedding, hart_worker_context *context, hart_error *err)
{
        hart_code code = models_open(&embedding->models, hart_worker_settings(context), hart_worker_config_dir(context),
                                     false, err);

        if (code == HART_RETRY)
                hart_worker_dependency(context, SERVER, err);
        return code;
}

hart_code embedding_open(void *state, hart_worker_context *context, hart_error *err)
{
        struct embedding *embedding = state;
        hart_code code = open_all(embedding, context, err);

        if (code == HART_OK)
                code = models_take_up(&embedding->models, hart_worker_pg(context), err);
        if (code != HART_OK)
                return code;
        tell_of_models(&embedding->models, context);
        show_models(embedding, context);
        return HART_OK;
}

/* The others tell PostgreSQL and the journal of the models. */
hart_code embedding_open_answering(void *state, hart_worker_context *context, hart_error *err)
{
        return open_all(state, context, err);
}

void embedding_watch_models(struct embedding *embedding, hart_worker_context *context, const struct uses *uses)
{
        HART_CLEANUP(hart_free_p) char *missing = uses_missing(uses, &embedding->models);

        if (missing != NULL && (embedding->missing == NULL || strcmp(missing, embedding->missing) != 0))
                hart_worker_log(context, HART_LOG_WARNING, (const char *const[]){"EVENT=model-missing", NULL},
                                "%s: atoms get no vectors of it here; give it a section in embedding.conf and reload, "
                                "then hartonomousctl model backfill, or activate another",
                                missing);
        free(embedding->missing);
        embedding->missing = HART_TAKE(missing);
        show_models(embedding, context);
}

static hart_code progress(void *context)
{
        return hart_worker_progress(context);
}

hart_code embedding_run(hart_worker_context *context, const struct model *model, const hart_encoder_text *texts,
                        size_t count, float *vectors, hart_encoder_outcome *outcome, hart_error *err)
{
        const hart_code code = hart_encoder_run(model->encoder, texts, count, vectors, outcome, progress, context, err);

        hart_worker_count(context, METRIC_TOKENS, outcome->tokens);
        if (hart_encoder_is_remote(model->encoder) && code != HART_STOPPED)
                hart_worker_dependency(context, SERVER, code == HART_RETRY ? err : NULL);
        return code;
}

void embedding_close(void *state)
{
        struct embedding *embedding = state;

        models_close(&embedding->models);
        free(embedding->missing);
        *embedding = (struct embedding){0};
}
