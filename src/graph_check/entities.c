/* Entities of one kind and tenant, range by range: both sides are read in order of their ids and compared. What differs
 * at first sight is looked at again until it is equal, or named by a message, or nothing but a difference. */
#include "run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "graph_check_cypher.h"
#include "graph_check_sql.h"

/* Ids of a range; rows of the graph that are taken at once: where it has more, the range becomes shorter. */
enum { PAGE = 1000, GRAPH_PAGE = 4000 };

typedef struct entity_scope {
        check_run *run;
        const hart_graph_kind *kind;
        const char *links; /* NULL: it has no relationship that there may be one of */
        int32_t tenant;
        bool known, is_atom;
} entity_scope;

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

/* What both sides say of some ids. */
typedef struct two_sides {
        hart_pg_result *database; /* tenant, id, state */
        hart_graph_result *graph; /* id, state */
        hart_graph_result *links; /* id, what, number: only what is wrong */
} two_sides;

static void view_done(two_sides *view)
{
        hart_pg_result_close(view->database);
        hart_graph_result_close(view->graph);
        hart_graph_result_close(view->links);
        *view = (two_sides){0};
}

static hart_code read_database(const entity_scope *scope, const check_ids *ids, hart_pg_result **ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_free_p) int32_t *tenants = hart_allocate_array(ids->count + 1, sizeof *tenants);

        for (size_t i = 0; i < ids->count; i++)
                tenants[i] = scope->tenant;
        hart_pg_add_int4_array(&parameters, tenants, ids->count);
        hart_pg_add_int8_array(&parameters, ids->item, ids->count);
        return hart_pg_run(scope->run->options->pg, scope->kind->read, &parameters, ret, err);
}

static hart_code read_graph(const entity_scope *scope, const char *statement, int64_t after, const int64_t *to,
                            hart_graph_result **ret, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer;

        range_begin(&writer, &parameters, scope->tenant, after, to, GRAPH_PAGE);
        hart_json_end_object(&writer);
        return hart_graph_run(scope->run->options->graph, statement, &parameters, ret, err);
}

static hart_code read_links(const entity_scope *scope, int64_t after, const int64_t *to, two_sides *view,
                            hart_error *err)
{
        return scope->links ? read_graph(scope, scope->links, after, to, &view->links, err) : HART_OK;
}

static size_t database_row(const hart_pg_result *rows, int64_t id)
{
        size_t low = 0, high = hart_pg_rows(rows);

        while (low < high) {
                const size_t middle = low + (high - low) / 2;
                if (hart_pg_integer(rows, middle, 1) < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < hart_pg_rows(rows) && hart_pg_integer(rows, low, 1) == id ? low : SIZE_MAX;
}

static size_t graph_rows_of(const hart_graph_result *rows, int64_t id, size_t *first)
{
        size_t row = cell_find(rows, id), count = 0;

        *first = row;
        while (rows && row < hart_graph_rows(rows) && cell_integer(rows, row, 0) == id) {
                row++;
                count++;
        }
        return count;
}

static hart_json *parse_state(const hart_pg_result *rows, size_t row)
{
        size_t size = 0;
        const char *text = hart_pg_text(rows, row, 2, &size);
        hart_json *state = NULL;

        return hart_json_parse(text, size, &state, NULL) == HART_OK ? state : NULL;
}

/* Components of pictures and the like stay out of the graph; what else brings such an atom there finds it missing. */
static bool may_be_missing(const entity_scope *scope, const two_sides *view, size_t row)
{
        if (!scope->is_atom)
                return false;
        HART_CLEANUP(hart_json_close_p) hart_json *state = parse_state(view->database, row);
        const char *type = hart_json_text(hart_json_member(state, "atomType"), NULL);
        return type && run_leaves_out(scope->run, type, strcspn(type, "/"));
}

/* Is nothing wrong with it? */
static bool is_right(const entity_scope *scope, const two_sides *view, int64_t id)
{
        size_t first = 0;
        const size_t row = database_row(view->database, id), found = graph_rows_of(view->graph, id, &first);

        if (found == 0)
                return row == SIZE_MAX || may_be_missing(scope, view, row);
        if (row == SIZE_MAX || found != 1 || graph_rows_of(view->links, id, &(size_t){0}))
                return false;
        HART_CLEANUP(hart_json_close_p) hart_json *state = parse_state(view->database, row);
        return hart_graph_compare_states(state, hart_graph_value(view->graph, first, 1), NULL, NULL) == 0;
}

struct naming {
        const entity_scope *scope;
        const char *key;
};

static int64_t shown_tenant(const entity_scope *scope)
{
        return scope->kind->without_tenant ? -1 : scope->tenant;
}

static void name_member(const char *path, const hart_json *database, const hart_json *graph, void *data)
{
        const struct naming *naming = data;

        run_found(naming->scope->run, "differs", naming->scope->kind->name, shown_tenant(naming->scope), naming->key,
                  path, database, graph);
}

static void name_links(const entity_scope *scope, const two_sides *view, int64_t id, const char *key)
{
        size_t row = 0;
        const size_t count = graph_rows_of(view->links, id, &row);

        for (const size_t end = row + count; row < end; row++) {
                char number[24];
                const int64_t found = cell_integer(view->links, row, 2);
                snprintf(number, sizeof number, "%" PRId64, found);
                run_found_text(scope->run, found ? "doubled" : "missing", scope->kind->name, shown_tenant(scope), key,
                               hart_json_text(hart_graph_value(view->links, row, 1), NULL), "1", number);
        }
}

static void name_entity(const entity_scope *scope, const two_sides *view, int64_t id)
{
        char key[24], number[24];
        size_t first = 0;
        const size_t row = database_row(view->database, id), found = graph_rows_of(view->graph, id, &first);
        const hart_json *shown = found ? hart_graph_value(view->graph, first, 1) : NULL;
        HART_CLEANUP(hart_json_close_p)
        hart_json *state = row != SIZE_MAX ? parse_state(view->database, row) : NULL;
        struct naming naming = {scope, key};

        snprintf(key, sizeof key, "%" PRId64, id);
        snprintf(number, sizeof number, "%zu", found);
        if (found == 0)
                run_found(scope->run, "missing", scope->kind->name, shown_tenant(scope), key, "", state, NULL);
        else if (!state)
                run_found(scope->run, "surplus", scope->kind->name, shown_tenant(scope), key, "", NULL, shown);
        else if (found > 1)
                run_found_text(scope->run, "doubled", scope->kind->name, shown_tenant(scope), key, "", "1", number);
        else
                (void)hart_graph_compare_states(state, shown, name_member, &naming);
        if (state)
                name_links(scope, view, id, key);
}

/* --- what is done about it --------------------------------------------------------------------------------------- */

/* Ids that differ, by what can be done. */
typedef struct wrong_ids {
        check_ids missing, surplus, different;
} wrong_ids;

static void wrong_done(wrong_ids *wrong)
{
        ids_done(&wrong->missing);
        ids_done(&wrong->surplus);
        ids_done(&wrong->different);
}

static void sort_wrong(const two_sides *view, int64_t id, wrong_ids *wrong)
{
        const bool there = database_row(view->database, id) != SIZE_MAX;
        const bool shown = graph_rows_of(view->graph, id, &(size_t){0}) > 0;

        ids_add(!there ? &wrong->surplus : shown ? &wrong->different : &wrong->missing, id);
}

/* Another tenant has that number: a message would name that tenant's. */
static hart_code find_elsewhere(const entity_scope *scope, const check_ids *surplus, check_ids *elsewhere,
                                hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;

        if (surplus->count == 0)
                return HART_OK;
        hart_pg_add_text(&parameters, scope->kind->name);
        hart_pg_add_int8_array(&parameters, surplus->item, surplus->count);
        const hart_code code = hart_pg_run(scope->run->options->pg, hart_graph_locate, &parameters, &rows, err);
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(rows); row++)
                ids_add(elsewhere, hart_pg_integer(rows, row, 1));
        return code;
}

static hart_code remedy_surplus(const entity_scope *scope, const check_ids *surplus, hart_error *err)
{
        HART_CLEANUP(ids_done) check_ids elsewhere = {0};
        const hart_graph_remedy remedy = scope->run->options->remedy;
        hart_code code = find_elsewhere(scope, surplus, &elsewhere, err);

        scope->run->result.unnamed += scope->known ? elsewhere.count : surplus->count;
        if (code == HART_OK && remedy >= HART_GRAPH_REMEDY_REMAKE)
                code = run_erase(scope->run, scope->kind->erase, surplus, err);
        else if (code == HART_OK && remedy >= HART_GRAPH_REMEDY_DELETE)
                code = run_erase(scope->run, scope->kind->erase, &elsewhere, err);
        if (code == HART_OK && remedy >= HART_GRAPH_REMEDY_ASK)
                code = run_ask(scope->run, scope->kind->name, surplus, err);
        return code;
}

static hart_code remedy(const entity_scope *scope, const wrong_ids *wrong, hart_error *err)
{
        const hart_graph_remedy remedy = scope->run->options->remedy;
        hart_code code = remedy_surplus(scope, &wrong->surplus, err);

        if (code == HART_OK && remedy >= HART_GRAPH_REMEDY_REMAKE)
                code = run_erase(scope->run, scope->kind->erase, &wrong->different, err);
        if (code == HART_OK && remedy >= HART_GRAPH_REMEDY_ASK)
                code = run_ask(scope->run, scope->kind->name, &wrong->missing, err);
        if (code == HART_OK && remedy >= HART_GRAPH_REMEDY_ASK)
                code = run_ask(scope->run, scope->kind->name, &wrong->different, err);
        return code;
}

/* --- in flight --------------------------------------------------------------------------------------------------- */

static bool texts_equal(const hart_pg_result *one, const hart_pg_result *other, int64_t id)
{
        const size_t row = database_row(one, id), row_after = database_row(other, id);
        size_t size = 0, size_after = 0;

        if (row == SIZE_MAX || row_after == SIZE_MAX)
                return row == row_after;
        const char *text = hart_pg_text(one, row, 2, &size), *after = hart_pg_text(other, row_after, 2, &size_after);
        return size == size_after && memcmp(text, after, size) == 0;
}

/* In this order: a state that was there before the look at the queue, and after the look at the graph, and that no
 * message named in between, is one that the graph should have. */
static hart_code look_again(const entity_scope *scope, const check_ids *ids, two_sides *view, hart_pg_result **before,
                            check_ids *unsettled, hart_error *err)
{
        const int64_t after = ids->item[0] == INT64_MIN ? INT64_MIN : ids->item[0] - 1, to = ids->item[ids->count - 1];
        hart_code code = read_database(scope, ids, before, err);

        if (code == HART_OK)
                code = run_unsettled(scope->run, scope->kind->name, scope->tenant, ids, unsettled, err);
        if (code == HART_OK)
                code = read_graph(scope, scope->kind->range_graph, after, &to, &view->graph, err);
        if (code == HART_OK)
                code = read_links(scope, after, &to, view, err);
        return code == HART_OK ? read_database(scope, ids, &view->database, err) : code;
}

/* A document of pictures may have text in it that nothing else has. */
static hart_code find_left_out(const entity_scope *scope, const check_ids *missing, check_ids *ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;

        if (!scope->is_atom || missing->count == 0)
                return HART_OK;
        hart_pg_add_int4(&parameters, scope->tenant);
        hart_pg_add_int8_array(&parameters, missing->item, missing->count);
        hart_pg_add_text(&parameters, scope->run->options->leave_out);
        const hart_code code = hart_pg_run(scope->run->options->pg, &sql_check_left_out_atoms, &parameters, &rows, err);
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(rows); row++)
                ids_add(ret, hart_pg_integer(rows, row, 0));
        return code;
}

static hart_code name_all(const entity_scope *scope, const two_sides *view, const check_ids *different,
                          wrong_ids *wrong, hart_error *err)
{
        HART_CLEANUP(ids_done) check_ids missing = {0}, left_out = {0};

        for (size_t i = 0; i < different->count; i++)
                if (graph_rows_of(view->graph, different->item[i], &(size_t){0}) == 0)
                        ids_add(&missing, different->item[i]);
        const hart_code code = find_left_out(scope, &missing, &left_out, err);
        for (size_t i = 0; code == HART_OK && i < different->count; i++) {
                const int64_t id = different->item[i];
                if (ids_have(&left_out, id))
                        continue;
                name_entity(scope, view, id);
                sort_wrong(view, id, wrong);
        }
        return code;
}

/* *ids becomes those that are still in flight. */
static hart_code settle_round(const entity_scope *scope, check_ids *ids, wrong_ids *wrong, hart_error *err)
{
        HART_CLEANUP(view_done) two_sides view = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *before = NULL;
        HART_CLEANUP(ids_done) check_ids unsettled = {0}, different = {0};
        const hart_code code = look_again(scope, ids, &view, &before, &unsettled, err);
        size_t kept = 0;

        for (size_t i = 0; code == HART_OK && i < ids->count; i++) {
                const int64_t id = ids->item[i];
                if (is_right(scope, &view, id))
                        continue;
                if (ids_have(&unsettled, id) || !texts_equal(before, view.database, id)) {
                        ids->item[kept++] = id;
                        continue;
                }
                ids_add(&different, id);
        }
        if (code != HART_OK)
                return code;
        ids->count = kept;
        return name_all(scope, &view, &different, wrong, err);
}

static hart_code settle(const entity_scope *scope, check_ids *ids, hart_error *err)
{
        HART_CLEANUP(wrong_done) wrong_ids wrong = {0};
        hart_code code = HART_OK;

        for (int round = 0; code == HART_OK && ids->count && round < CHECK_ROUNDS; round++) {
                if (round)
                        run_pause(scope->run, round);
                code = settle_round(scope, ids, &wrong, err);
        }
        scope->run->result.in_flight += ids->count;
        return code == HART_OK ? remedy(scope, &wrong, err) : code;
}

/* --- ranges ------------------------------------------------------------------------------------------------------ */

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

static void find_candidates(const entity_scope *scope, const id_range *range, const two_sides *view,
                            check_ids *candidates)
{
        size_t i = 0, row = 0;
        const size_t rows = hart_graph_rows(view->graph);

        while (true) {
                while (row > 0 && row < rows &&
                       cell_integer(view->graph, row, 0) == cell_integer(view->graph, row - 1, 0))
                        row++;
                const bool shown = row < rows && cell_integer(view->graph, row, 0) <= range->to;
                if (i == range->ids.count && !shown)
                        return;
                const int64_t of_graph = shown ? cell_integer(view->graph, row, 0) : INT64_MAX;
                const int64_t of_database = i < range->ids.count ? range->ids.item[i] : INT64_MAX;
                const int64_t id = of_graph < of_database ? of_graph : of_database;
                row += shown && of_graph == id;
                i += i < range->ids.count && of_database == id;
                if (!is_right(scope, view, id))
                        ids_add(candidates, id);
        }
}

static hart_code check_range(const entity_scope *scope, id_range *range, hart_error *err)
{
        HART_CLEANUP(view_done) two_sides view = {0};
        HART_CLEANUP(ids_done) check_ids candidates = {0};
        hart_code code = read_ids(scope, range, err);

        if (code == HART_OK)
                code = read_graph(scope, scope->kind->range_graph, range->after, &range->to, &view.graph, err);
        if (code != HART_OK)
                return code;
        cut_range(range, view.graph);
        code = read_links(scope, range->after, &range->to, &view, err);
        if (code == HART_OK)
                code = read_database(scope, &range->ids, &view.database, err);
        if (code != HART_OK)
                return code;
        scope->run->result.compared += range->ids.count;
        find_candidates(scope, range, &view, &candidates);
        view_done(&view);
        return candidates.count ? settle(scope, &candidates, err) : HART_OK;
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
