/* Making the graph's schema, in the six steps that operators know. Whatever fails, the rest is still tried, so that one
 * run tells all that is wrong; and nothing is called done that is not there. */
#include <string.h>

#include "graph_schema.h"
#include "schema_steps.h"

enum { STEPS = 6 };

static void make_objects(schema_run *run, int number, const char *title, const graph_object *objects, size_t count)
{
        const bool community = strcmp(run->server.edition, "community") == 0;

        schema_begin_step(run, number, title, count);
        for (size_t i = 0; i < count; i++) {
                if (objects[i].enterprise && community)
                        schema_report_object(run, objects[i].name, HART_GRAPH_STEP_SKIPPED, "needs Neo4j Enterprise");
                else
                        schema_run_object(run, objects[i].name, objects[i].statement, NULL);
        }
        (void)schema_end_step(run, "");
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

static void make_references(schema_run *run)
{
        schema_begin_step(run, 5, "reference nodes", 0);
        for (size_t i = 0; i < graph_reference_set_count; i++) {
                const graph_reference_set *set = &graph_references[i];
                const size_t done = run->step.done;
                graph_list list;

                run->step.expected += set->count;
                graph_reference_parameters(set, &list);
                schema_run_object(run, set->label, set->statement, &list.text);
                hart_buffer_done(&list.text);
                if (run->step.done > done)
                        run->step.done += set->count - 1;
        }
        (void)schema_end_step(run, "");
}

static void report_difference(const char *kind, const char *object, const char *expected, const char *found, void *data)
{
        schema_run *run = data;
        HART_CLEANUP(hart_free_p)
        char *text = hart_format("%s: expected %s%s%s", kind, expected, *found ? ", found " : "", found);

        if (strcmp(kind, "skipped") == 0)
                schema_report_object(run, object, HART_GRAPH_STEP_SKIPPED, found);
        else
                schema_report_object(run, object, HART_GRAPH_STEP_FAILED, text);
}

static hart_code verify_last(schema_run *run, hart_error *err)
{
        size_t differences = 0;

        schema_begin_step(run, 6, "verification", 0);
        hart_code code = hart_graph_run(run->graph, cypher_await_indexes, NULL, NULL, err);
        if (code == HART_OK)
                code = hart_graph_schema_verify(run->graph, report_difference, run, &differences, err);
        if (code != HART_OK)
                return code;
        if (differences)
                run->step.state = HART_GRAPH_STEP_FAILED;
        (void)schema_end_step(run, differences ? "the graph is not as it should be" : "all as it should be");
        return differences ? hart_fail(err, HART_FAILED, "%zu of the graph schema's objects are not as they should be",
                                       differences)
                           : HART_OK;
}

hart_code hart_graph_schema_apply(hart_graph *graph, hart_graph_step_report *step, void *data, hart_error *err)
{
        schema_run run = {.graph = graph, .report = step, .data = data, .steps = STEPS, .err = err};
        hart_error error = {0};
        hart_code code = schema_connect(&run, &error);

        if (code == HART_OK)
                code = schema_save_present(&run, &error);
        if (code == HART_OK) {
                make_objects(&run, 3, "constraints", graph_constraints, graph_constraint_count);
                make_objects(&run, 4, "indexes", graph_indexes, graph_index_count);
                make_references(&run);
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
