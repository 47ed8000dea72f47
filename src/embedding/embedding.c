#include "embedding.h"

#include <string.h>

#include <hartonomous/memory.h>

#include "embedding_sql.h"

const hart_metric embedding_metrics[EMBEDDING_METRICS] = {
        [METRIC_EMBEDDINGS] = {"hartonomous_embeddings_total", HART_METRIC_COUNTER, "Vectors stored"},
        [METRIC_TOKENS] = {"hartonomous_embedding_tokens_total", HART_METRIC_COUNTER, "Tokens computed"},
};

hart_code embedding_check(const void *settings, hart_error *err)
{
        const hart_encoder_options options = hart_encoder_options_of(hart_encoder_model_at(settings, 0));

        return hart_encoder_check(&options, err);
}

static hart_code find_model(struct embedding *embedding, hart_pg *pg, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        const int64_t dimension = (int64_t)hart_encoder_dimension(embedding->encoder);
        hart_code code;

        hart_pg_add_text(&parameters, embedding->name);
        hart_pg_add_text(&parameters, hart_encoder_revision(embedding->encoder));
        code = hart_pg_run(pg, &sql_find_model, &parameters, &rows, err);
        if (code != HART_OK)
                return code;
        if (hart_pg_rows(rows) == 0)
                return HART_EMPTY;
        if (hart_pg_integer(rows, 0, 1) != dimension)
                return hart_fail(err, HART_CONFIG,
                                 "model %s has vectors of %lld numbers in the database, but of %lld in %s; give it "
                                 "another name in embedding.conf",
                                 embedding->name, (long long)hart_pg_integer(rows, 0, 1), (long long)dimension,
                                 embedding->in_force->directory);
        embedding->model = (int32_t)hart_pg_integer(rows, 0, 0);
        return HART_OK;
}

hart_code embedding_register_model(struct embedding *embedding, hart_pg *pg, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        hart_code code = find_model(embedding, pg, err);

        if (code != HART_EMPTY)
                return code;
        hart_pg_add_text(&parameters, embedding->name);
        hart_pg_add_text(&parameters, hart_encoder_revision(embedding->encoder));
        hart_pg_add_int4(&parameters, (int32_t)hart_encoder_dimension(embedding->encoder));
        hart_pg_add_text(&parameters, hart_encoder_engine(embedding->encoder));
        code = hart_pg_run(pg, &sql_add_model, &parameters, NULL, err);
        if (code == HART_OK)
                code = find_model(embedding, pg, err);
        return code == HART_EMPTY ? hart_fail(err, HART_RETRY, "model %s: its row vanished", embedding->name) : code;
}

static void let_go(struct embedding *embedding)
{
        hart_encoder_close(embedding->encoder);
        *embedding = (struct embedding){0};
}

/* Opens what the settings in force name. */
static hart_code take_up(struct embedding *ret, hart_worker_context *context, hart_error *err)
{
        const hart_encoder_settings *settings = hart_worker_settings(context);
        struct embedding fresh = {.name = settings->models.names[0], .in_force = hart_encoder_model_at(settings, 0)};
        const hart_encoder_options options = hart_encoder_options_of(fresh.in_force);
        hart_code code = hart_encoder_open(&fresh.encoder, &options, err);

        if (code != HART_OK)
                return code;
        let_go(ret);
        *ret = fresh;
        hart_worker_status(context, "model %s", ret->name);
        hart_worker_log(context, HART_LOG_INFO, (const char *const[]){"EVENT=model-loaded", NULL},
                        "model %s, revision %.12s, %zu numbers a vector, by %s", ret->name,
                        hart_encoder_revision(ret->encoder), hart_encoder_dimension(ret->encoder),
                        hart_encoder_engine(ret->encoder));
        return HART_OK;
}

hart_code embedding_open(void *state, hart_worker_context *context, hart_error *err)
{
        hart_code code = take_up(state, context, err);

        if (code == HART_OK)
                code = embedding_register_model(state, hart_worker_pg(context), err);
        if (code != HART_OK)
                let_go(state); /* the skeleton closes only what was opened */
        return code;
}

static bool is_same(const struct embedding *embedding, const hart_encoder_settings *settings)
{
        return strcmp(embedding->name, settings->models.names[0]) == 0 &&
               hart_encoder_model_equal(embedding->in_force, hart_encoder_model_at(settings, 0));
}

/* PostgreSQL may be away just now; then the first delivery registers the model. */
hart_code embedding_reload(void *state, hart_worker_context *context, hart_error *err)
{
        struct embedding *embedding = state;
        const hart_encoder_settings *settings = hart_worker_settings(context);
        hart_pg *pg = hart_worker_pg(context);
        hart_code code;

        if (embedding->encoder != NULL && is_same(embedding, settings)) {
                embedding->name = settings->models.names[0]; /* the old ones go away */
                embedding->in_force = hart_encoder_model_at(settings, 0);
                return HART_OK;
        }
        code = take_up(embedding, context, err);
        if (code == HART_OK && pg != NULL)
                (void)embedding_register_model(embedding, pg, NULL);
        return code;
}

void embedding_close(void *state)
{
        let_go(state);
}
