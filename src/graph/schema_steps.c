/* Steps as operators see them: of each object, then of the step as a whole. */
#include "schema_steps.h"

#include <string.h>

#include "graph_schema.h"

void schema_begin_step(schema_run *run, int number, const char *title, size_t expected)
{
        run->step = (hart_graph_step){
                .number = number, .total = run->steps, .title = title, .expected = expected, .text = ""};
}

hart_code schema_end_step(schema_run *run, const char *text)
{
        run->step.text = text;
        if (run->step.done + run->step.skipped < run->step.expected)
                run->step.state = HART_GRAPH_STEP_FAILED;
        return run->report(&run->step, run->data);
}

void schema_report_object(schema_run *run, const char *object, hart_graph_step_state state, const char *text)
{
        hart_graph_step step = run->step;

        step.object = object;
        step.state = state;
        step.text = text;
        run->step.done += state == HART_GRAPH_STEP_DONE;
        run->step.skipped += state == HART_GRAPH_STEP_SKIPPED;
        (void)run->report(&step, run->data);
}

void schema_note_failure(schema_run *run, hart_code code, const hart_error *error)
{
        if (run->code != HART_OK)
                return;
        run->code = code;
        if (run->err)
                *run->err = *error;
}

bool schema_is_hopeless(const schema_run *run)
{
        return run->code == HART_RETRY || run->code == HART_STOPPED || run->code == HART_CONFIG;
}

void schema_run_object(schema_run *run, const char *name, const char *statement, const hart_buffer *parameters)
{
        hart_error error = {0};
        const hart_code code = schema_is_hopeless(run)
                                       ? hart_fail(&error, run->code, "not tried")
                                       : hart_graph_run(run->graph, statement, parameters, NULL, &error);

        if (code != HART_OK) {
                schema_report_object(run, name, HART_GRAPH_STEP_FAILED, error.text);
                (void)hart_error_context(&error, "%s", name);
                schema_note_failure(run, code, &error);
                return;
        }
        schema_report_object(run, name, HART_GRAPH_STEP_DONE, "");
}

static hart_code add_statements(hart_graph *graph, const char *show, size_t owner_column, hart_buffer *out,
                                size_t *count, hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *shown = NULL;
        const hart_code code = hart_graph_run(graph, show, NULL, &shown, err);

        for (size_t row = 0; code == HART_OK && row < hart_graph_rows(shown); row++) {
                if (owner_column && *graph_text(shown, row, owner_column))
                        continue; /* comes with its constraint */
                if (strcmp(graph_text(shown, row, 1), "LOOKUP") == 0)
                        continue; /* every database has them from its beginning */
                hart_buffer_text(out, graph_text(shown, row, 5));
                hart_buffer_text(out, ";\n");
                ++*count;
        }
        return code;
}

/* Nothing is dropped by what follows, but who comes back to an older state will want to see it. */
hart_code schema_save_present(schema_run *run, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer statements = {0};
        size_t constraints = 0, indexes = 0;

        schema_begin_step(run, 2, "present schema", 0);
        hart_buffer_text(&statements, "");
        hart_code code = add_statements(run->graph, cypher_show_constraints, 0, &statements, &constraints, err);
        if (code == HART_OK)
                code = add_statements(run->graph, cypher_show_indexes, 6, &statements, &indexes, err);
        if (code != HART_OK)
                return code;
        HART_CLEANUP(hart_free_p)
        char *text = hart_format("%zu constraints and %zu indexes found", constraints, indexes);
        run->step.statements = statements.size ? (const char *)statements.data : "";
        code = schema_end_step(run, text);
        return code == HART_OK ? HART_OK : hart_fail(err, code, "the present schema was not kept: nothing was changed");
}

hart_code schema_connect(schema_run *run, hart_error *err)
{
        schema_begin_step(run, 1, "connection", 0);
        const hart_code code = hart_graph_hello(run->graph, &run->server, err);
        if (code != HART_OK)
                return code;
        HART_CLEANUP(hart_free_p)
        char *text = hart_format("Neo4j %s %s at %s, %s API", run->server.version, run->server.edition, run->graph->url,
                                 run->server.api == HART_GRAPH_API_QUERY ? "Query" : "transaction");
        (void)schema_end_step(run, text);
        return HART_OK;
}

void schema_fail_step(schema_run *run, const hart_error *error)
{
        run->step.state = HART_GRAPH_STEP_FAILED;
        run->step.text = error->text;
        (void)run->report(&run->step, run->data);
}
