/* Counts and versions alone: seconds where a whole check takes minutes, and only what shows in them. */
#include "run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "graph_check_cypher.h"
#include "graph_check_sql.h"

/* What is compared: a number of PostgreSQL's and one of the graph's. */
typedef struct two_figures {
        const char *what, *kind; /* "count", "version" */
        int64_t tenant;
        int64_t database, graph;
} two_figures;

typedef hart_code read_figure(check_run *run, const hart_graph_kind *kind, two_figures *figure, hart_error *err);

static hart_code is_queue_empty(check_run *run, bool *ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        const hart_code code = hart_pg_run(run->options->pg, &sql_check_waiting_all, NULL, &rows, err);

        if (code == HART_OK)
                *ret = hart_pg_integer(rows, 0, 0) == 0;
        return code;
}

/* Numbers that differ while messages wait, or that change, say nothing yet. */
static hart_code compare_figure(check_run *run, const hart_graph_kind *kind, read_figure *read, two_figures *figure,
                                hart_error *err)
{
        bool empty = false, again = true;
        hart_code code = read(run, kind, figure, err);

        for (int round = 0; code == HART_OK && again && figure->database != figure->graph && round < CHECK_ROUNDS;
             round++) {
                const two_figures before = *figure;
                run_pause(run, round);
                code = is_queue_empty(run, &empty, err);
                if (code == HART_OK)
                        code = read(run, kind, figure, err);
                again = !empty || before.database != figure->database || before.graph != figure->graph;
        }
        if (code != HART_OK || figure->database == figure->graph)
                return code;
        if (again) {
                run->result.in_flight++;
                return HART_OK;
        }
        char database[24], graph[24];
        snprintf(database, sizeof database, "%" PRId64, figure->database);
        snprintf(graph, sizeof graph, "%" PRId64, figure->graph);
        run_found_text(run, figure->what, figure->kind, figure->tenant, "", "", database, graph);
        return HART_OK;
}

static hart_code read_counts(check_run *run, const hart_graph_kind *kind, two_figures *figure, hart_error *err)
{
        const int32_t tenant = figure->tenant < 0 ? 0 : (int32_t)figure->tenant;
        const hart_code code = count_database(run, kind, tenant, &figure->database, err);

        return code == HART_OK ? count_graph(run, kind->count_graph, tenant, &figure->graph, err) : code;
}

static hart_code read_versions(check_run *run, const hart_graph_kind *kind, two_figures *figure, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        HART_CLEANUP(hart_buffer_done) hart_buffer wanted = {0};
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
        hart_json_writer writer = {.out = &wanted};
        const int32_t tenant = figure->tenant < 0 ? 0 : (int32_t)figure->tenant;

        hart_pg_add_text(&parameters, kind->name);
        hart_pg_add_int4(&parameters, tenant);
        hart_code code = hart_pg_run(run->options->pg, &sql_check_versions, &parameters, &rows, err);
        if (code != HART_OK || hart_pg_rows(rows) == 0)
                return code;
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "kind");
        hart_json_put_text(&writer, kind->name);
        put_integer(&writer, "tenant", tenant);
        hart_json_end_object(&writer);
        code = hart_graph_run(run->options->graph, cypher_check_versions, &wanted, &result, err);
        if (code != HART_OK)
                return code;
        figure->database = hart_pg_is_null(rows, 0, 0) ? 0 : hart_pg_integer(rows, 0, 0);
        figure->graph = hart_graph_rows(result) ? cell_integer(result, 0, 0) : 0;
        return HART_OK;
}

/* Atoms that are left out of the graph cannot be told by counting: then components are all that is counted. */
static hart_code is_countable(check_run *run, const hart_graph_kind *kind, int32_t tenant, bool *ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;

        *ret = true;
        if (strcmp(kind->name, "Atom") != 0)
                return HART_OK;
        hart_pg_add_int4(&parameters, tenant);
        hart_pg_add_text(&parameters, run->options->leave_out);
        const hart_code code = hart_pg_run(run->options->pg, &sql_check_leaves_out, &parameters, &rows, err);
        if (code == HART_OK)
                *ret = !hart_pg_flag(rows, 0, 0);
        return code;
}

hart_code check_quickly(check_run *run, const hart_graph_kind *kind, int32_t tenant, hart_error *err)
{
        const int64_t shown = kind->without_tenant ? -1 : tenant;
        two_figures counts = {.what = "count", .kind = kind->name, .tenant = shown};
        two_figures versions = {.what = "version", .kind = kind->name, .tenant = shown};
        bool countable = false;
        hart_code code = is_countable(run, kind, tenant, &countable, err);

        if (code != HART_OK || !countable)
                return code;
        code = compare_figure(run, kind, read_counts, &counts, err);
        if (code == HART_OK && run->options->counted)
                run->options->counted(kind->name, shown, counts.database, counts.graph, run->options->data);
        run->result.compared += (uint64_t)counts.database;
        return code == HART_OK ? compare_figure(run, kind, read_versions, &versions, err) : code;
}

static hart_code read_components(check_run *run, const hart_graph_kind *kind, two_figures *figure, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;

        (void)kind;
        hart_pg_add_int4(&parameters, (int32_t)figure->tenant);
        hart_pg_add_text(&parameters, run->options->leave_out);
        const hart_code code = hart_pg_run(run->options->pg, &sql_check_count_components, &parameters, &rows, err);
        if (code != HART_OK)
                return code;
        figure->database = hart_pg_integer(rows, 0, 0);
        return count_graph(run, cypher_check_count_components, figure->tenant, &figure->graph, err);
}

hart_code check_components_quickly(check_run *run, int32_t tenant, hart_error *err)
{
        two_figures components = {.what = "count", .kind = "Composition", .tenant = tenant};
        const hart_code code = compare_figure(run, NULL, read_components, &components, err);

        if (code == HART_OK && run->options->counted)
                run->options->counted("Composition", tenant, components.database, components.graph, run->options->data);
        run->result.compared += (uint64_t)components.database;
        return code;
}
