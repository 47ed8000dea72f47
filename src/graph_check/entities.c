/* Entities of one kind and tenant, range by range: both sides are read in order of their ids and compared. */
#include "entity_sides.h"

#include <string.h>

#include "graph_check_cypher.h"

/* Ids of a range; where the graph has more rows than GRAPH_PAGE in it, it becomes shorter. */
enum { PAGE = 1000 };

typedef struct kind_links {
        const char *kind, *statement;
} kind_links;
static const kind_links links_of_kinds[] = {
        {"User", cypher_check_links_users},
        {"Model", cypher_check_links_models},
        {"Operation", cypher_check_links_operations},
        {"IngestionJob", cypher_check_links_ingestion_jobs},
        {"Source", cypher_check_links_sources},
        {"ComplianceRule", cypher_check_links_compliance_rules},
        {"AccessEvent", cypher_check_links_access_events},
        {"GenerationStream", cypher_check_links_generation_streams},
        {"Inference", cypher_check_links_inferences},
};

/* All ids of (after, to]; to is the end of the range, or NULL behind *last. */
typedef struct id_range {
        int64_t after, to;
        bool last;
        check_ids ids;
} id_range;

static hart_code read_ids(const entity_scope *scope, id_range *range, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;

        hart_pg_add_text(&parameters, scope->kind->name);
        hart_pg_add_int4(&parameters, scope->tenant);
        hart_pg_add_int8(&parameters, range->after);
        hart_pg_add_int8(&parameters, PAGE);
        const hart_code code = hart_pg_run(scope->run->options->pg, hart_graph_range, &parameters, &rows, err);
        range->ids.count = 0;
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(rows); row++)
                ids_add(&range->ids, hart_pg_integer(rows, row, 0));
        range->last = range->ids.count < PAGE;
        range->to = range->last ? INT64_MAX : range->ids.item[PAGE - 1];
        return code;
}

/* The graph has more than fits: the range ends before the last id that was read, which may have more rows. */
static void cut_range(id_range *range, const hart_graph_result *graph)
{
        const size_t rows = hart_graph_rows(graph);
        const int64_t last = rows ? cell_integer(graph, rows - 1, 0) : 0;

        if (rows < GRAPH_PAGE || cell_integer(graph, 0, 0) == last)
                return;
        range->to = last - 1;
        range->last = false;
        while (range->ids.count && range->ids.item[range->ids.count - 1] > range->to)
                range->ids.count--;
}

static void find_candidates(const entity_scope *scope, const id_range *range, const two_sides *sides,
                            check_ids *candidates)
{
        size_t i = 0, row = 0;
        const size_t rows = hart_graph_rows(sides->graph);

        while (true) {
                while (row > 0 && row < rows &&
                       cell_integer(sides->graph, row, 0) == cell_integer(sides->graph, row - 1, 0))
                        row++;
                const bool shown = row < rows && cell_integer(sides->graph, row, 0) <= range->to;
                if (i == range->ids.count && !shown)
                        return;
                const int64_t of_graph = shown ? cell_integer(sides->graph, row, 0) : INT64_MAX;
                const int64_t of_database = i < range->ids.count ? range->ids.item[i] : INT64_MAX;
                const int64_t id = of_graph < of_database ? of_graph : of_database;
                row += shown && of_graph == id;
                i += i < range->ids.count && of_database == id;
                if (!sides_agree(scope, sides, id))
                        ids_add(candidates, id);
        }
}

static hart_code check_range(const entity_scope *scope, id_range *range, hart_error *err)
{
        HART_CLEANUP(sides_done) two_sides sides = {0};
        HART_CLEANUP(ids_done) check_ids candidates = {0};
        hart_code code = read_ids(scope, range, err);

        if (code == HART_OK)
                code = sides_read_graph(scope, range->after, &range->to, &sides, err);
        if (code != HART_OK)
                return code;
        cut_range(range, sides.graph);
        code = sides_read_links(scope, range->after, &range->to, &sides, err);
        if (code == HART_OK)
                code = sides_read_database(scope, &range->ids, &sides.database, err);
        if (code != HART_OK)
                return code;
        scope->run->result.compared += range->ids.count;
        find_candidates(scope, range, &sides, &candidates);
        sides_done(&sides);
        return candidates.count ? entities_settle(scope, &candidates, err) : HART_OK;
}

hart_code check_kind(check_run *run, const hart_graph_kind *kind, int32_t tenant, bool known, hart_error *err)
{
        entity_scope scope = {
                .run = run, .kind = kind, .tenant = tenant, .known = known, .is_atom = strcmp(kind->name, "Atom") == 0};
        id_range range = {.after = INT64_MIN};
        int64_t total = 0, shown = 0;
        uint64_t done = 0;
        hart_code code = count_database(run, kind, tenant, &total, err);

        for (size_t i = 0; i < sizeof links_of_kinds / sizeof *links_of_kinds; i++)
                if (strcmp(links_of_kinds[i].kind, kind->name) == 0)
                        scope.links = links_of_kinds[i].statement;
        if (code == HART_OK)
                code = count_graph(run, kind->count_graph, tenant, &shown, err);
        if (code == HART_OK && run->options->counted)
                run->options->counted(kind->name, kind->without_tenant ? -1 : tenant, total, shown, run->options->data);
        while (code == HART_OK && !range.last) {
                code = check_range(&scope, &range, err);
                range.after = range.to;
                done += range.ids.count;
                if (code == HART_OK && run->options->progress)
                        code = run->options->progress(kind->name, done, (uint64_t)total, run->options->data);
        }
        ids_done(&range.ids);
        return code;
}
