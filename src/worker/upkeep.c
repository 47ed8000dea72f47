/* What is done beside the messages: the broker's and the daemon's own maintenance, the queue's figures, telemetry. */
#include <string.h>

#include "context.h"
#include "queue_figures.h"

/* Counting a long queue takes its time: one part in so many of the daemon's, at most. */
#define FIGURES_INTERVAL (10 * HART_SECOND)
#define FIGURES_SHARE    50

void telemetry_start(hart_worker_context *context)
{
        static const char *const failed[] = {"EVENT=telemetry-unavailable", NULL};
        static const char *const listening[] = {"EVENT=telemetry-listening", NULL};
        telemetry_close(context->telemetry);
        context->telemetry = NULL;
        context->tells_queue = false;
        if (!context->configuration->common.telemetry)
                return;
        const telemetry_address *address = &context->configuration->telemetry;
        hart_error error = {0};
        const hart_code code =
                telemetry_open(&context->telemetry, address, &context->metrics, context->supervises, &error);
        context->tells_queue = code == HART_OK && !context->supervises;
        if (code != HART_OK)
                context_log(context, HART_LOG_WARNING, failed, "No /health and /metrics, work goes on: %s", error.text);
        else
                context_log(context, HART_LOG_DEBUG, listening, "/health and /metrics answer on %s%s%s",
                            *address->path ? address->path : address->host, *address->path ? "" : ":", address->port);
}

static void read_figures(hart_worker_context *context)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        hart_error error = {0};
        const hart_code code = queue_figures_read(context->pg, context->worker->queue, &text, &error);
        if (code == HART_OK)
                metrics_queue(&context->metrics, &text);
        upkeep_ended(context, UPKEEP_FIGURES, code == HART_OK ? NULL : &error);
}

static void maintain(hart_worker_context *context)
{
        static const char *const fields[] = {"EVENT=maintenance-failed", NULL};
        hart_error error = {0};
        const hart_code code = context->worker->maintain(context->state, context, &error);
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

uint64_t upkeep_interval(uint64_t interval)
{
        const uint64_t tenth = interval / 10;
        return interval - tenth + hart_random() % (2 * tenth + 1);
}

uint64_t upkeep_due(const hart_worker_context *context)
{
        uint64_t due = context->next_upkeep;
        if (context->next_maintenance < due)
                due = context->next_maintenance;
        return context->tells_queue && context->next_figures < due ? context->next_figures : due;
}

static bool may_go_on(const hart_worker_context *context)
{
        return context->pg && !context->stopping;
}

static void maintenance_step(hart_worker_context *context, uint64_t now)
{
        char before[DETAIL_MAX]; /* what it did is what it does again, most often waiting */
        memcpy(before, context->activity, sizeof before);
        context_activity(context, "Maintenance");
        if (now >= context->next_upkeep) /* never in those that do not look after the broker */
                context->next_upkeep = upkeep_broker(context) + hart_now();
        if (now >= context->next_maintenance && may_go_on(context)) {
                context->next_maintenance = now + upkeep_interval(context->configuration->loop.maintenance);
                if (context->worker->maintain)
                        maintain(context);
        }
        context_activity(context, "%s", before);
        take_rings(context);
}

void upkeep_step(hart_worker_context *context, uint64_t now)
{
        if (now >= context->next_upkeep || now >= context->next_maintenance)
                maintenance_step(context, now);
        if (context->tells_queue && now >= context->next_figures && may_go_on(context)) {
                const uint64_t begin = hart_now();
                read_figures(context);
                const uint64_t end = hart_now(), rest = (end - begin) * FIGURES_SHARE;
                context->next_figures = end + (rest > FIGURES_INTERVAL ? rest : FIGURES_INTERVAL);
                take_rings(context);
        }
}
