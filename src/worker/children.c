#include "children.h"

#include <signal.h>
#include <string.h>

#include <hartonomous/clock.h>

/* To become ready, or to ask for more time. As TimeoutStartSec= of the units. */
#define START_PATIENCE (90 * HART_SECOND)
/* A stop is granted within five seconds; systemd waits for twenty. */
#define STOP_PATIENCE (15 * HART_SECOND)
/* What was killed and lives on is in the hands of the kernel. */
#define KILL_PATIENCE (10 * HART_SECOND)
/* One that was ready for so long did not die of its beginnings. */
#define LONG_LIFE (30 * HART_SECOND)
/* More than messages with a curse bring about: systemd may start everything anew. So many of one number in a row, or
 * STORM_DEATHS of all within this time. */
#define STORM_IN_A_ROW 8
#define STORM_TIME     (30 * HART_SECOND)

worker_child *children_find(worker_children *children, pid_t pid)
{
        for (size_t i = 0; pid > 0 && i < CHILDREN_MAX; i++)
                if (children->list[i].pid == pid)
                        return &children->list[i];
        return NULL;
}

worker_child *children_of_number(worker_children *children, unsigned number, unsigned serial, bool same)
{
        for (size_t i = 0; i < CHILDREN_MAX; i++) {
                worker_child *child = &children->list[i];
                if (child->pid && !child->asked && child->number == number && (child->serial == serial) == same)
                        return child;
        }
        return NULL;
}

size_t children_count(const worker_children *children)
{
        size_t count = 0;
        for (size_t i = 0; i < CHILDREN_MAX; i++)
                count += children->list[i].pid != 0;
        return count;
}

worker_child *children_add(worker_children *children, pid_t pid, unsigned number, unsigned serial, uint64_t now)
{
        for (size_t i = 0; i < CHILDREN_MAX; i++) {
                worker_child *child = &children->list[i];
                if (child->pid)
                        continue;
                *child = (worker_child){
                        .pid = pid,
                        .number = number,
                        .serial = serial,
                        .deadline = children->watchdog ? now + START_PATIENCE : UINT64_MAX,
                };
                return child;
        }
        return NULL;
}

void children_remove(worker_child *child)
{
        if (child->place)
                atomic_store(&child->place->pid, 0);
        *child = (worker_child){0};
}

worker_child *children_heard(worker_children *children, const worker_notice *notice, uint64_t now)
{
        worker_child *child = children_find(children, notice->sender);
        if (!child)
                return NULL; /* a stranger, or one that is gone */
        if (notice->has_status)
                memcpy(child->status, notice->status, sizeof child->status);
        if (notice->ready && !child->ready) {
                child->ready = true;
                child->since = now;
        }
        if (!children->watchdog || child->asked || child->hung)
                return child;
        if (notice->ready || notice->patted)
                child->deadline = now + children->watchdog;
        else if (notice->extension && notice->extension < UINT64_MAX - now && !child->ready)
                child->deadline = now + notice->extension;
        return child;
}

void children_ask_to_stop(worker_child *child, uint64_t now)
{
        if (child->asked)
                return;
        child->asked = now;
        child->deadline = now + STOP_PATIENCE;
        if (kill(child->pid, SIGTERM) == 0)
                (void)kill(child->pid, SIGCONT); /* one that was stopped would not hear it */
}

bool children_end_hung(worker_children *children, uint64_t now, child_hung tell, void *data)
{
        bool any = false;
        for (size_t i = 0; i < CHILDREN_MAX; i++) {
                worker_child *child = &children->list[i];
                any |= child->stuck;
                if (!child->pid || now < child->deadline)
                        continue;
                if (!child->hung)
                        tell(data, child);
                child->stuck = child->hung;
                child->hung = true;
                child->deadline = now + KILL_PATIENCE;
                (void)kill(child->pid, SIGKILL);
        }
        return any;
}

void children_allow(worker_children *children, uint64_t gap)
{
        for (size_t i = 0; i < CHILDREN_MAX; i++)
                if (children->list[i].pid && children->list[i].deadline < UINT64_MAX - gap)
                        children->list[i].deadline += gap;
}

bool children_died(worker_children *children, const worker_child *child, uint64_t base, uint64_t max, uint64_t now)
{
        child_number *number = &children->numbers[child->number];
        if (child->ready && now - child->since >= LONG_LIFE)
                number->failures = 0;
        number->next_start = now + hart_backoff_delay(++number->failures, base, max, hart_random());
        uint64_t *oldest = &children->deaths[children->death_count++ % STORM_DEATHS];
        const uint64_t before = *oldest;
        *oldest = now;
        return number->failures >= STORM_IN_A_ROW || (before && now - before < STORM_TIME);
}
