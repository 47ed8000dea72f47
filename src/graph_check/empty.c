/* Taking out of the graph all that is ours, in portions that fit into a transaction. */
#include <hartonomous/graph_check.h>

#include "graph_check_cypher.h"
#include "run.h"

enum { PORTION = 10000 };

typedef hart_code report(const char *what, uint64_t done, uint64_t total, void *data);

static hart_code delete_all(hart_graph *graph, const char *statement, const char *what, uint64_t total,
                            report *progress, void *data, uint64_t *deleted, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer = {.out = &parameters};
        uint64_t done = 0;

        hart_json_begin_object(&writer);
        put_integer(&writer, "limit", PORTION);
        hart_json_end_object(&writer);
        for (;;) {
                HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
                hart_code code = hart_graph_run(graph, statement, &parameters, &result, err);
                if (code != HART_OK)
                        return code;
                const int64_t count = cell_integer(result, 0, 0);
                if (count == 0)
                        return HART_OK;
                done += (uint64_t)count;
                *deleted += (uint64_t)count;
                code = progress ? progress(what, done, total, data) : HART_OK;
                if (code != HART_OK)
                        return hart_fail(err, code, "asked to stop");
        }
}

hart_code hart_graph_empty(hart_graph *graph,
                           hart_code (*progress)(const char *what, uint64_t done, uint64_t total, void *data),
                           void *data, uint64_t *deleted, hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *nodes = NULL;
        uint64_t relationships = 0;
        hart_code code = hart_graph_run(graph, cypher_check_count_nodes, NULL, &nodes, err);

        if (code == HART_OK)
                code = delete_all(graph, cypher_check_empty_components, "relationships", 0, progress, data,
                                  &relationships, err);
        if (code == HART_OK)
                code = delete_all(graph, cypher_check_empty_nodes, "nodes", (uint64_t)cell_integer(nodes, 0, 0),
                                  progress, data, deleted, err);
        return code;
}
