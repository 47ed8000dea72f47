#include "entity_sides.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void sides_done(two_sides *sides)
{
        hart_pg_result_close(sides->database);
        hart_graph_result_close(sides->graph);
        hart_graph_result_close(sides->links);
        *sides = (two_sides){0};
}

hart_code sides_read_database(const entity_scope *scope, const check_ids *ids, hart_pg_result **ret, hart_error *err)
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

hart_code sides_read_graph(const entity_scope *scope, int64_t after, const int64_t *to, two_sides *sides,
                           hart_error *err)
{
        return read_graph(scope, scope->kind->range_graph, after, to, &sides->graph, err);
}

hart_code sides_read_links(const entity_scope *scope, int64_t after, const int64_t *to, two_sides *sides,
                           hart_error *err)
{
        return scope->links ? read_graph(scope, scope->links, after, to, &sides->links, err) : HART_OK;
}

size_t sides_database_row(const hart_pg_result *rows, int64_t id)
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

size_t sides_graph_rows(const hart_graph_result *rows, int64_t id, size_t *first)
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
static bool may_be_missing(const entity_scope *scope, const two_sides *sides, size_t row)
{
        if (!scope->is_atom)
                return false;
        HART_CLEANUP(hart_json_close_p) hart_json *state = parse_state(sides->database, row);
        const char *type = hart_json_text(hart_json_member(state, "atomType"), NULL);
        return type && run_leaves_out(scope->run, type, strcspn(type, "/"));
}

/* Is nothing wrong with it? */
bool sides_agree(const entity_scope *scope, const two_sides *sides, int64_t id)
{
        size_t first = 0;
        const size_t row = sides_database_row(sides->database, id), found = sides_graph_rows(sides->graph, id, &first);

        if (found == 0)
                return row == SIZE_MAX || may_be_missing(scope, sides, row);
        if (row == SIZE_MAX || found != 1 || sides_graph_rows(sides->links, id, &(size_t){0}))
                return false;
        HART_CLEANUP(hart_json_close_p) hart_json *state = parse_state(sides->database, row);
        return hart_graph_compare_states(state, hart_graph_value(sides->graph, first, 1), NULL, NULL) == 0;
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

static void name_links(const entity_scope *scope, const two_sides *sides, int64_t id, const char *key)
{
        size_t row = 0;
        const size_t count = sides_graph_rows(sides->links, id, &row);

        for (const size_t end = row + count; row < end; row++) {
                char number[24];
                const int64_t found = cell_integer(sides->links, row, 2);
                snprintf(number, sizeof number, "%" PRId64, found);
                run_found_text(scope->run, found ? "doubled" : "missing", scope->kind->name, shown_tenant(scope), key,
                               hart_json_text(hart_graph_value(sides->links, row, 1), NULL), "1", number);
        }
}

void sides_name(const entity_scope *scope, const two_sides *sides, int64_t id)
{
        char key[24], number[24];
        size_t first = 0;
        const size_t row = sides_database_row(sides->database, id), found = sides_graph_rows(sides->graph, id, &first);
        const hart_json *shown = found ? hart_graph_value(sides->graph, first, 1) : NULL;
        HART_CLEANUP(hart_json_close_p)
        hart_json *state = row != SIZE_MAX ? parse_state(sides->database, row) : NULL;
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
                name_links(scope, sides, id, key);
}
