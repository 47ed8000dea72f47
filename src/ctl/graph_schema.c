/* graph apply, verify, drop: constraints, indexes and reference nodes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "graph.h"
#include "table.h"

static const char *const states[] = {
        [HART_GRAPH_STEP_DONE] = "done",
        [HART_GRAPH_STEP_SKIPPED] = "skipped",
        [HART_GRAPH_STEP_FAILED] = "failed",
};

static const table_column step_columns[] = {
        {"step", NULL, TABLE_INTEGER},     {"title", NULL, TABLE_TEXT},   {"object", NULL, TABLE_TEXT},
        {"state", NULL, TABLE_TEXT},       {"done", NULL, TABLE_INTEGER}, {"skipped", NULL, TABLE_INTEGER},
        {"expected", NULL, TABLE_INTEGER}, {"text", NULL, TABLE_TEXT},    {"statements", NULL, TABLE_TEXT},
};
#define STEP_COLUMNS (sizeof step_columns / sizeof step_columns[0])

struct steps {
        struct table table;
        bool json;
        const char *output; /* file for the dump of the former schema; NULL: standard output */
};

static void list_step(const hart_graph_step *step, struct steps *steps)
{
        table_integer(&steps->table, step->number);
        table_text(&steps->table, step->title);
        table_text(&steps->table, step->object);
        table_text(&steps->table, states[step->state]);
        table_integer(&steps->table, (int64_t)step->done);
        table_integer(&steps->table, (int64_t)step->skipped);
        table_integer(&steps->table, (int64_t)step->expected);
        table_text(&steps->table, step->text);
        table_text(&steps->table, step->statements);
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
        fflush(stdout);
}

static void print_dump(const char *statements)
{
        fputs(statements, stdout);
        if (*statements && statements[strlen(statements) - 1] != '\n')
                putchar('\n');
        fflush(stdout);
}

/* Before anything is changed: who cannot keep the former schema may not want to change it. */
static hart_code write_dump(const char *path, const char *statements)
{
        FILE *file = fopen(path, "we");
        const bool written = file && fputs(statements, file) >= 0 && fflush(file) == 0;
        const bool closed = file && fclose(file) == 0;
        if (written && closed)
                return HART_OK;
        ctl_say("%s: %s", path, strerror(errno));
        return HART_FAILED;
}

static hart_code take_step(const hart_graph_step *step, void *data)
{
        struct steps *steps = data;
        if (steps->json)
                list_step(step, steps);
        else
                print_step(step);
        if (step->statements && steps->output)
                return write_dump(steps->output, step->statements);
        if (step->statements && !steps->json)
                print_dump(step->statements);
        return HART_OK;
}

static int run_steps(struct ctl *ctl, hart_graph *graph,
                     hart_code (*run)(hart_graph *graph, hart_graph_step_report *step, void *data, hart_error *err))
{
        const char *output = ctl->options.output;
        struct steps steps = {.table = {.columns = step_columns, .column_count = STEP_COLUMNS},
                              .json = ctl->options.json,
                              .output = output && strcmp(output, "-") == 0 ? NULL : output};
        hart_error err = {0};
        const hart_code code = run(graph, take_step, &steps, &err);
        if (ctl->options.json)
                table_show(&steps.table, true);
        table_done(&steps.table);
        return code == HART_OK ? CTL_OK : ctl_fail(ctl, &err);
}

int ctl_graph_apply(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        HART_CLEANUP(hart_graph_close_p) hart_graph *graph = NULL;
        const int status = ctl_open_graph(ctl, &graph);
        return status == CTL_OK ? run_steps(ctl, graph, hart_graph_schema_apply) : status;
}

static int delete_data(struct ctl *ctl, hart_graph *graph)
{
        struct progress progress = {0};
        uint64_t deleted = 0;
        hart_error err = {0};
        progress_open(&progress);
        const hart_code code = hart_graph_empty(graph, ctl_graph_progress, &progress, &deleted, &err);
        progress_clear(&progress);
        if (code != HART_OK)
                return ctl_fail(ctl, &err);
        if (!ctl->options.json)
                printf("%llu nodes deleted\n", (unsigned long long)deleted);
        return CTL_OK;
}

int ctl_graph_drop(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        HART_CLEANUP(hart_graph_close_p) hart_graph *graph = NULL;
        const bool data = ctl->options.data;
        int status = ctl_check_asking(ctl);
        if (status == CTL_OK)
                status = ctl_open_graph(ctl, &graph);
        if (status == CTL_OK)
                status = ctl_confirm_graph(ctl, graph,
                                           data ? "Constraints, indexes, reference nodes and all nodes that are ours"
                                                : "Constraints, indexes and reference nodes");
        if (status != CTL_OK)
                return status;
        ctl_hold_signals();
        if (data)
                status = delete_data(ctl, graph);
        return status == CTL_OK ? run_steps(ctl, graph, hart_graph_schema_drop) : status;
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
        const int status = ctl_open_graph(ctl, &graph);
        if (status != CTL_OK)
                return status;
        if (hart_graph_schema_verify(graph, list_difference, &differences, &counted, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        table_show(&differences, ctl->options.json);
        if (counted == 0 && !ctl->options.json)
                puts("the graph's schema is as it should be");
        return counted == 0 ? CTL_OK : CTL_FAILURE;
}
