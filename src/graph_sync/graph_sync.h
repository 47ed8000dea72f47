/* The daemon's functions; see hartonomous/worker.h. */
#ifndef HARTONOMOUS_GRAPH_SYNC_H
#define HARTONOMOUS_GRAPH_SYNC_H

#include <stdbool.h>

#include <hartonomous/graph.h>
#include <hartonomous/worker.h>

struct graph_sync {
        hart_graph *graph;
        bool ready;        /* Neo4j answers, and has the constraints that writing needs */
        bool failed;       /* it was Neo4j that did not do its part in the delivery in hand */
        size_t batch;      /* rows in one statement, by what Neo4j bears; 0 until the first delivery */
        uint64_t requests; /* of this client, already counted */
        uint64_t retries;  /* the same */
};

/* batch.c: after a statement of so many rows took so many microseconds; after Neo4j was short of memory. */
void graph_sync_adapt_batch(struct graph_sync *sync, size_t rows, uint64_t duration, size_t most);
void graph_sync_smaller_batch(struct graph_sync *sync);

enum { METRIC_LAG, METRIC_ROWS, METRIC_REQUESTS, METRIC_RETRIES, METRIC_BATCH, GRAPH_SYNC_METRICS };
extern const hart_metric graph_sync_metrics[GRAPH_SYNC_METRICS];

hart_code graph_sync_check(const void *settings, hart_error *err);
hart_code graph_sync_open(void *state, hart_worker_context *context, hart_error *err);
hart_code graph_sync_handle(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                            size_t *blamed, hart_error *err);
hart_code graph_sync_reload(void *state, hart_worker_context *context, hart_error *err);
hart_code graph_sync_maintain(void *state, hart_worker_context *context, hart_error *err);
void graph_sync_close(void *state);

#endif
