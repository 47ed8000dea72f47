#include "component_window.h"

#include "graph_check_cypher.h"
#include "graph_check_sql.h"

void window_done(component_window *window)
{
        free(window->item);
        hart_graph_result_close(window->graph);
}

static void add_run(component_window *window, const hart_pg_result *runs, size_t row)
{
        HART_CLEANUP(hart_free_p) int64_t *atoms = NULL;
        const int64_t parent = hart_pg_integer(runs, row, 0), first = hart_pg_integer(runs, row, 1);
        const size_t count = hart_pg_int8_array(runs, row, 2, &atoms);

        for (size_t i = 0; i < count; i++) {
                const int64_t sequence = first + (int64_t)i;
                if (sequence < window->from || sequence >= window->until)
                        continue;
                if (window->count == window->capacity) {
                        window->capacity = window->capacity ? window->capacity * 2 : 1024;
                        window->item = hart_reallocate_array(window->item, window->capacity, sizeof *window->item);
                }
                window->item[window->count++] = (component){parent, sequence, atoms[i]};
        }
}

static hart_code read_database(const parents_scope *scope, component_window *window, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *runs = NULL;

        hart_pg_add_int4(&parameters, scope->tenant);
        hart_pg_add_int8(&parameters, window->after);
        hart_pg_add_int8(&parameters, window->to);
        hart_pg_add_int8(&parameters, window->from);
        hart_pg_add_int8(&parameters, window->until);
        hart_pg_add_text(&parameters, scope->run->options->leave_out);
        const hart_code code = hart_pg_run(scope->run->options->pg, &sql_check_components, &parameters, &runs, err);
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(runs); row++)
                add_run(window, runs, row);
        return code;
}

static hart_code read_graph(const parents_scope *scope, component_window *window, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer;

        range_begin(&writer, &parameters, scope->tenant, window->after, &window->to, 4 * (int64_t)COMPONENT_WINDOW);
        put_integer(&writer, "from", window->from);
        put_integer(&writer, "until", window->until);
        hart_json_end_object(&writer);
        return hart_graph_run(scope->run->options->graph, cypher_check_range_components, &parameters, &window->graph,
                              err);
}

static component graph_component(const hart_graph_result *result, size_t row)
{
        return (component){cell_integer(result, row, 0), cell_integer(result, row, 1), cell_integer(result, row, 2)};
}

static int order(const component *left, const component *right)
{
        if (left->parent != right->parent)
                return left->parent < right->parent ? -1 : 1;
        return (left->sequence > right->sequence) - (left->sequence < right->sequence);
}

/* All that the graph has in one place; *row goes behind it. `wanted` NULL: there should be nothing. */
static bool compare_place(const parents_scope *scope, const component_window *window, const component *wanted,
                          size_t *row, differ *visit, void *data)
{
        const component place = graph_component(window->graph, *row);
        bool right = false, going = true;

        for (; *row < hart_graph_rows(window->graph) && going; ++*row) {
                const component there = graph_component(window->graph, *row);
                if (order(&there, &place) != 0)
                        break;
                if (wanted && !right && there.atom == wanted->atom) {
                        right = true;
                        continue;
                }
                const bool same = wanted && there.atom == wanted->atom;
                going = visit(scope, same ? "doubled" : "surplus", there.parent, there.sequence,
                              same ? wanted->atom : -1, there.atom, data);
        }
        if (going && wanted && !right)
                going = visit(scope, "missing", wanted->parent, wanted->sequence, wanted->atom, -1, data);
        return going;
}

void window_compare(const parents_scope *scope, const component_window *window, differ *visit, void *data)
{
        const size_t rows = hart_graph_rows(window->graph);
        size_t i = 0, row = 0;
        bool going = true;

        while (going && (i < window->count || row < rows)) {
                const component there = row < rows ? graph_component(window->graph, row) : (component){0};
                const component *wanted = i < window->count ? &window->item[i] : NULL;
                const int sign = !wanted ? 1 : row == rows ? -1 : order(wanted, &there);
                if (sign < 0)
                        going = visit(scope, "missing", wanted->parent, wanted->sequence, wanted->atom, -1, data);
                else
                        going = compare_place(scope, window, sign == 0 ? wanted : NULL, &row, visit, data);
                i += sign <= 0;
        }
}

hart_code window_read(const parents_scope *scope, component_window *window, hart_error *err)
{
        const hart_code code = read_database(scope, window, err);

        return code == HART_OK ? read_graph(scope, window, err) : code;
}
