/* Taking the graph's schema away again: what apply makes, and nothing that only has its name. */
#include <string.h>

#include "graph_schema.h"
#include "schema_steps.h"

enum { STEPS = 6 };

static void drop_object(schema_run *run, const graph_object *object, const char *statement)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer = {.out = &parameters};

        hart_json_begin_object(&writer);
        hart_json_key(&writer, "name");
        hart_json_put_text(&writer, object->name);
        hart_json_end_object(&writer);
        schema_run_object(run, object->name, statement, &parameters);
}

static void drop_objects(schema_run *run, int number, const char *title, const char *show, const graph_object *objects,
                         size_t count, const char *statement)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *shown = NULL;
        hart_error error = {0};

        schema_begin_step(run, number, title, 0);
        const hart_code code = hart_graph_run(run->graph, show, NULL, &shown, &error);
        if (code != HART_OK) {
                schema_fail_step(run, &error);
                schema_note_failure(run, code, &error);
                return;
        }
        for (size_t i = 0; i < count; i++) {
                if (!schema_has_name(shown, &objects[i]))
                        continue;
                run->step.expected++;
                if (schema_has(shown, &objects[i]))
                        drop_object(run, &objects[i], statement);
                else
                        schema_report_object(run, objects[i].name, HART_GRAPH_STEP_SKIPPED,
                                             "something else has this name: it is not ours");
        }
        (void)schema_end_step(run, run->step.expected ? "" : "none there");
}

static void drop_references(schema_run *run)
{
        schema_begin_step(run, 3, "reference nodes", graph_reference_set_count);
        for (size_t i = 0; i < graph_reference_set_count; i++) {
                graph_list list;
                graph_reference_parameters(&graph_references[i], &list);
                schema_run_object(run, graph_references[i].label, graph_references[i].drop_statement, &list.text);
                hart_buffer_done(&list.text);
        }
        (void)schema_end_step(run, "");
}

static size_t count_left(const hart_graph_result *shown, const graph_object *objects, size_t count)
{
        size_t left = 0;

        for (size_t i = 0; i < count; i++)
                left += schema_has(shown, &objects[i]);
        return left;
}

static hart_code verify_last(schema_run *run, hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *constraints = NULL, *indexes = NULL;

        schema_begin_step(run, 6, "verification", 0);
        hart_code code = hart_graph_run(run->graph, cypher_show_constraints, NULL, &constraints, err);
        if (code == HART_OK)
                code = hart_graph_run(run->graph, cypher_show_indexes, NULL, &indexes, err);
        if (code != HART_OK)
                return code;
        const size_t left = count_left(constraints, graph_constraints, graph_constraint_count) +
                            count_left(indexes, graph_indexes, graph_index_count);
        if (left)
                run->step.state = HART_GRAPH_STEP_FAILED;
        (void)schema_end_step(run, left ? "not all of the schema is gone" : "nothing of the schema is left");
        return left ? hart_fail(err, HART_FAILED, "%zu of the graph schema's objects are still there", left) : HART_OK;
}

hart_code hart_graph_schema_drop(hart_graph *graph, hart_graph_step_report *step, void *data, hart_error *err)
{
        schema_run run = {.graph = graph, .report = step, .data = data, .steps = STEPS, .err = err};
        hart_error error = {0};
        hart_code code = schema_connect(&run, &error);

        if (code == HART_OK)
                code = schema_save_present(&run, &error);
        if (code == HART_OK) {
                drop_references(&run);
                drop_objects(&run, 4, "indexes", cypher_show_indexes, graph_indexes, graph_index_count,
                             cypher_drop_index);
                drop_objects(&run, 5, "constraints", cypher_show_constraints, graph_constraints, graph_constraint_count,
                             cypher_drop_constraint);
                if (!schema_is_hopeless(&run))
                        code = verify_last(&run, &error);
        }
        if (code != HART_OK) {
                if (run.step.state != HART_GRAPH_STEP_FAILED)
                        schema_fail_step(&run, &error);
                schema_note_failure(&run, code, &error);
        }
        return run.code;
}
