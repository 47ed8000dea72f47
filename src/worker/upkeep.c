/* What is done beside the messages: the daemon's own maintenance, the queue's depth, telemetry. */
#include <string.h>

#include "context.h"
#include "worker_sql.h"

/* Counting a long queue takes its time: one part in so many of the daemon's, at most. */
#define DEPTH_INTERVAL (10 * HART_SECOND)
#define DEPTH_SHARE    50

void telemetry_start(hart_worker_context *context)
{
        static const char *const failed[] = {"EVENT=telemetry-unavailable", NULL};
        static const char *const listening[] = {"EVENT=telemetry-listening", NULL};
        telemetry_close(context->telemetry);
        context->telemetry = NULL;
        if (!context->configuration->common.telemetry)
                return;
        const telemetry_address *address = &context->configuration->telemetry;
        hart_error error = {0};
        if (telemetry_open(&context->telemetry, address, &context->metrics, &error) != HART_OK)
                context_log(context, HART_LOG_WARNING, failed, "No /health and /metrics, work goes on: %s", error.text);
        else
                context_log(context, HART_LOG_DEBUG, listening, "/health and /metrics answer on %s%s%s",
                            *address->path ? address->path : address->host, *address->path ? "" : ":", address->port);
}

static void read_depth(hart_worker_context *context)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_error error = {0};
        hart_pg_add_text(&parameters, context->worker->queue);
        const hart_code code = hart_pg_run(context->pg, &sql_queue_depth, &parameters, &rows, &error);
        if (code == HART_OK && hart_pg_rows(rows) == 1) {
                atomic_store(&context->metrics.queue_depth, hart_pg_integer(rows, 0, 0));
                atomic_store(&context->metrics.dead_letters, hart_pg_integer(rows, 0, 1));
        } else if (code != HART_OK) {
                connection_lost(context, &error);
        }
}

static void maintain(hart_worker_context *context)
{
        static const char *const fields[] = {"EVENT=maintenance-failed", NULL};
        hart_error error = {0};
        char before[DETAIL_MAX]; /* what it did is what it does again, most often waiting */
        memcpy(before, context->activity, sizeof before);
        context_activity(context, "Maintenance");
        const hart_code code = context->worker->maintain(context->state, context, &error);
        context_activity(context, "%s", before);
        if (code >= HART_OK)
                return;
        error.code = code;
        if (connection_lost(context, &error))
                return;
        if (code == HART_STOPPED)
                context->stopping = true;
        else if (code == HART_CONFIG)
                context_end(context, HART_EXIT_CONFIG, "EVENT=settings-invalid", &error);
        else if (code == HART_FATAL)
                context_end(context, HART_EXIT_FAILURE, "EVENT=fatal", &error);
        else
                context_log(context, HART_LOG_WARNING, fields, "Maintenance did not end well, it comes again: %s",
                            error.text);
}

/* A notification that came with the answer to one of our statements is inside libpq; the socket stays silent. */
static void take_rings(hart_worker_context *context)
{
        bool any = false;
        hart_error error = {0};
        if (!context->pg || !context->sleeping)
                return;
        if (hart_pg_take_notifications(context->pg, &any, &error) != HART_OK)
                connection_lost(context, &error);
        else if (any)
                context->sleeping = false;
}

void upkeep_step(hart_worker_context *context, uint64_t now)
{
        if (now >= context->next_maintenance) {
                context->next_maintenance = now + context->configuration->loop.maintenance;
                if (context->worker->maintain)
                        maintain(context);
                take_rings(context);
        }
        if (context->telemetry && now >= context->next_depth && context->pg && !context->stopping) {
                const uint64_t begin = hart_now();
                read_depth(context);
                const uint64_t end = hart_now(), rest = (end - begin) * DEPTH_SHARE;
                context->next_depth = end + (rest > DEPTH_INTERVAL ? rest : DEPTH_INTERVAL);
                take_rings(context);
        }
}
