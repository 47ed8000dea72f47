/* Lineage: what an atom came from, breadth first, one request a level. So an atom that is reached twice is followed
 * once, a cycle ends, and every level is bounded before it is read. */
#include <string.h>

#include "client.h"
#include "graph_cypher.h"

/* Columns of lineage_step. */
enum { FROM, TYPE, ID, TIMES, WHAT, TEXT, URI, DERIVATION, CONFIDENCE };

struct search {
        hart_graph *graph;
        int64_t tenant;
        size_t limit, found;
        void (*visit)(const hart_graph_lineage_row *row, void *data);
        void *data;
        int64_t *seen; /* atoms in the order of finding them */
        size_t seen_count;
        bool more;
};

static void put_integer(hart_json_writer *writer, const char *key, int64_t value)
{
        hart_json_key(writer, key);
        hart_json_put_integer(writer, value);
}

static hart_code require_atom(struct search *search, int64_t atom, hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer = {.out = &parameters};

        hart_json_begin_object(&writer);
        put_integer(&writer, "tenant", search->tenant);
        put_integer(&writer, "atom", atom);
        hart_json_end_object(&writer);
        const hart_code code = hart_graph_run(search->graph, cypher_lineage_exists, &parameters, &result, err);
        return code == HART_OK && hart_graph_rows(result) == 0 ? HART_EMPTY : code;
}

/* One step upstream from seen[first …]. */
static hart_code ask_level(struct search *search, size_t first, size_t limit, hart_graph_result **ret, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer = {.out = &parameters};

        hart_json_begin_object(&writer);
        put_integer(&writer, "tenant", search->tenant);
        put_integer(&writer, "limit", (int64_t)limit);
        hart_json_key(&writer, "atoms");
        hart_json_begin_array(&writer);
        for (size_t i = first; i < search->seen_count; i++)
                hart_json_put_integer(&writer, search->seen[i]);
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
        return hart_graph_run(search->graph, cypher_lineage_step, &parameters, ret, err);
}

static void remember(struct search *search, int64_t atom)
{
        for (size_t i = 0; i < search->seen_count; i++)
                if (search->seen[i] == atom)
                        return;
        search->seen[search->seen_count++] = atom;
}

static void visit_row(struct search *search, const hart_graph_result *level, size_t row, int depth)
{
        hart_graph_lineage_row found = {
                .depth = depth,
                .from = graph_integer(level, row, FROM),
                .type = graph_text(level, row, TYPE),
                .id = graph_integer(level, row, ID),
                .count = graph_integer(level, row, TIMES),
                .what = graph_text(level, row, WHAT),
                .text = graph_text(level, row, TEXT),
                .uri = graph_text(level, row, URI),
                .derivation = graph_text(level, row, DERIVATION),
                .confidence = 1,
        };

        (void)hart_json_number(hart_graph_value(level, row, CONFIDENCE), &found.confidence);
        search->visit(&found, search->data);
        search->found++;
        if (strcmp(found.type, "INGESTED_FROM") != 0)
                remember(search, found.id);
}

static hart_code visit_level(struct search *search, size_t first, int depth, hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *level = NULL;
        const hart_code code = ask_level(search, first, search->limit - search->found + 1, &level, err);

        if (code != HART_OK)
                return code;
        for (size_t row = 0; row < hart_graph_rows(level); row++) {
                if (search->found == search->limit) {
                        search->more = true;
                        break;
                }
                visit_row(search, level, row, depth);
        }
        return HART_OK;
}

/* Was the depth what ended it? */
static hart_code look_beyond(struct search *search, size_t first, hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *level = NULL;
        const hart_code code = ask_level(search, first, 1, &level, err);

        if (code == HART_OK)
                search->more = hart_graph_rows(level) > 0;
        return code;
}

static hart_code walk(struct search *search, int depth, hart_error *err)
{
        size_t first = 0;
        hart_code code = HART_OK;

        for (int level = 1; level <= depth && first < search->seen_count && !search->more; level++) {
                const size_t next = search->seen_count;
                code = visit_level(search, first, level, err);
                if (code != HART_OK)
                        return code;
                first = next;
        }
        return first < search->seen_count && !search->more ? look_beyond(search, first, err) : HART_OK;
}

hart_code hart_graph_lineage(hart_graph *graph, int64_t tenant, int64_t atom, int depth, size_t rows,
                             void (*visit)(const hart_graph_lineage_row *row, void *data), void *data, bool *more,
                             hart_error *err)
{
        struct search search = {.graph = graph, .tenant = tenant, .limit = rows, .visit = visit, .data = data};

        if (depth < 1 || depth > HART_GRAPH_LINEAGE_DEPTH || rows < 1 || rows > HART_GRAPH_LINEAGE_ROWS)
                return hart_fail(err, HART_CONFIG, "lineage goes 1 to %d deep and gives 1 to %d rows",
                                 HART_GRAPH_LINEAGE_DEPTH, HART_GRAPH_LINEAGE_ROWS);
        hart_code code = require_atom(&search, atom, err);
        if (code != HART_OK)
                return code;
        HART_CLEANUP(hart_free_p) int64_t *seen = hart_allocate_array(rows + 1, sizeof *seen);
        search.seen = seen;
        search.seen[search.seen_count++] = atom;
        code = walk(&search, depth, err);
        if (code == HART_OK && more)
                *more = search.more;
        return code;
}
