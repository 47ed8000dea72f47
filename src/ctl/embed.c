/* embed: texts go to the daemon that computes vectors, and their vectors come back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/json.h>
#include <hartonomous/memory.h>

#include "commands.h"
#include "ctl_sql.h"
#include "table.h"

#define PATIENCE 30 /* seconds */

/* What one question may hold; the daemon's limits are of the same size, the broker's are of the whole body. */
enum { QUESTION_TEXTS = 256, QUESTION_BYTES = 200000 };

/* What has come back so far. */
struct answer {
        char *model, *revision;
        float **vectors;
        size_t *dimensions;
        size_t count;
};

static void answer_done(struct answer *answer)
{
        for (size_t i = 0; i < answer->count; i++)
                free(answer->vectors[i]);
        free(answer->vectors);
        free(answer->dimensions);
        free(answer->model);
        free(answer->revision);
}

static hart_code take_rows(struct answer *answer, const hart_pg_result *rows, size_t expected, hart_error *err)
{
        for (size_t row = 0; row < hart_pg_rows(rows); row++) {
                const char *error = hart_pg_text(rows, row, 4, NULL);
                if (error)
                        return hart_fail(err, HART_FAILED, "%s", error);
                const size_t count = answer->count++;
                answer->vectors = hart_reallocate_array(answer->vectors, answer->count, sizeof *answer->vectors);
                answer->dimensions =
                        hart_reallocate_array(answer->dimensions, answer->count, sizeof *answer->dimensions);
                answer->dimensions[count] = hart_pg_float4_array(rows, row, 1, &answer->vectors[count]);
                free(answer->model);
                answer->model = hart_duplicate(hart_pg_text(rows, row, 2, NULL));
                free(answer->revision);
                answer->revision = hart_duplicate(hart_pg_text(rows, row, 3, NULL));
        }
        if (hart_pg_rows(rows) != expected)
                return hart_fail(err, HART_FAILED, "%zu texts were sent, %zu vectors came back", expected,
                                 hart_pg_rows(rows));
        return HART_OK;
}

/* One question, asked and answered: each is a transaction of its own. */
static hart_code ask(struct ctl *ctl, const hart_pg_bytes *texts, size_t count, struct answer *answer, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters question = {0}, wait = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *handle = NULL, *rows = NULL;
        hart_pg_add_text_array(&question, texts, count);
        hart_pg_add_text(&question, ctl->options.model);
        hart_code code = hart_pg_run(ctl->pg, &sql_embed_texts, &question, &handle, err);
        if (code != HART_OK)
                return code;
        hart_pg_add_int8(&wait, hart_pg_integer(handle, 0, 0));
        hart_pg_add_int4(&wait, PATIENCE);
        code = hart_pg_run(ctl->pg, &sql_embedded_texts, &wait, &rows, err);
        return code == HART_OK ? take_rows(answer, rows, count, err) : code;
}

/* All texts, as few questions as they fit into. */
static hart_code ask_all(struct ctl *ctl, const hart_pg_bytes *texts, size_t count, struct answer *answer,
                         hart_error *err)
{
        hart_code code = HART_OK;
        for (size_t first = 0, end; code == HART_OK && first < count; first = end) {
                size_t bytes = texts[first].size;
                for (end = first + 1; end < count && end - first < QUESTION_TEXTS; end++) {
                        bytes += texts[end].size;
                        if (bytes > QUESTION_BYTES)
                                break;
                }
                code = ask(ctl, texts + first, end - first, answer, err);
        }
        return code;
}

static void show_plain(const struct answer *answer)
{
        for (size_t i = 0; i < answer->count; i++)
                for (size_t k = 0; k < answer->dimensions[i]; k++)
                        printf("%.9g%c", (double)answer->vectors[i][k], k + 1 < answer->dimensions[i] ? ' ' : '\n');
}

static void show_json(const struct answer *answer)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "model");
        hart_json_put_text(&writer, answer->model);
        hart_json_key(&writer, "model_revision");
        hart_json_put_text(&writer, answer->revision);
        hart_json_key(&writer, "vectors");
        hart_json_begin_array(&writer);
        for (size_t i = 0; i < answer->count; i++) {
                hart_json_begin_array(&writer);
                for (size_t k = 0; k < answer->dimensions[i]; k++)
                        hart_json_put_number(&writer, (double)answer->vectors[i][k]);
                hart_json_end_array(&writer);
        }
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
        json_show(&out);
}

/* Texts are the arguments, or the lines of standard input where the one argument is "-". */
struct texts {
        hart_pg_bytes *items;
        size_t count;
        char **lines; /* those that were read */
        size_t line_count;
};

static void texts_done(struct texts *texts)
{
        for (size_t i = 0; i < texts->line_count; i++)
                free(texts->lines[i]);
        free(texts->lines);
        free(texts->items);
}

static void add_text(struct texts *texts, const char *text, size_t size)
{
        texts->items = hart_reallocate_array(texts->items, texts->count + 1, sizeof *texts->items);
        texts->items[texts->count++] = (hart_pg_bytes){text, size};
}

static hart_code read_lines(struct texts *texts, hart_error *err)
{
        char *line = NULL;
        size_t room = 0;
        ssize_t size;
        while ((size = getline(&line, &room, stdin)) >= 0) {
                if (size > 0 && line[size - 1] == '\n')
                        line[--size] = '\0';
                texts->lines = hart_reallocate_array(texts->lines, texts->line_count + 1, sizeof *texts->lines);
                texts->lines[texts->line_count++] = line;
                add_text(texts, line, (size_t)size);
                line = NULL;
                room = 0;
        }
        free(line);
        if (ferror(stdin))
                return hart_fail(err, HART_FAILED, "standard input cannot be read");
        return texts->count > 0 ? HART_OK : hart_fail(err, HART_FAILED, "standard input has no lines");
}

int ctl_embed(struct ctl *ctl, int count, char *arguments[])
{
        HART_CLEANUP(texts_done) struct texts texts = {0};
        HART_CLEANUP(answer_done) struct answer answer = {0};
        hart_error err = {0};
        hart_code code = HART_OK;
        if (count == 1 && strcmp(arguments[0], "-") == 0)
                code = read_lines(&texts, &err);
        else
                for (int i = 0; i < count; i++)
                        add_text(&texts, arguments[i], strlen(arguments[i]));
        if (code != HART_OK)
                return ctl_fail(ctl, &err);
        const int status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        if (ask_all(ctl, texts.items, texts.count, &answer, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        if (ctl->options.json)
                show_json(&answer);
        else
                show_plain(&answer);
        return CTL_OK;
}
