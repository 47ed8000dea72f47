/* A daemon of several processes. The supervisor prepares what they share, forks them, and is the one systemd and people
 * deal with: it is ready when all are, says in one line what all do, answers /health and /metrics for all, replaces one
 * that died or hangs, and on a reload all of them, one after another. It has no connection and no thread. */
#ifndef HARTONOMOUS_WORKER_SUPERVISOR_H
#define HARTONOMOUS_WORKER_SUPERVISOR_H

#include "children.h"
#include "context.h"
#include "generation.h"

typedef struct worker_supervisor {
        hart_worker_context *context; /* the daemon's: settings in force, journal, telemetry, systemd */
        pid_t pid;
        worker_generation *current;  /* whose processes there should be */
        worker_generation *previous; /* while a reload replaces its processes: they come back where it fails */
        unsigned serials;
        unsigned prepare_failures;
        uint64_t next_prepare; /* hart_now() */
        worker_children children;
        int signals, notices;
        char notify_address[120];
        uint64_t last_heard; /* when notices were read */
        bool all_asked;      /* every process was asked */
} worker_supervisor;

/* Do these settings make several processes? */
bool supervisor_wanted(const hart_worker_context *context);
/* Until it is asked to stop, or cannot go on. Takes context->configuration. Returns the exit status. */
int supervisor_run(hart_worker_context *context);

/* supervisor_child.c: forks a process for that number. It does not return in the process itself. False where it could
 * not be had now. */
bool supervisor_fork(worker_supervisor *supervisor, unsigned number);

/* supervisor_processes.c: takes note of those that ended. */
void supervisor_reap(worker_supervisor *supervisor);
/* Starts those that are missing, replaces those of old settings, and lets go those that are not wanted any more. Is
 * there nothing left to do? */
bool supervisor_fill(worker_supervisor *supervisor, uint64_t now);

/* supervisor_reload.c */
void supervisor_reload(worker_supervisor *supervisor);
/* A process of the new settings did not become ready: the old ones come back. */
void supervisor_refuse(worker_supervisor *supervisor, const hart_error *why);
/* Every process has the new settings: the old ones are let go. */
void supervisor_reloaded(worker_supervisor *supervisor);

/* supervisor_report.c: what STATUS= and the metrics say. False where it must be said again within a second. */
bool supervisor_report(worker_supervisor *supervisor, uint64_t now);

#endif
