#include "graph_sync.h"

#include <inttypes.h>
#include <time.h>

#include <hartonomous/clock.h>

#include "delivery.h"

const hart_metric graph_sync_metrics[GRAPH_SYNC_METRICS] = {
        [METRIC_LAG] = {"neo4j_sync_lag_seconds", HART_METRIC_GAUGE,
                        "Age of the oldest message in hand, 0 when there is none"},
        [METRIC_ROWS] = {"hartonomous_graph_rows_total", HART_METRIC_COUNTER,
                         "Nodes and relationships written to Neo4j"},
        [METRIC_REQUESTS] = {"hartonomous_graph_requests_total", HART_METRIC_COUNTER, "Requests sent to Neo4j"},
        [METRIC_RETRIES] = {"hartonomous_graph_retries_total", HART_METRIC_COUNTER,
                            "Statements repeated, and deliveries put back, because Neo4j did not do its part"},
        [METRIC_BATCH] = {"hartonomous_graph_batch_rows", HART_METRIC_GAUGE,
                          "Rows in one statement, as Neo4j bears them at present"},
};

static hart_code open_graph(hart_worker_context *context, hart_graph **ret, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *password = NULL;
        const hart_graph_settings *settings = hart_worker_settings(context);
        hart_code code = hart_worker_credential(context, "neo4j-password", &password, err);

        if (code >= HART_OK)
                code = hart_graph_open(ret, settings, password, err);
        if (code == HART_OK)
                hart_graph_on_waiting(*ret, hart_worker_waiting, context);
        return code;
}

hart_code graph_sync_check(const void *settings, hart_error *err)
{
        HART_CLEANUP(hart_graph_close_p) hart_graph *graph = NULL;

        return hart_graph_open(&graph, settings, NULL, err);
}

static void count_requests(struct graph_sync *sync, hart_worker_context *context)
{
        const uint64_t requests = hart_graph_requests(sync->graph);

        const uint64_t retries = hart_graph_retries(sync->graph);

        hart_worker_count(context, METRIC_REQUESTS, requests - sync->requests);
        hart_worker_count(context, METRIC_RETRIES, retries - sync->retries);
        sync->requests = requests;
        sync->retries = retries;
}

/* Does Neo4j answer, let us in, and have the constraints without which MERGE makes doubles? */
static hart_code make_ready(struct graph_sync *sync, hart_error *err)
{
        hart_code code = HART_OK;

        if (!sync->ready)
                code = hart_graph_hello(sync->graph, NULL, err);
        if (code == HART_OK && !sync->ready)
                code = hart_graph_schema_require(sync->graph, err);
        sync->ready = code == HART_OK;
        sync->failed = code != HART_OK;
        return code;
}

/* At the start a wrong password or address ends the daemon: whoever started it is there to mend it. A Neo4j that is
 * away or has no schema yet is waited for. */
hart_code graph_sync_open(void *state, hart_worker_context *context, hart_error *err)
{
        struct graph_sync *sync = state;
        hart_error error = {0};
        hart_code code = sync->graph ? HART_OK : open_graph(context, &sync->graph, err);

        if (code != HART_OK)
                return code;
        code = hart_graph_hello(sync->graph, NULL, &error);
        if (code == HART_STOPPED || code == HART_CONFIG) {
                graph_sync_close(sync); /* the skeleton closes only what was opened */
                *err = error;
                return code;
        }
        if (code == HART_OK)
                code = make_ready(sync, &error);
        hart_worker_dependency(context, "Neo4j", code == HART_OK ? NULL : &error);
        return HART_OK;
}

/* What only a person can mend is waited for, too, once the daemon runs: passwords are changed on one side first. */
static hart_code judge(struct graph_sync *sync, hart_worker_context *context, hart_code code, hart_error *err)
{
        count_requests(sync, context);
        if (!sync->failed || (code != HART_RETRY && code != HART_CONFIG))
                return code;
        sync->ready = false;
        hart_worker_count(context, METRIC_RETRIES, 1);
        hart_worker_dependency(context, "Neo4j", err);
        err->code = HART_RETRY;
        return HART_RETRY;
}

static double seconds_since(int64_t microseconds)
{
        struct timespec now;

        clock_gettime(CLOCK_REALTIME, &now);
        const double age = (double)now.tv_sec + (double)now.tv_nsec / 1e9 - (double)microseconds / 1e6;
        return age > 0 ? age : 0;
}

static hart_code read_requests(const hart_message *messages, size_t count, sync_request *requests, size_t *blamed,
                               hart_error *err)
{
        for (size_t i = 0; i < count; i++) {
                const hart_code code = sync_request_read(&messages[i], &requests[i], err);
                if (code != HART_OK) {
                        *blamed = i;
                        return code;
                }
        }
        return HART_OK;
}

static void show_lag(hart_worker_context *context, const sync_request *requests, size_t count)
{
        int64_t oldest = requests[0].since;

        for (size_t i = 1; i < count; i++)
                oldest = requests[i].since < oldest ? requests[i].since : oldest;
        hart_worker_gauge(context, METRIC_LAG, seconds_since(oldest));
}

/* A setting or a start: begin with a size that any server bears. */
static void limit_batch(struct graph_sync *sync, size_t most)
{
        if (sync->batch == 0)
                sync->batch = 1000;
        if (sync->batch > most)
                sync->batch = most;
}

static hart_code synchronise(struct graph_sync *sync, hart_worker_context *context, const sync_request *requests,
                             size_t count, size_t *blamed, hart_error *err)
{
        const hart_graph_settings *settings = hart_worker_settings(context);
        HART_CLEANUP(delivery_done)
        sync_delivery delivery = {
                .sync = sync,
                .context = context,
                .pg = hart_worker_pg(context),
                .settings = settings,
                .requests = requests,
                .request_count = count,
                .budget = (size_t)settings->piece,
        };
        const uint64_t begin = hart_now();
        limit_batch(sync, (size_t)settings->batch_size);
        const hart_code code = delivery_run(&delivery, blamed, err);

        if (code != HART_OK)
                return code;
        hart_worker_count(context, METRIC_ROWS, delivery.rows);
        hart_worker_gauge(context, METRIC_BATCH, (double)sync->batch);
        HART_CLEANUP(hart_free_p) char *duration = hart_format("DURATION_USEC=%" PRIu64, hart_now() - begin);
        const char *const fields[] = {"EVENT=graph-written", duration, NULL};
        hart_worker_log(context, HART_LOG_DEBUG, fields, "%zu nodes and relationships written for %zu messages",
                        delivery.rows, count);
        return HART_OK;
}

static hart_code write_requests(struct graph_sync *sync, hart_worker_context *context, const sync_request *requests,
                                size_t count, size_t *blamed, hart_error *err)
{
        const hart_code code = make_ready(sync, err);

        if (code != HART_OK)
                return code;
        hart_worker_dependency(context, "Neo4j", NULL);
        return synchronise(sync, context, requests, count, blamed, err);
}

hart_code graph_sync_handle(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                            size_t *blamed, hart_error *err)
{
        struct graph_sync *sync = state;
        HART_CLEANUP(hart_free_p) sync_request *requests = hart_allocate_array(count, sizeof *requests);
        hart_code code = read_requests(messages, count, requests, blamed, err);

        if (code == HART_OK) {
                show_lag(context, requests, count);
                code = judge(sync, context, write_requests(sync, context, requests, count, blamed, err), err);
        }
        if (code == HART_OK)
                hart_worker_gauge(context, METRIC_LAG, 0);
        for (size_t i = 0; i < count; i++)
                sync_request_done(&requests[i]);
        return code;
}

hart_code graph_sync_reload(void *state, hart_worker_context *context, hart_error *err)
{
        struct graph_sync *sync = state;
        hart_graph *graph = NULL;
        const hart_code code = open_graph(context, &graph, err);

        if (code != HART_OK)
                return code;
        hart_graph_close(sync->graph);
        *sync = (struct graph_sync){.graph = graph, .batch = sync->batch};
        return HART_OK;
}

/* Neo4j's state is of interest also while there is nothing to do. */
hart_code graph_sync_maintain(void *state, hart_worker_context *context, hart_error *err)
{
        struct graph_sync *sync = state;
        hart_error error = {0};

        sync->ready = false;
        const hart_code code = make_ready(sync, &error);
        count_requests(sync, context);
        if (code == HART_STOPPED) {
                *err = error;
                return code;
        }
        hart_worker_dependency(context, "Neo4j", code == HART_OK ? NULL : &error);
        return HART_OK;
}

void graph_sync_close(void *state)
{
        struct graph_sync *sync = state;

        hart_graph_close(sync->graph);
        sync->graph = NULL;
}
