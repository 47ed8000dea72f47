#include "models.h"

#include <string.h>

#include <hartonomous/memory.h>

#include "embedding_sql.h"

hart_code models_check(const hart_encoder_settings *settings, hart_error *err)
{
        for (size_t i = 0; i < settings->models.count; i++) {
                const hart_encoder_options options = hart_encoder_options_of(hart_encoder_model_at(settings, i));
                const hart_code code = hart_encoder_check(&options, err);
                if (code != HART_OK)
                        return hart_error_context(err, "model %s", settings->models.names[i]);
        }
        return HART_OK;
}

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

static hart_code open_model(struct model *model, const char *config_dir, hart_error *err)
{
        const hart_code code = hart_encoder_open_model(&model->encoder, config_dir, model->settings, err);

        return code == HART_OK ? code : hart_error_context(err, "model %s", model->name);
}

hart_code models_open(struct models *models, const hart_encoder_settings *settings, const char *config_dir,
                      bool to_fork, hart_error *err)
{
        hart_code code = HART_OK;

        if (models->list == NULL)
                *models = list_of(settings);
        for (size_t i = 0; code == HART_OK && i < models->count; i++) {
                const hart_encoder_options options = hart_encoder_options_of(models->list[i].settings);
                if (models->list[i].encoder == NULL && (!to_fork || hart_encoder_may_fork(&options)))
                        code = open_model(&models->list[i], config_dir, err);
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

/* The model among the old ones that is as the new one is to be. */
static struct model *find_same(const struct models *old, const struct model *wanted)
{
        struct model *same = models_find(old, wanted->name, NULL);

        return same != NULL && hart_encoder_model_equal(same->settings, wanted->settings) ? same : NULL;
}

hart_code models_exchange(struct models *models, const hart_encoder_settings *settings, const char *config_dir,
                          bool *changed, hart_error *err)
{
        struct models fresh = list_of(settings);

        *changed = fresh.count != models->count;
        for (size_t i = 0; i < fresh.count; i++) {
                hart_code code;
                if (find_same(models, &fresh.list[i]) != NULL)
                        continue;
                *changed = true;
                code = open_model(&fresh.list[i], config_dir, err);
                if (code != HART_OK) {
                        models_close(&fresh);
                        return code;
                }
        }
        for (size_t i = 0; i < fresh.count; i++) {
                struct model *same = find_same(models, &fresh.list[i]);
                if (same != NULL)
                        fresh.list[i].encoder = HART_TAKE(same->encoder);
        }
        fresh.taken_up = models->taken_up && !*changed;
        models_close(models);
        *models = fresh;
        return HART_OK;
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
