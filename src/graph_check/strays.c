/* What no row of PostgreSQL can be compared with: nodes with odd keys, relationships that no kind owns. No message
 * names them, so they are deleted here. One statement finds and deletes, so that nothing else can take their place
 * between. */
#include "run.h"

#include "graph_check_cypher.h"

/* Rows at once: of each label, for nodes. Without deleting, that many are named. */
enum { STRAYS = 1000 };

static hart_code run_strays(check_run *run, const char *statement, hart_graph_result **ret, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer = {.out = &parameters};

        hart_json_begin_object(&writer);
        put_integer(&writer, "limit", STRAYS);
        hart_json_key(&writer, "delete");
        hart_json_put_flag(&writer, run->options->remedy >= HART_GRAPH_REMEDY_DELETE);
        hart_json_key(&writer, "tenant");
        if (run->options->tenant >= 0)
                hart_json_put_integer(&writer, run->options->tenant);
        else
                hart_json_put_null(&writer);
        hart_json_end_object(&writer);
        return hart_graph_run(run->options->graph, statement, &parameters, ret, err);
}

static const char *cell_text(const hart_graph_result *result, size_t row, size_t column)
{
        const char *text = hart_json_text(hart_graph_value(result, row, column), NULL);

        return text ? text : "";
}

static int64_t cell_tenant(const hart_graph_result *result, size_t row)
{
        int64_t tenant = -1;

        return hart_json_integer(hart_graph_value(result, row, 1), &tenant) ? tenant : -1;
}

static void name_node(check_run *run, const hart_graph_result *result, size_t row)
{
        const char *key = cell_text(result, row, 2);

        run_found_text(run, "odd", cell_text(result, row, 0), cell_tenant(result, row), key, "", "",
                       cell_text(result, row, 3));
}

static void name_relationship(check_run *run, const hart_graph_result *result, size_t row)
{
        HART_CLEANUP(hart_free_p)
        char *key = hart_format("%s -> %s", cell_text(result, row, 2), cell_text(result, row, 3));

        run_found_text(run, "stray", cell_text(result, row, 0), cell_tenant(result, row), key, "", "",
                       cell_text(result, row, 4));
}

static hart_code check_all(check_run *run, const char *statement,
                           void (*name)(check_run *run, const hart_graph_result *result, size_t row), hart_error *err)
{
        const bool deletes = run->options->remedy >= HART_GRAPH_REMEDY_DELETE;
        hart_code code = HART_OK;
        size_t found = STRAYS;

        while (code == HART_OK && found >= STRAYS) {
                HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
                code = run_strays(run, statement, &result, err);
                if (code != HART_OK)
                        return code;
                found = hart_graph_rows(result);
                for (size_t row = 0; row < found; row++)
                        name(run, result, row);
                run->result.unnamed += found;
                if (deletes)
                        run->result.deleted += found;
                else
                        found = 0;
        }
        return code;
}

hart_code check_strays(check_run *run, hart_error *err)
{
        hart_code code = check_all(run, cypher_check_odd_nodes, name_node, err);

        return code == HART_OK ? check_all(run, cypher_check_stray_relationships, name_relationship, err) : code;
}

hart_code check_forget_tenant(check_run *run, int64_t tenant, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer;
        hart_code code = HART_OK;
        int64_t deleted = 1;

        range_begin(&writer, &parameters, tenant, 0, NULL, STRAYS);
        hart_json_end_object(&writer);
        while (code == HART_OK && deleted > 0) {
                HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
                code = hart_graph_run(run->options->graph, cypher_check_delete_tenant, &parameters, &result, err);
                if (code == HART_OK)
                        deleted = cell_integer(result, 0, 0);
                if (code == HART_OK)
                        run->result.deleted += (uint64_t)deleted;
        }
        return code;
}
