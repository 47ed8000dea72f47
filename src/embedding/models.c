#include "models.h"

#include <string.h>

#include <hartonomous/memory.h>

#include "embedding_sql.h"

/* A list of what the settings name, nothing of it open. */
static struct models list_of(const hart_encoder_settings *settings)
{
        struct models models = {.list = hart_allocate_array(settings->models.count, sizeof *models.list),
                                .count = settings->models.count};

        for (size_t i = 0; i < models.count; i++)
                models.list[i] = (struct model){.name = settings->models.names[i],
                                                .settings = hart_encoder_model_at(settings, i)};
        return models;
}

static hart_code check_model(const struct model *model, hart_error *err)
{
        const hart_encoder_options options = hart_encoder_options_of(model->settings);
        const hart_code code = hart_encoder_check(&options, err);

        return code == HART_OK ? code : hart_error_context(err, "model %s", model->name);
}

hart_code models_check(const hart_encoder_settings *settings, hart_error *err)
{
        struct models models = list_of(settings);
        hart_code code = HART_OK;

        for (size_t i = 0; code == HART_OK && i < models.count; i++)
                code = check_model(&models.list[i], err);
        models_close(&models);
        return code;
}

/* What an engine makes at its first use is made before anybody waits for it, and once for processes that are forked
 * later; they could not use its threads, should it have more than one. */
static hart_code warm(const struct model *model, hart_error *err)
{
        enum { WORDS = 250, SIZE = 2 };
        char text[WORDS * SIZE];
        HART_CLEANUP(hart_free_p) float *vectors = NULL;

        if (model->settings->threads > 1 || hart_encoder_is_remote(model->encoder))
                return HART_OK;
        for (size_t i = 0; i < WORDS; i++)
                memcpy(text + i * SIZE, "a ", SIZE);
        const hart_encoder_text texts[] = {{text, sizeof text}, {text, 20 * SIZE}};
        vectors = hart_allocate_array(2 * hart_encoder_dimension(model->encoder), sizeof *vectors);
        return hart_encoder_run(model->encoder, texts, 2, vectors, NULL, NULL, NULL, err);
}

static hart_code open_model(struct model *model, const char *config_dir, hart_error *err)
{
        hart_code code = hart_encoder_open_model(&model->encoder, config_dir, model->settings, err);

        if (code == HART_OK)
                code = warm(model, err);
        return code == HART_OK ? code : hart_error_context(err, "model %s", model->name);
}

hart_code models_open(struct models *models, const hart_encoder_settings *settings, const char *config_dir,
                      bool to_fork, hart_error *err)
{
        hart_code code = HART_OK;

        if (models->list == NULL)
                *models = list_of(settings);
        for (size_t i = 0; code == HART_OK && i < models->count; i++) {
                struct model *model = &models->list[i];
                const hart_encoder_options options = hart_encoder_options_of(model->settings);
                if (model->encoder != NULL)
                        continue;
                if (!to_fork || hart_encoder_may_fork(&options))
                        code = open_model(model, config_dir, err);
                else
                        code = check_model(model, err);
        }
        return code;
}

void models_close(struct models *models)
{
        for (size_t i = 0; i < models->count; i++)
                hart_encoder_close(models->list[i].encoder);
        free(models->list);
        *models = (struct models){0};
}

hart_code models_take_up(struct models *models, hart_pg *pg, hart_error *err)
{
        for (size_t i = 0; !models->taken_up && i < models->count; i++) {
                HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
                const struct model *model = &models->list[i];
                hart_code code;
                hart_pg_add_text(&parameters, model->name);
                hart_pg_add_text(&parameters, hart_encoder_revision(model->encoder));
                hart_pg_add_int4(&parameters, (int32_t)hart_encoder_dimension(model->encoder));
                hart_pg_add_text(&parameters, hart_encoder_engine(model->encoder));
                code = hart_pg_run(pg, &sql_take_up_model, &parameters, NULL, err);
                if (code == HART_POISON) /* what it says of the model is not the fault of a message */
                        err->code = code = HART_CONFIG;
                if (code != HART_OK)
                        return code;
        }
        models->taken_up = true;
        return HART_OK;
}

struct model *models_find(const struct models *models, const char *name, const char *revision)
{
        for (size_t i = 0; i < models->count; i++) {
                struct model *model = &models->list[i];
                if (strcmp(model->name, name) == 0 &&
                    (revision == NULL ||
                     (model->encoder != NULL && strcmp(hart_encoder_revision(model->encoder), revision) == 0)))
                        return model;
        }
        return NULL;
}
