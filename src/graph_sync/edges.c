/* Edges between atoms. As a rule the parents are in the graph and nothing has to be taken away: then one statement,
 * which tells how many edges it linked and how many there are, is all. */
#include "delivery.h"

enum { EDGES = 3, DERIVED = 4 }; /* columns of read_edges.sql */

static int64_t sum(const hart_pg_result *states, size_t first, size_t count, int column)
{
        int64_t total = 0;

        for (size_t row = first; row < first + count; row++)
                total += hart_pg_integer(states, row, column);
        return total;
}

static int64_t told(const hart_graph_result *linked, size_t column)
{
        int64_t value = -1;

        if (linked && hart_graph_rows(linked) == 1)
                (void)hart_json_integer(hart_graph_value(linked, 0, column), &value);
        return value;
}

static bool all_is_said(const hart_pg_result *states, size_t first, size_t count, const hart_graph_result *linked)
{
        const int64_t edges = sum(states, first, count, EDGES);

        return edges == sum(states, first, count, DERIVED) && told(linked, 0) == edges && told(linked, 1) == edges;
}

/* The atoms at the far ends are written too. */
static hart_code bring_parents(sync_delivery *delivery, const hart_graph_kind *kind, const hart_pg_result *states,
                               size_t first, size_t count, hart_error *err)
{
        HART_CLEANUP(keys_done) sync_keys children = {0};
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *atoms = NULL;
        const hart_graph_kind *atom = hart_graph_kind_named("Atom");
        sync_keys *wanted = &delivery->wanted[atom - hart_graph_kinds];
        bool grown;

        for (size_t row = first; row < first + count; row++)
                keys_add(&children, hart_pg_integer(states, row, 0), hart_pg_integer(states, row, 1));
        keys_done(wanted); /* they are written */
        hart_code code = collect_references(delivery, kind, &children, &grown, err);
        keys_sort(wanted);
        for (size_t begin = 0; code == HART_OK && begin < wanted->count; begin += delivery->sync->batch) {
                const size_t left = wanted->count - begin;
                hart_pg_parameters_done(&parameters);
                hart_pg_result_close_p(&atoms);
                keys_add_parameters(wanted, begin, left < delivery->sync->batch ? left : delivery->sync->batch,
                                    &parameters);
                code = hart_pg_run(delivery->pg, atom->read, &parameters, &atoms, err);
                if (code == HART_OK && hart_pg_rows(atoms))
                        code = write_rows(delivery, atom, atom->write[0], atoms, 0, hart_pg_rows(atoms), NULL, err);
        }
        return code;
}

hart_code edges_finish(sync_delivery *delivery, const hart_graph_kind *kind, const hart_pg_result *states, size_t first,
                       size_t count, const hart_graph_result *linked, hart_error *err)
{
        hart_code code = HART_OK;

        if (all_is_said(states, first, count, linked))
                return HART_OK;
        if (told(linked, 0) != sum(states, first, count, DERIVED) ||
            sum(states, first, count, EDGES) != sum(states, first, count, DERIVED))
                code = bring_parents(delivery, kind, states, first, count, err);
        for (int i = EDGES_UNLINK; code == HART_OK && i <= EDGES_SUPERSEDED_BY; i++)
                code = write_rows(delivery, kind, kind->write[i], states, first, count, NULL, err);
        return code;
}
