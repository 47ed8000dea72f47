/* Is the graph's schema what it should be? Compared with what Neo4j shows, object by object. */
#include <string.h>

#include "graph_schema.h"
#include "schema_steps.h"

/* Columns of show_constraints and show_indexes. */
enum { NAME, TYPE, LABELS, PROPERTIES, STATE };

typedef void report_function(const char *kind, const char *object, const char *expected, const char *found, void *data);

struct verification {
        report_function *report;
        void *data;
        size_t differences;
        bool community;
};

/* Newer servers say NODE_PROPERTY_UNIQUENESS for UNIQUENESS. */
static const char *const kind_words[] = {
        [GRAPH_UNIQUE] = "UNIQUENESS",
        [GRAPH_EXISTS] = "PROPERTY_EXISTENCE",
        [GRAPH_RANGE] = "RANGE",
};

static bool is_of_kind(const char *type, graph_object_kind kind)
{
        const size_t size = strlen(type), word = strlen(kind_words[kind]);

        return size >= word && strcmp(type + size - word, kind_words[kind]) == 0;
}

static size_t property_count(const graph_object *object)
{
        return object->properties[1] ? 2 : 1;
}

static bool texts_are(const hart_json *array, const char *const *texts, size_t count)
{
        if (hart_json_count(array) != count)
                return false;
        for (size_t i = 0; i < count; i++) {
                const char *text = hart_json_text(hart_json_item(array, i), NULL);
                if (!text || strcmp(text, texts[i]) != 0)
                        return false;
        }
        return true;
}

static bool row_is(const hart_graph_result *shown, size_t row, const graph_object *object)
{
        return is_of_kind(graph_text(shown, row, TYPE), object->kind) &&
               texts_are(hart_graph_value(shown, row, LABELS), &object->label, 1) &&
               texts_are(hart_graph_value(shown, row, PROPERTIES), object->properties, property_count(object));
}

static size_t find_by_name(const hart_graph_result *shown, const char *name)
{
        size_t row = 0;

        while (row < hart_graph_rows(shown) && strcmp(graph_text(shown, row, NAME), name) != 0)
                row++;
        return row;
}

bool schema_has_name(const hart_graph_result *shown, const graph_object *object)
{
        return find_by_name(shown, object->name) < hart_graph_rows(shown);
}

bool schema_has(const hart_graph_result *shown, const graph_object *object)
{
        return schema_has_name(shown, object) && row_is(shown, find_by_name(shown, object->name), object);
}

static size_t find_by_definition(const hart_graph_result *shown, const graph_object *object)
{
        size_t row = 0;

        while (row < hart_graph_rows(shown) && !row_is(shown, row, object))
                row++;
        return row;
}

static void describe_row(const hart_graph_result *shown, size_t row, hart_buffer *out)
{
        const hart_json *properties = hart_graph_value(shown, row, PROPERTIES);
        const char *label = hart_json_text(hart_json_item(hart_graph_value(shown, row, LABELS), 0), NULL);

        hart_buffer_format(out, "%s %s(", graph_text(shown, row, TYPE), label ? label : "");
        for (size_t i = 0; i < hart_json_count(properties); i++) {
                const char *text = hart_json_text(hart_json_item(properties, i), NULL);
                hart_buffer_format(out, "%s%s", i ? ", " : "", text ? text : "");
        }
        hart_buffer_text(out, ")");
}

static void report_object(struct verification *verification, const char *kind, const graph_object *object,
                          const char *found)
{
        HART_CLEANUP(hart_free_p)
        char *expected =
                hart_format("%s %s(%s%s%s)", kind_words[object->kind], object->label, object->properties[0],
                            object->properties[1] ? ", " : "", object->properties[1] ? object->properties[1] : "");

        verification->report(kind, object->name, expected, found, verification->data);
        verification->differences += strcmp(kind, "skipped") != 0;
}

static void report_missing(struct verification *verification, const graph_object *object,
                           const hart_graph_result *shown)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer found = {0};
        const size_t other = find_by_definition(shown, object);

        hart_buffer_text(&found, "");
        if (other < hart_graph_rows(shown))
                hart_buffer_format(&found, "the same named %s: drop it and apply again",
                                   graph_text(shown, other, NAME));
        report_object(verification, "missing", object, found.size ? (const char *)found.data : "");
}

/* `indexes` tells the state of a constraint's own index, too. */
static void verify_object(struct verification *verification, const graph_object *object, const hart_graph_result *shown,
                          const hart_graph_result *indexes)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer found = {0};
        const size_t row = find_by_name(shown, object->name), index = find_by_name(indexes, object->name);

        if (object->enterprise && verification->community) {
                report_object(verification, "skipped", object, "needs Neo4j Enterprise");
                return;
        }
        if (row == hart_graph_rows(shown)) {
                report_missing(verification, object, shown);
                return;
        }
        if (!row_is(shown, row, object)) {
                describe_row(shown, row, &found);
                report_object(verification, "differs", object, (const char *)found.data);
                return;
        }
        if (object->kind != GRAPH_EXISTS && strcmp(graph_text(indexes, index, STATE), "ONLINE") != 0)
                report_object(verification, "offline", object, graph_text(indexes, index, STATE));
}

static hart_code verify_references(struct verification *verification, hart_graph *graph, const graph_reference_set *set,
                                   hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *counted = NULL;
        graph_list list;

        graph_reference_parameters(set, &list);
        const hart_code code = hart_graph_run(graph, set->count_statement, &list.text, &counted, err);
        hart_buffer_done(&list.text);
        for (size_t row = 0; code == HART_OK && row < hart_graph_rows(counted); row++) {
                const int64_t times = graph_integer(counted, row, 1);
                if (times == 1)
                        continue;
                HART_CLEANUP(hart_free_p) char *object = hart_format("%s %s", set->label, graph_text(counted, row, 0));
                HART_CLEANUP(hart_free_p) char *found = hart_format("%lld nodes", (long long)times);
                verification->report(times ? "differs" : "missing", object, "one node", found, verification->data);
                verification->differences++;
        }
        return code;
}

static hart_code show(hart_graph *graph, hart_graph_result **constraints, hart_graph_result **indexes, hart_error *err)
{
        const hart_code code = hart_graph_run(graph, cypher_show_constraints, NULL, constraints, err);

        return code == HART_OK ? hart_graph_run(graph, cypher_show_indexes, NULL, indexes, err) : code;
}

hart_code hart_graph_schema_verify(hart_graph *graph, report_function *report, void *data, size_t *differences,
                                   hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *constraints = NULL;
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *indexes = NULL;
        struct verification verification = {.report = report, .data = data};
        hart_graph_server server;
        hart_code code = hart_graph_hello(graph, &server, err);

        if (code == HART_OK)
                code = show(graph, &constraints, &indexes, err);
        if (code != HART_OK)
                return code;
        verification.community = strcmp(server.edition, "community") == 0;
        for (size_t i = 0; i < graph_constraint_count; i++)
                verify_object(&verification, &graph_constraints[i], constraints, indexes);
        for (size_t i = 0; i < graph_index_count; i++)
                verify_object(&verification, &graph_indexes[i], indexes, indexes);
        for (size_t i = 0; code == HART_OK && i < graph_reference_set_count; i++)
                code = verify_references(&verification, graph, &graph_references[i], err);
        if (code == HART_OK)
                *differences = verification.differences;
        return code;
}

hart_code hart_graph_schema_require(hart_graph *graph, hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *constraints = NULL;
        const hart_code code = hart_graph_run(graph, cypher_show_constraints, NULL, &constraints, err);

        for (size_t i = 0; code == HART_OK && i < graph_constraint_count; i++)
                if (graph_constraints[i].needed &&
                    find_by_definition(constraints, &graph_constraints[i]) == hart_graph_rows(constraints))
                        return hart_fail(err, HART_CONFIG,
                                         "the graph has no constraint %s: run hartonomousctl graph apply",
                                         graph_constraints[i].name);
        return code;
}
