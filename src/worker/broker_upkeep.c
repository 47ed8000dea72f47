/* The broker has no process of its own: every daemon looks after all of it, and the broker lets one at a time. */
#include "context.h"
#include "worker_sql.h"

/* A deadlock, or a lock not had, is nothing to speak of before the second time in a row. */
#define PASSING_SAID 2
/* A round does a limited number of everything. Where one did so many, the next comes soon. */
#define MUCH 1000
/* One part in so many of this daemon's time goes into it, at most; a larger one while much is to be done. Samples count
 * what waits, which takes long where that is much. */
#define SHARE         50
#define SHARE_OF_MUCH 10

static const struct {
        const hart_pg_statement *statement; /* what it did (null or no row: nothing) and how much of it */
        const char *event;
        hart_log_level level;
} tasks[] = {
        [UPKEEP_MAINTAIN] = {&sql_broker_maintain, "EVENT=broker-maintained", HART_LOG_DEBUG},
        [UPKEEP_COMPACT] = {&sql_broker_compact, "EVENT=broker-compacted", HART_LOG_INFO},
};

static const char *const complaints[UPKEEP_TASKS] = {
        [UPKEEP_MAINTAIN] = "This daemon cannot look after the broker",
        [UPKEEP_COMPACT] = "This daemon cannot give back the space of consumed messages",
        [UPKEEP_FIGURES] = "/metrics knows nothing new of the queue",
};

void upkeep_ended(hart_worker_context *context, upkeep_task task, const hart_error *error)
{
        static const char *const fields[] = {"EVENT=broker-upkeep-failed", NULL};
        struct upkeep_failures *failures = &context->upkeep_failures[task];
        if (!error) {
                *failures = (struct upkeep_failures){0};
                return;
        }
        if (connection_lost(context, error))
                return;
        if (error->code == HART_STOPPED) {
                context->stopping = true;
                return;
        }
        if (failures->said || (++failures->count < PASSING_SAID && error->code == HART_RETRY))
                return;
        failures->said = true;
        context_log(context, HART_LOG_WARNING, fields, "%s, its messages are handled all the same: %s",
                    complaints[task], error->text);
}

/* Returns whether there was much to do, so that more may be left. */
static bool run_task(hart_worker_context *context, upkeep_task task)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_error error = {0};
        const hart_code code = hart_pg_run(context->pg, tasks[task].statement, NULL, &rows, &error);
        upkeep_ended(context, task, code == HART_OK ? NULL : &error);
        if (code != HART_OK || hart_pg_rows(rows) == 0 || hart_pg_is_null(rows, 0, 0))
                return false;
        const char *const fields[] = {tasks[task].event, NULL};
        context_log(context, tasks[task].level, fields, "Looked after the broker: %s", hart_pg_text(rows, 0, 0, NULL));
        return hart_pg_integer(rows, 0, 1) >= MUCH;
}

uint64_t upkeep_broker(hart_worker_context *context)
{
        const uint64_t begin = hart_now(), usual = upkeep_interval(context->configuration->loop.maintenance);
        bool much = false;
        for (upkeep_task task = UPKEEP_MAINTAIN; task <= UPKEEP_COMPACT; task++)
                if (context->pg && !context->stopping)
                        much |= run_task(context, task);
        const uint64_t took = hart_now() - begin;
        const uint64_t least = took * (much ? SHARE_OF_MUCH : SHARE);
        return much || least > usual ? least : usual;
}
