/* Making the graph's schema, in the six steps that operators know. Whatever fails, the rest is still tried, so that one
 * run tells all that is wrong; and nothing is called done that is not there. */
#include <string.h>

#include "client.h"
#include "graph_schema.h"
#include "objects.h"

enum { STEPS = 6 };

struct run {
        hart_graph *graph;
        void (*report)(const hart_graph_step *step, void *data);
        void *data;
        hart_graph_server server;
        hart_graph_step step; /* the one in hand, as a whole */
        hart_error *err;      /* the first failure */
        hart_code code;       /* its code */
};

static void begin_step(struct run *run, int number, const char *title, size_t expected)
{
        run->step =
                (hart_graph_step){.number = number, .total = STEPS, .title = title, .expected = expected, .text = ""};
}

static void end_step(struct run *run, const char *text)
{
        run->step.text = text;
        if (run->step.done + run->step.skipped < run->step.expected)
                run->step.state = HART_GRAPH_STEP_FAILED;
        run->report(&run->step, run->data);
}

static void report_object(struct run *run, const char *object, hart_graph_step_state state, const char *text)
{
        hart_graph_step step = run->step;

        step.object = object;
        step.state = state;
        step.text = text;
        run->step.done += state == HART_GRAPH_STEP_DONE;
        run->step.skipped += state == HART_GRAPH_STEP_SKIPPED;
        run->report(&step, run->data);
}

/* Keeps the first failure as the one to return. */
static void note_failure(struct run *run, hart_code code, const hart_error *error)
{
        if (run->code != HART_OK)
                return;
        run->code = code;
        if (run->err)
                *run->err = *error;
}

/* A dead connection makes the rest pointless; a refused statement does not. */
static bool is_hopeless(const struct run *run)
{
        return run->code == HART_RETRY || run->code == HART_STOPPED || run->code == HART_CONFIG;
}

static void make_object(struct run *run, const char *name, const char *statement, const hart_buffer *parameters)
{
        hart_error error = {0};
        const hart_code code = is_hopeless(run) ? hart_fail(&error, run->code, "not tried")
                                                : hart_graph_run(run->graph, statement, parameters, NULL, &error);

        if (code != HART_OK) {
                report_object(run, name, HART_GRAPH_STEP_FAILED, error.text);
                (void)hart_error_context(&error, "%s", name);
                note_failure(run, code, &error);
                return;
        }
        report_object(run, name, HART_GRAPH_STEP_DONE, "");
}

static void make_objects(struct run *run, int number, const char *title, const graph_object *objects, size_t count)
{
        const bool community = strcmp(run->server.edition, "community") == 0;

        begin_step(run, number, title, count);
        for (size_t i = 0; i < count; i++) {
                if (objects[i].enterprise && community)
                        report_object(run, objects[i].name, HART_GRAPH_STEP_SKIPPED, "needs Neo4j Enterprise");
                else
                        make_object(run, objects[i].name, objects[i].statement, NULL);
        }
        end_step(run, "");
}

static void write_reference(hart_json_writer *writer, const graph_reference_set *set, const graph_reference *node)
{
        hart_json_begin_object(writer);
        hart_json_key(writer, set->key);
        hart_json_put_text(writer, node->value);
        if (set->text_key) {
                hart_json_key(writer, set->text_key);
                hart_json_put_text(writer, node->text);
        }
        if (set->number_key) {
                hart_json_key(writer, set->number_key);
                hart_json_put_integer(writer, node->number);
        }
        hart_json_end_object(writer);
}

void graph_reference_parameters(const graph_reference_set *set, graph_list *list)
{
        graph_list_open(list, "rows");
        for (size_t i = 0; i < set->count; i++)
                write_reference(&list->writer, set, &set->nodes[i]);
        graph_list_close(list);
}

static void make_references(struct run *run)
{
        begin_step(run, 5, "reference nodes", 0);
        for (size_t i = 0; i < graph_reference_set_count; i++) {
                const graph_reference_set *set = &graph_references[i];
                const size_t done = run->step.done;
                graph_list list;

                run->step.expected += set->count;
                graph_reference_parameters(set, &list);
                make_object(run, set->label, set->statement, &list.text);
                hart_buffer_done(&list.text);
                if (run->step.done > done)
                        run->step.done += set->count - 1;
        }
        end_step(run, "");
}

static hart_code add_statements(hart_graph *graph, const char *show, size_t owner_column, hart_buffer *out,
                                size_t *count, hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *shown = NULL;
        const hart_code code = hart_graph_run(graph, show, NULL, &shown, err);

        for (size_t row = 0; code == HART_OK && row < hart_graph_rows(shown); row++) {
                if (owner_column && *graph_text(shown, row, owner_column))
                        continue; /* comes with its constraint */
                hart_buffer_text(out, graph_text(shown, row, 5));
                hart_buffer_text(out, ";\n");
                ++*count;
        }
        return code;
}

/* Nothing is dropped by what follows, but who comes back to an older state will want to see it. */
static hart_code save_present(struct run *run, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer statements = {0};
        size_t constraints = 0, indexes = 0;

        begin_step(run, 2, "present schema", 0);
        hart_buffer_text(&statements, "");
        hart_code code = add_statements(run->graph, cypher_show_constraints, 0, &statements, &constraints, err);
        if (code == HART_OK)
                code = add_statements(run->graph, cypher_show_indexes, 6, &statements, &indexes, err);
        if (code != HART_OK)
                return code;
        HART_CLEANUP(hart_free_p)
        char *text = hart_format("%zu constraints and %zu indexes found", constraints, indexes);
        run->step.statements = statements.size ? (const char *)statements.data : "";
        end_step(run, text);
        return HART_OK;
}

static hart_code connect_first(struct run *run, hart_error *err)
{
        begin_step(run, 1, "connection", 0);
        const hart_code code = hart_graph_hello(run->graph, &run->server, err);
        if (code != HART_OK)
                return code;
        HART_CLEANUP(hart_free_p)
        char *text = hart_format("Neo4j %s %s at %s, %s API", run->server.version, run->server.edition, run->graph->url,
                                 run->server.api == HART_GRAPH_API_QUERY ? "Query" : "transaction");
        end_step(run, text);
        return HART_OK;
}

static void fail_step(struct run *run, const hart_error *error)
{
        run->step.state = HART_GRAPH_STEP_FAILED;
        run->step.text = error->text;
        run->report(&run->step, run->data);
}

static void report_difference(const char *kind, const char *object, const char *expected, const char *found, void *data)
{
        struct run *run = data;
        HART_CLEANUP(hart_free_p)
        char *text = hart_format("%s: expected %s%s%s", kind, expected, *found ? ", found " : "", found);

        if (strcmp(kind, "skipped") == 0)
                report_object(run, object, HART_GRAPH_STEP_SKIPPED, found);
        else
                report_object(run, object, HART_GRAPH_STEP_FAILED, text);
}

static hart_code verify_last(struct run *run, hart_error *err)
{
        size_t differences = 0;

        begin_step(run, 6, "verification", 0);
        hart_code code = hart_graph_run(run->graph, cypher_await_indexes, NULL, NULL, err);
        if (code == HART_OK)
                code = hart_graph_schema_verify(run->graph, report_difference, run, &differences, err);
        if (code != HART_OK)
                return code;
        if (differences)
                run->step.state = HART_GRAPH_STEP_FAILED;
        end_step(run, differences ? "the graph is not as it should be" : "all as it should be");
        return differences ? hart_fail(err, HART_FAILED, "%zu of the graph schema's objects are not as they should be",
                                       differences)
                           : HART_OK;
}

hart_code hart_graph_schema_apply(hart_graph *graph, void (*step)(const hart_graph_step *step, void *data), void *data,
                                  hart_error *err)
{
        struct run run = {.graph = graph, .report = step, .data = data, .err = err};
        hart_error error = {0};
        hart_code code = connect_first(&run, &error);

        if (code == HART_OK)
                code = save_present(&run, &error);
        if (code == HART_OK) {
                make_objects(&run, 3, "constraints", graph_constraints, graph_constraint_count);
                make_objects(&run, 4, "indexes", graph_indexes, graph_index_count);
                make_references(&run);
                if (!is_hopeless(&run))
                        code = verify_last(&run, &error);
        }
        if (code != HART_OK) {
                if (run.step.state != HART_GRAPH_STEP_FAILED)
                        fail_step(&run, &error);
                note_failure(&run, code, &error);
        }
        return run.code;
}
