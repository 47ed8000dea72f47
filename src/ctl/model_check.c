/* model check: the reference vectors of a model, computed again in each precision of its engine. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/clock.h>

#include "commands.h"
#include "model.h"
#include "reference.h"
#include "rows.h"

/* What every precision must reach on this machine, and the first one, which stands for the model itself. */
#define LEAST_MEAN_COSINE 0.99
#define MOST_DIFFERENCE   1e-4

struct check {
        struct ctl *ctl;
        hart_encoder_settings settings;
        const char *name;
        const hart_encoder_model *model;
        struct reference reference;
        struct table table;
        bool failed;
};

static void check_done(struct check *check)
{
        hart_settings_done(&hart_encoder_settings_schema, &check->settings);
        reference_done(&check->reference);
        table_done(&check->table);
}

static const table_column columns[] = {
        {"precision", "PRECISION", TABLE_TEXT},
        {"engine", "COMPUTED BY", TABLE_TEXT},
        {"native", "NATIVE", TABLE_FLAG},
        {"max_difference", NULL, TABLE_NUMBER},
        {NULL, "MOST DIFFERENCE", TABLE_TEXT},
        {"mean_cosine", "MEAN COSINE", TABLE_NUMBER},
        {"least_cosine", "LEAST COSINE", TABLE_NUMBER},
        {"tokens_per_second", "TOKENS/S", TABLE_INTEGER},
        {"good", "GOOD", TABLE_FLAG},
};

static hart_code open_in(const struct check *check, const char *precision, hart_encoder **ret, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *copy = hart_duplicate(precision);
        hart_encoder_model variant = *check->model;
        variant.precision = copy;
        variant.long_texts = HART_ENCODER_TRUNCATE;
        return hart_encoder_open_model(ret, check->ctl->options.config_dir, &variant, err);
}

static void add_row(struct check *check, const char *precision, const char *engine, const struct likeness *likeness,
                    double tokens_per_second, bool is_first)
{
        const bool good = likeness->mean_cosine >= LEAST_MEAN_COSINE &&
                          (!is_first || likeness->max_difference <= MOST_DIFFERENCE);
        char difference[32];
        check->failed |= !good;
        table_text(&check->table, precision);
        table_text(&check->table, engine);
        table_flag(&check->table, strchr(engine, '(') == NULL);
        table_number(&check->table, likeness->max_difference);
        snprintf(difference, sizeof difference, "%.1e", likeness->max_difference);
        table_text(&check->table, difference);
        table_number(&check->table, likeness->mean_cosine);
        table_number(&check->table, likeness->least_cosine);
        table_integer(&check->table, (int64_t)tokens_per_second);
        table_flag(&check->table, good);
}

/* A few texts first: what is made on first use does not count. */
static hart_code run_timed(const struct reference *reference, hart_encoder *encoder, float *vectors,
                           double *tokens_per_second, hart_error *err)
{
        hart_encoder_outcome outcome = {0};
        const size_t few = reference->count < 4 ? reference->count : 4;
        hart_code code = hart_encoder_run(encoder, reference->texts, few, vectors, NULL, NULL, NULL, err);
        const uint64_t begun = hart_now();
        if (code == HART_OK)
                code = hart_encoder_run(encoder, reference->texts, reference->count, vectors, &outcome, NULL, NULL,
                                        err);
        const uint64_t took = hart_now() - begun;
        *tokens_per_second = (double)outcome.tokens * (double)HART_SECOND / (double)(took > 0 ? took : 1);
        return code;
}

static hart_code compute(struct check *check, const char *precision, bool is_first, hart_error *err)
{
        const struct reference *reference = &check->reference;
        HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = NULL;
        HART_CLEANUP(hart_free_p)
        float *vectors = hart_allocate_array(reference->count * reference->dimension, sizeof *vectors);
        double tokens_per_second = 0;
        hart_code code = open_in(check, precision, &encoder, err);
        if (code == HART_OK && hart_encoder_dimension(encoder) != reference->dimension)
                return hart_fail(err, HART_CONFIG, "%s: has vectors of %zu numbers, the model of %zu", reference->path,
                                 reference->dimension, hart_encoder_dimension(encoder));
        if (code == HART_OK)
                code = run_timed(reference, encoder, vectors, &tokens_per_second, err);
        if (code != HART_OK)
                return code;
        const struct likeness likeness = reference_compare(reference, vectors);
        add_row(check, precision, hart_encoder_engine(encoder), &likeness, tokens_per_second, is_first);
        return HART_OK;
}

static hart_code compute_all(struct check *check, hart_error *err)
{
        const char *const *precisions = hart_encoder_precisions(check->model->engine);
        for (size_t i = 0; precisions && precisions[i]; i++) {
                const hart_code code = compute(check, precisions[i], i == 0, err);
                if (code != HART_OK)
                        return code;
        }
        return HART_OK;
}

/* --- the reference ------------------------------------------------------------------------------------------------ */

static hart_code write_reference(struct check *check, hart_encoder *encoder, hart_error *err)
{
        HART_CLEANUP(hart_free_p)
        hart_encoder_text *texts = hart_allocate_array(reference_text_count, sizeof *texts);
        for (size_t i = 0; i < reference_text_count; i++)
                texts[i] = (hart_encoder_text){reference_texts[i], strlen(reference_texts[i])};
        const hart_code code = reference_write(texts, reference_text_count, encoder, check->model->directory, err);
        if (code == HART_OK)
                ctl_say("wrote %s/" REFERENCE_FILE, check->model->directory);
        return code;
}

/* By the first precision, whose revision is that of all. */
static hart_code find_reference(struct check *check, hart_error *err)
{
        const char *const *precisions = hart_encoder_precisions(check->model->engine);
        HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = NULL;
        hart_code code = open_in(check, precisions ? precisions[0] : NULL, &encoder, err);
        if (code == HART_OK && check->ctl->options.write)
                code = write_reference(check, encoder, err);
        if (code != HART_OK)
                return code;
        code = reference_find(&check->reference, check->model->directory, hart_encoder_revision(encoder), err);
        return code != HART_EMPTY
                       ? code
                       : hart_fail(err, HART_FAILED,
                                   "model %s: no reference vectors came with revision %.12s; `hartonomousctl model "
                                   "check %s --write` makes them from what this machine computes",
                                   check->name, hart_encoder_revision(encoder), check->name);
}

static void show_json(const struct check *check)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "model");
        hart_json_put_text(&writer, check->name);
        hart_json_key(&writer, "reference");
        hart_json_put_text(&writer, check->reference.path);
        hart_json_key(&writer, "texts");
        hart_json_put_integer(&writer, (int64_t)check->reference.count);
        hart_json_key(&writer, "precisions");
        table_write_json(&check->table, &writer);
        hart_json_end_object(&writer);
        json_show(&out);
}

int ctl_model_check(struct ctl *ctl, int count, char *arguments[])
{
        HART_CLEANUP(check_done) struct check check = {.ctl = ctl, .table = ROWS_TABLE(columns)};
        hart_error err = {0};
        hart_code code = hart_settings_load_beside(&hart_encoder_settings_schema, ctl->options.config_dir, "worker",
                                                   &check.settings, &err);
        if (code != HART_OK)
                return ctl_fail(ctl, &err);
        check.name = count > 0 ? arguments[0] : check.settings.models.names[0];
        check.model = hart_encoder_model_named(&check.settings, check.name);
        if (!check.model)
                return ctl_not_found("model %s: embedding.conf has no [model \"%s\"]", check.name, check.name);
        code = find_reference(&check, &err);
        if (code == HART_OK)
                code = compute_all(&check, &err);
        if (code != HART_OK)
                return ctl_fail(ctl, &err);
        if (ctl->options.json)
                show_json(&check);
        else
                table_print(&check.table, stdout);
        return check.failed ? CTL_FAILURE : CTL_OK;
}
