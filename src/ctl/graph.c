/* graph apply, verify. */
#include <hartonomous/graph.h>

#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "table.h"

static const char *const states[] = {
        [HART_GRAPH_STEP_DONE] = "done",
        [HART_GRAPH_STEP_SKIPPED] = "skipped",
        [HART_GRAPH_STEP_FAILED] = "failed",
};

static const table_column step_columns[] = {
        {"step", NULL, TABLE_INTEGER},     {"title", NULL, TABLE_TEXT},   {"object", NULL, TABLE_TEXT},
        {"state", NULL, TABLE_TEXT},       {"done", NULL, TABLE_INTEGER}, {"skipped", NULL, TABLE_INTEGER},
        {"expected", NULL, TABLE_INTEGER}, {"text", NULL, TABLE_TEXT},
};

struct progress {
        struct table table;
        bool json;
};

static void list_step(const hart_graph_step *step, struct progress *progress)
{
        table_integer(&progress->table, step->number);
        table_text(&progress->table, step->title);
        table_text(&progress->table, step->object);
        table_text(&progress->table, states[step->state]);
        table_integer(&progress->table, (int64_t)step->done);
        table_integer(&progress->table, (int64_t)step->skipped);
        table_integer(&progress->table, (int64_t)step->expected);
        table_text(&progress->table, step->text);
}

static void print_step(const hart_graph_step *step)
{
        HART_CLEANUP(hart_free_p) char *text = one_line(step->text, strlen(step->text), 0);
        if (step->object) {
                if (step->state != HART_GRAPH_STEP_DONE)
                        printf("      %s: %s%s%s\n", step->object, states[step->state], *text ? ", " : "", text);
                return;
        }
        printf("[%d/%d] %s: ", step->number, step->total, step->title);
        if (step->expected)
                printf("%zu of %zu%s", step->done, step->expected, *text ? ", " : "");
        if (step->skipped)
                printf("%s%zu skipped%s", step->expected && !*text ? ", " : "", step->skipped, *text ? ", " : "");
        printf("%s\n", *text ? text : step->expected ? "" : states[step->state]);
        if (step->statements && *step->statements) {
                fputs(step->statements, stdout);
                if (step->statements[strlen(step->statements) - 1] != '\n')
                        putchar('\n');
        }
        fflush(stdout);
}

static void take_step(const hart_graph_step *step, void *data)
{
        struct progress *progress = data;
        if (progress->json)
                list_step(step, progress);
        else
                print_step(step);
}

int ctl_graph_apply(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        HART_CLEANUP(hart_graph_close_p) hart_graph *graph = NULL;
        struct progress progress = {.table = {.columns = step_columns, .column_count = 8}, .json = ctl->options.json};
        hart_error err = {0};
        hart_code code = hart_graph_open_configured(&graph, ctl->options.config_dir, &err);
        if (code == HART_OK)
                code = hart_graph_schema_apply(graph, take_step, &progress, &err);
        if (ctl->options.json)
                table_show(&progress.table, true);
        table_done(&progress.table);
        return code == HART_OK ? CTL_OK : ctl_fail(ctl, &err);
}

static const table_column difference_columns[] = {
        {"difference", "DIFFERENCE", TABLE_TEXT},
        {"object", "OBJECT", TABLE_TEXT},
        {"expected", "EXPECTED", TABLE_TEXT},
        {"found", "FOUND", TABLE_TEXT},
};

static void list_difference(const char *kind, const char *object, const char *expected, const char *found, void *data)
{
        struct table *differences = data;
        table_text(differences, kind);
        table_text(differences, object);
        table_text(differences, expected);
        table_text(differences, found);
}

int ctl_graph_verify(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        HART_CLEANUP(hart_graph_close_p) hart_graph *graph = NULL;
        HART_CLEANUP(table_done) struct table differences = {.columns = difference_columns, .column_count = 4};
        size_t counted = 0;
        hart_error err = {0};
        hart_code code = hart_graph_open_configured(&graph, ctl->options.config_dir, &err);
        if (code == HART_OK)
                code = hart_graph_schema_verify(graph, list_difference, &differences, &counted, &err);
        if (code != HART_OK)
                return ctl_fail(ctl, &err);
        table_show(&differences, ctl->options.json);
        if (counted == 0 && !ctl->options.json)
                puts("the graph's schema is as it should be");
        return counted == 0 ? CTL_OK : CTL_FAILURE;
}
