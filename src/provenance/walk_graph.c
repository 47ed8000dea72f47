/* Steps of a walk as Neo4j knows them. */
#include "provenance_walk.h"
#include "walk.h"

/* Columns of walk_lineage.cypher and walk_impact.cypher. */
enum { ATOM, TYPE, NODE, ID, TIMES, KIND, TEXT, URI, DERIVATION, CONFIDENCE };

static void put_integer(hart_json_writer *writer, const char *key, int64_t value)
{
        hart_json_key(writer, key);
        hart_json_put_integer(writer, value);
}

static hart_code find_atom(void *graph, int32_t tenant, int64_t atom, hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer = {.out = &parameters};

        hart_json_begin_object(&writer);
        put_integer(&writer, "tenant", tenant);
        put_integer(&writer, "atom", atom);
        hart_json_end_object(&writer);
        const hart_code code = hart_graph_run(graph, cypher_walk_atom, &parameters, &result, err);
        return code == HART_OK && hart_graph_rows(result) == 0 ? HART_EMPTY : code;
}

static void write_parameters(const hart_provenance_walk *walk, const int64_t *atoms, size_t count, size_t limit,
                             hart_buffer *out)
{
        hart_json_writer writer = {.out = out};

        hart_json_begin_object(&writer);
        put_integer(&writer, "tenant", walk->tenant);
        put_integer(&writer, "limit", (int64_t)limit);
        hart_json_key(&writer, "atoms");
        hart_json_begin_array(&writer);
        for (size_t i = 0; i < count; i++)
                hart_json_put_integer(&writer, atoms[i]);
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
}

static int64_t integer_at(const hart_graph_result *result, size_t row, size_t column)
{
        int64_t value = 0;
        (void)hart_json_integer(hart_graph_value(result, row, column), &value);
        return value;
}

static const char *text_at(const hart_graph_result *result, size_t row, size_t column)
{
        return hart_json_text(hart_graph_value(result, row, column), NULL);
}

static hart_code step(void *graph, const hart_provenance_walk *walk, const int64_t *atoms, size_t count, size_t limit,
                      hart_provenance_visit_step *take, void *data, hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *level = NULL;
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        const char *statement = walk->direction == HART_PROVENANCE_LINEAGE ? cypher_walk_lineage : cypher_walk_impact;

        write_parameters(walk, atoms, count, limit, &parameters);
        const hart_code code = hart_graph_run(graph, statement, &parameters, &level, err);
        for (size_t row = 0; code == HART_OK && row < hart_graph_rows(level); row++) {
                hart_provenance_step found = {
                        .atom = integer_at(level, row, ATOM),
                        .type = text_at(level, row, TYPE),
                        .node = text_at(level, row, NODE),
                        .id = integer_at(level, row, ID),
                        .count = integer_at(level, row, TIMES),
                        .kind = text_at(level, row, KIND),
                        .text = text_at(level, row, TEXT),
                        .uri = text_at(level, row, URI),
                        .derivation = text_at(level, row, DERIVATION),
                };
                found.has_confidence = hart_json_number(hart_graph_value(level, row, CONFIDENCE), &found.confidence);
                take(&found, data);
        }
        return code;
}

hart_code hart_provenance_walk_graph(hart_graph *graph, const hart_provenance_walk *walk,
                                     hart_provenance_visit_step *visit, void *data, bool *more, hart_error *err)
{
        const walk_side side = {graph, find_atom, step};
        return walk_levels(&side, walk, visit, data, more, err);
}
