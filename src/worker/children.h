/* The processes of a daemon, as their supervisor sees them. Each has a number: those that take messages from the
 * daemon's queue count from 1, worker->also is 0. While one takes another's place, two have the same number. */
#ifndef HARTONOMOUS_WORKER_CHILDREN_H
#define HARTONOMOUS_WORKER_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <hartonomous/worker.h>

#include "metrics.h"
#include "notices.h"
#include "supervision.h"

enum { CHILD_NUMBERS = HART_WORKER_PROCESSES_MAX + 1, CHILDREN_MAX = 2 * CHILD_NUMBERS };

typedef struct worker_child {
        pid_t pid; /* 0: nobody */
        unsigned number, serial;
        bool ready, hung, stuck; /* hung: it was killed; stuck: in vain */
        uint64_t asked;          /* hart_now() when it was asked to stop; 0: it was not */
        uint64_t deadline;       /* hart_now() by which it must give a sign; UINT64_MAX: nobody watches */
        uint64_t since;          /* hart_now() when it became ready */
        metrics_process *place;
        char status[SUPERVISION_STATUS_MAX];
} worker_child;

/* What is known of a number, whoever has it. */
typedef struct child_number {
        unsigned failures;   /* processes in a row that ended unasked and soon */
        uint64_t next_start; /* hart_now() before which none is started */
} child_number;

#define STORM_DEATHS 20
typedef struct worker_children {
        worker_child list[CHILDREN_MAX];
        child_number numbers[CHILD_NUMBERS];
        uint64_t watchdog;             /* 0: nobody watches */
        uint64_t deaths[STORM_DEATHS]; /* when the last ones died unasked, in a ring */
        size_t death_count;
} worker_children;

worker_child *children_find(worker_children *children, pid_t pid);
/* One that has the number and was not asked to stop, of that serial, or (same false) of any other. NULL: none. */
worker_child *children_of_number(worker_children *children, unsigned number, unsigned serial, bool same);
size_t children_count(const worker_children *children);
/* Notes a new process; NULL where there is no room. */
worker_child *children_add(worker_children *children, pid_t pid, unsigned number, unsigned serial, uint64_t now);
void children_remove(worker_child *child);
/* What it said of itself. Returns who it is, NULL for a stranger. */
worker_child *children_heard(worker_children *children, const worker_notice *notice, uint64_t now);
void children_ask_to_stop(worker_child *child, uint64_t now);
/* Ends those that have been silent for too long, or do not stop; returns whether any lives on all the same. */
typedef void (*child_hung)(void *data, const worker_child *child);
bool children_end_hung(worker_children *children, uint64_t now, child_hung tell, void *data);
/* The supervisor itself did not run for that long: nobody could be heard. */
void children_allow(worker_children *children, uint64_t gap);
/* One ended unasked. Returns whether too many have of late. Its number rests for a while. */
bool children_died(worker_children *children, const worker_child *child, uint64_t base, uint64_t max, uint64_t now);

#endif
