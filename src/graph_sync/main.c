/* hartonomous-graph-sync: makes the graph in Neo4j equal to what PostgreSQL says of the entities that messages name. */
#include "graph_sync.h"

static const char *const dependencies[] = {"Neo4j", NULL};

static const hart_worker graph_sync = {
        .name = "graph-sync",
        .summary = "keeps the graph in Neo4j equal to PostgreSQL",
        .queue = "Neo4jSyncQueue",
        .state_size = sizeof(struct graph_sync),
        .settings_size = sizeof(hart_graph_settings),
        .settings = &hart_graph_settings_schema,
        .batch_size = "1000",
        .metrics = graph_sync_metrics,
        .metric_count = GRAPH_SYNC_METRICS,
        .libraries = OWN_LIBRARIES,
        .dependencies = dependencies,
        .check = graph_sync_check,
        .open = graph_sync_open,
        .handle = graph_sync_handle,
        .reload = graph_sync_reload,
        .maintain = graph_sync_maintain,
        .close = graph_sync_close,
};

int main(int argc, char *argv[])
{
        return hart_worker_main(&graph_sync, argc, argv);
}
