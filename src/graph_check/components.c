/* HAS_COMPONENT: parents in order of their ids, some at once where they are short, piece by piece where one is long. */
#include "component_parents.h"

#include "graph_check_cypher.h"
#include "graph_check_sql.h"

/* Parents that are listed at once. */
enum { PARENTS = 1000 };

/* The parents of (after, to], of both sides, ascending. */
typedef struct parent_range {
        int64_t after, to;
        bool last;
        parent_atom *item;
        size_t count;
        uint64_t components; /* of PostgreSQL's */
} parent_range;

static hart_code list_database(const parents_scope *scope, int64_t after, hart_pg_result **ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};

        hart_pg_add_int4(&parameters, scope->tenant);
        hart_pg_add_int8(&parameters, after);
        hart_pg_add_int8(&parameters, PARENTS);
        hart_pg_add_text(&parameters, scope->run->options->leave_out);
        return hart_pg_run(scope->run->options->pg, &sql_check_parents, &parameters, ret, err);
}

static hart_code list_graph(const parents_scope *scope, int64_t after, int64_t to, hart_graph_result **ret,
                            hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer;

        range_begin(&writer, &parameters, scope->tenant, after, &to, 4 * PARENTS);
        hart_json_end_object(&writer);
        return hart_graph_run(scope->run->options->graph, cypher_check_parents, &parameters, ret, err);
}

static void merge_parents(parent_range *range, const hart_pg_result *database, const hart_graph_result *graph)
{
        const size_t ours = hart_pg_rows(database), theirs = hart_graph_rows(graph);
        size_t i = 0, row = 0;

        range->count = 0;
        range->components = 0;
        range->item = hart_reallocate_array(range->item, ours + theirs + 1, sizeof *range->item);
        while (true) {
                const bool listed = i < ours && hart_pg_integer(database, i, 0) <= range->to;
                const bool shown = row < theirs && cell_integer(graph, row, 0) <= range->to;
                if (!listed && !shown)
                        return;
                const int64_t one = listed ? hart_pg_integer(database, i, 0) : INT64_MAX;
                const int64_t other = shown ? cell_integer(graph, row, 0) : INT64_MAX;
                parent_atom parent = {.id = one < other ? one : other};
                if (listed && one == parent.id) {
                        parent.count = hart_pg_integer(database, i++, 1);
                        range->components += (uint64_t)parent.count;
                }
                if (shown && other == parent.id) {
                        const int64_t count = cell_integer(graph, row++, 1);
                        parent.count = count > parent.count ? count : parent.count;
                }
                range->item[range->count++] = parent;
        }
}

static hart_code list_parents(const parents_scope *scope, parent_range *range, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *database = NULL;
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *graph = NULL;
        hart_code code = list_database(scope, range->after, &database, err);

        if (code != HART_OK)
                return code;
        const size_t rows = hart_pg_rows(database);
        range->last = rows < PARENTS;
        range->to = range->last ? INT64_MAX : hart_pg_integer(database, rows - 1, 0);
        code = list_graph(scope, range->after, range->to, &graph, err);
        if (code != HART_OK)
                return code;
        /* The graph has more than fits: the range ends where that list does. An atom that exists twice may stand
         * twice at its end. */
        const size_t shown = hart_graph_rows(graph);
        if (shown == 4 * PARENTS && cell_integer(graph, shown - 1, 0) > cell_integer(graph, 0, 0)) {
                range->to = cell_integer(graph, shown - 1, 0) - 1;
                range->last = false;
        }
        merge_parents(range, database, graph);
        return HART_OK;
}

static parent_atom *find_parent(const parent_range *range, int64_t id)
{
        for (size_t i = 0; i < range->count; i++)
                if (range->item[i].id == id)
                        return &range->item[i];
        return NULL;
}

/* Several short parents, or a long one. */
static hart_code compare_group(const parents_scope *scope, const parent_range *range, size_t first, size_t end,
                               check_ids *differing, hart_error *err)
{
        HART_CLEANUP(window_done)
        component_window window = {.after = range->item[first].id - 1,
                                   .to = range->item[end - 1].id,
                                   .from = INT64_MIN,
                                   .until = INT64_MAX};

        if (end - first == 1)
                return parents_compare(scope, range->item[first].id, range->item[first].count, parents_note, differing,
                                       err);
        const hart_code code = window_read(scope, &window, err);
        if (code == HART_OK)
                window_compare(scope, &window, parents_note, differing);
        return code;
}

static hart_code compare_range(const parents_scope *scope, const parent_range *range, check_ids *differing,
                               hart_error *err)
{
        hart_code code = HART_OK;
        size_t first = 0;

        while (code == HART_OK && first < range->count) {
                size_t end = first + 1;
                int64_t room = COMPONENT_WINDOW - range->item[first].count;
                while (end < range->count && range->item[end].count <= room)
                        room -= range->item[end++].count;
                code = compare_group(scope, range, first, end, differing, err);
                first = end;
        }
        return code;
}

static hart_code check_parents(const parents_scope *scope, parent_range *range, hart_error *err)
{
        HART_CLEANUP(ids_done) check_ids differing = {0};
        HART_CLEANUP(hart_free_p) parent_atom *candidates = NULL;
        hart_code code = list_parents(scope, range, err);

        if (code == HART_OK)
                code = compare_range(scope, range, &differing, err);
        if (code != HART_OK || differing.count == 0)
                return code;
        candidates = hart_allocate_array(differing.count, sizeof *candidates);
        for (size_t i = 0; i < differing.count; i++) {
                const parent_atom *found = find_parent(range, differing.item[i]);
                candidates[i] = found ? *found : (parent_atom){.id = differing.item[i]};
        }
        return parents_settle(scope, candidates, differing.count, err);
}

static hart_code count_both(const parents_scope *scope, int64_t *total, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        int64_t shown = 0;

        hart_pg_add_int4(&parameters, scope->tenant);
        hart_pg_add_text(&parameters, scope->run->options->leave_out);
        hart_code code = hart_pg_run(scope->run->options->pg, &sql_check_count_components, &parameters, &rows, err);
        if (code == HART_OK)
                code = count_graph(scope->run, cypher_check_count_components, scope->tenant, &shown, err);
        if (code != HART_OK)
                return code;
        *total = hart_pg_integer(rows, 0, 0);
        if (scope->run->options->counted)
                scope->run->options->counted("Composition", scope->tenant, *total, shown, scope->run->options->data);
        return HART_OK;
}

hart_code check_components(check_run *run, int32_t tenant, bool known, hart_error *err)
{
        const parents_scope scope = {.run = run, .tenant = tenant, .known = known};
        parent_range range = {.after = INT64_MIN};
        int64_t total = 0;
        uint64_t done = 0;
        hart_code code = count_both(&scope, &total, err);

        while (code == HART_OK && !range.last) {
                code = check_parents(&scope, &range, err);
                range.after = range.to;
                done += range.components;
                run->result.compared += code == HART_OK ? range.components : 0;
                if (code == HART_OK && run->options->progress)
                        code = run->options->progress("Composition", done, (uint64_t)total, run->options->data);
        }
        free(range.item);
        return code;
}
