/* One line for all processes, the watchdog's pat, and what the board says of the daemon as a whole. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "supervisor.h"

static bool is_counted(const worker_child *child)
{
        return child->pid && !child->asked && *child->status;
}

/* "Working on 8 messages (2), Waiting for messages": what the processes do, each thing once. */
static size_t put_activities(const worker_children *children, char *text, size_t room)
{
        size_t length = 0;
        const size_t all = children_count(children);
        for (size_t i = 0; i < CHILDREN_MAX; i++) {
                const worker_child *child = &children->list[i];
                size_t alike = 0, before = 0;
                for (size_t j = 0; is_counted(child) && j < CHILDREN_MAX; j++)
                        if (is_counted(&children->list[j]) && strcmp(children->list[j].status, child->status) == 0) {
                                alike++;
                                before += j < i;
                        }
                if (alike == 0 || before > 0 || length >= room)
                        continue;
                length += (size_t)snprintf(text + length, room - length, "%s%s", length ? ", " : "", child->status);
                if (alike < all && length < room)
                        length += (size_t)snprintf(text + length, room - length, " (%zu)", alike);
        }
        return length < room ? length : room - 1;
}

static uint64_t count_messages(const worker_supervisor *supervisor, metrics_result result)
{
        uint64_t sum = 0;
        for (metrics_role role = METRICS_MAIN; role < METRICS_ROLES; role++)
                sum += atomic_load(&supervisor->context->metrics.board->totals[role].messages[result]);
        return sum;
}

static bool report_status(worker_supervisor *supervisor, uint64_t now)
{
        hart_worker_context *context = supervisor->context;
        char does[DETAIL_MAX] = "";
        context->done = count_messages(supervisor, METRICS_DONE);
        context->failed = count_messages(supervisor, METRICS_FAILED) + count_messages(supervisor, METRICS_DEAD_LETTER);
        put_activities(&supervisor->children, does, sizeof does);
        if (*does || supervisor->current->prepared)
                context_activity(context, "%s", *does ? does : "Starting");
        const size_t processes = children_count(&supervisor->children);
        if (supervisor->previous)
                hart_worker_status(context, "processes take the new settings");
        else if (processes)
                hart_worker_status(context, "%zu processes", processes);
        return context_status(context, now);
}

bool supervisor_report(worker_supervisor *supervisor, uint64_t now)
{
        hart_worker_context *context = supervisor->context;
        metrics_board *board = context->metrics.board;
        atomic_store(&board->wanted[METRICS_MAIN], (unsigned)context->configuration->loop.workers);
        atomic_store(&board->wanted[METRICS_ALSO], context->worker->also ? 1 : 0);
        return context->stopping || report_status(supervisor, now);
}
