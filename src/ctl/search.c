/* search: a text becomes a vector, the nearest atoms are printed with their scores. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/encoder.h>

#include "commands.h"
#include "model.h"
#include "table.h"

#define PREVIEW_WIDTH 100

static const table_column columns[] = {
        {"score", "SCORE", TABLE_NUMBER}, {"tenant", "TENANT", TABLE_INTEGER}, {"atom", "ATOM", TABLE_INTEGER},
        {"subtype", "KIND", TABLE_TEXT},  {"text", NULL, TABLE_TEXT},          {NULL, "TEXT", TABLE_TEXT},
};

static void add_result(const hart_search_result *result, void *data)
{
        struct table *into = data;
        HART_CLEANUP(hart_free_p) char *preview = one_line(result->text, result->text_size, PREVIEW_WIDTH);
        table_number(into, result->score);
        table_integer(into, result->tenant);
        table_integer(into, result->atom);
        table_text(into, result->subtype);
        table_text_n(into, result->text, result->text_size);
        table_text(into, preview);
}

/* What the text is compared by. */
struct question {
        hart_encoder *encoder;
        float *vector;
        struct model_rows models;
        const struct model_row *model; /* NULL: there is none that has vectors */
};

static void question_done(struct question *question)
{
        hart_encoder_close(question->encoder);
        free(question->vector);
        model_rows_done(&question->models);
}

static const struct model_row *active_one(const struct model_rows *models)
{
        for (size_t i = 0; i < models->count; i++)
                if (strcmp(models->rows[i].state, "active") == 0)
                        return &models->rows[i];
        return NULL;
}

/* The row whose vectors the encoder's can be compared with. */
static const struct model_row *row_of(const struct model_rows *models, const char *name, const char *revision)
{
        for (size_t i = 0; i < models->count; i++)
                if (strcmp(models->rows[i].name, name) == 0 && strcmp(models->rows[i].revision, revision) == 0)
                        return &models->rows[i];
        return NULL;
}

/* Searches use the active model, or the one that is asked for by name; its folder must be what the vectors were made
 * with. */
static hart_code choose_model(struct ctl *ctl, struct question *question, hart_error *err)
{
        hart_code code = model_rows_read(ctl->pg, &question->models, err);
        if (code != HART_OK)
                return code;
        const struct model_row *active = active_one(&question->models);
        const char *name = ctl->options.model ? ctl->options.model : active ? active->name : NULL;
        code = hart_encoder_open_configured(&question->encoder, ctl->options.config_dir, name, err);
        if (code != HART_OK)
                return code;
        const char *revision = hart_encoder_revision(question->encoder);
        question->model = name ? row_of(&question->models, name, revision) : NULL;
        if (!question->model && active && name == active->name)
                return hart_fail(err, HART_CONFIG,
                                 "model %s: searches use the vectors of its revision %.12s, but here it has %.12s; put "
                                 "the old one back, or `hartonomousctl model add %s`",
                                 name, active->revision, revision, name);
        return HART_OK;
}

static hart_code embed(struct question *question, const char *text, hart_error *err)
{
        const hart_encoder_text input = {.text = text, .size = strlen(text)};
        question->vector = hart_allocate_array(hart_encoder_dimension(question->encoder), sizeof *question->vector);
        return hart_encoder_run(question->encoder, &input, 1, question->vector, NULL, NULL, NULL, err);
}

static hart_code ask(struct ctl *ctl, struct question *question, const char *text, struct table *results,
                     size_t *compared, hart_error *err)
{
        hart_code code = choose_model(ctl, question, err);
        if (code == HART_OK)
                code = embed(question, text, err);
        if (code != HART_OK || !question->model)
                return code == HART_OK ? HART_EMPTY : code;
        const hart_search search = {
                .tenant = (int32_t)ctl->options.tenant,
                .model = question->model->id,
                .vector = question->vector,
                .dimension = hart_encoder_dimension(question->encoder),
                .k = (size_t)ctl->options.count,
        };
        return hart_catalog_search(ctl->pg, &search, add_result, results, compared, err);
}

static void show_json(const struct question *question, size_t compared, const struct table *results)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "model");
        hart_json_put_text(&writer, question->model ? question->model->name : NULL);
        hart_json_key(&writer, "model_revision");
        hart_json_put_text(&writer, hart_encoder_revision(question->encoder));
        hart_json_key(&writer, "compared");
        hart_json_put_integer(&writer, (int64_t)compared);
        hart_json_key(&writer, "results");
        table_write_json(results, &writer);
        hart_json_end_object(&writer);
        json_show(&out);
}

int ctl_search(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        HART_CLEANUP(question_done) struct question question = {0};
        HART_CLEANUP(table_done)
        struct table results = {.columns = columns, .column_count = sizeof columns / sizeof columns[0]};
        size_t compared = 0;
        hart_error err = {0};
        const int status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        const hart_code code = ask(ctl, &question, arguments[0], &results, &compared, &err);
        if (code < 0)
                return ctl_fail(ctl, &err);
        if (ctl->options.json)
                show_json(&question, compared, &results);
        else
                table_print(&results, stdout);
        if (code == HART_EMPTY && ctl->options.model)
                ctl_say("there are no vectors of model %s; `hartonomousctl model list` shows those there are",
                        ctl->options.model);
        else if (code == HART_EMPTY)
                ctl_say("there are no vectors yet; is hartonomous-embedding running?");
        return CTL_OK;
}
