/* search: a text becomes a vector, the nearest atoms are printed with their scores. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/encoder.h>

#include "commands.h"
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

static hart_code embed(struct ctl *ctl, const char *text, hart_encoder **encoder, float **vector, hart_error *err)
{
        hart_code code = hart_encoder_open_configured(encoder, ctl->options.config_dir, ctl->options.model, err);
        if (code != HART_OK)
                return code;
        const hart_encoder_text input = {.text = text, .size = strlen(text)};
        *vector = hart_allocate_array(hart_encoder_dimension(*encoder), sizeof **vector);
        return hart_encoder_run(*encoder, &input, 1, *vector, NULL, NULL, NULL, err);
}

static void show_json(const char *revision, size_t compared, const struct table *results)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "model_revision");
        hart_json_put_text(&writer, revision);
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
        HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = NULL;
        HART_CLEANUP(hart_free_p) float *vector = NULL;
        HART_CLEANUP(table_done)
        struct table results = {.columns = columns, .column_count = sizeof columns / sizeof columns[0]};
        size_t compared = 0;
        hart_error err = {0};
        int status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        hart_code code = embed(ctl, arguments[0], &encoder, &vector, &err);
        if (code != HART_OK)
                return ctl_fail(ctl, &err);
        const hart_search search = {
                .tenant = (int32_t)ctl->options.tenant,
                .revision = hart_encoder_revision(encoder),
                .vector = vector,
                .dimension = hart_encoder_dimension(encoder),
                .k = (size_t)ctl->options.count,
        };
        code = hart_catalog_search(ctl->pg, &search, add_result, &results, &compared, &err);
        if (code < 0)
                return ctl_fail(ctl, &err);
        if (ctl->options.json)
                show_json(search.revision, compared, &results);
        else
                table_print(&results, stdout);
        if (code == HART_EMPTY)
                ctl_say("there are no vectors of this model yet; is hartonomous-embedding running?");
        return CTL_OK;
}
