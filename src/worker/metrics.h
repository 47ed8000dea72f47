/* What a daemon counts, in C11 atomics: its loop writes, telemetry reads a snapshot at any time. All of it lies in one
 * board of shared memory, also where there is only one process: of several, each counts into the same totals, which
 * so outlive it, and has a place of its own for what it is at present. Nothing there is locked: a process that hangs or
 * was killed holds up nobody. Rendered as Prometheus text (exposition format 0.0.4) and as the health document. */
#ifndef HARTONOMOUS_WORKER_METRICS_H
#define HARTONOMOUS_WORKER_METRICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <hartonomous/memory.h>
#include <hartonomous/worker.h>

typedef enum metrics_result {
        METRICS_DONE,
        METRICS_PUT_BACK,
        METRICS_FAILED,
        METRICS_DEAD_LETTER,
        METRICS_RESULTS
} metrics_result;

typedef enum metrics_dependency_state { METRICS_UNKNOWN, METRICS_UP, METRICS_DOWN } metrics_dependency_state;

#define METRICS_BUCKETS 12
extern const uint64_t metrics_bucket_bounds[METRICS_BUCKETS]; /* microseconds, inclusive */

/* Dependencies 0 and 1 of every daemon; its own follow. */
enum { METRICS_DATABASE = 0, METRICS_BROKER = 1, METRICS_OWN_DEPENDENCIES = 2 };

enum { METRICS_DEPENDENCIES_MAX = 16, METRICS_QUEUE_TEXT_MAX = 32768 };

/* The daemon's own queue, and that of its worker->also. */
typedef enum metrics_role { METRICS_MAIN, METRICS_ALSO, METRICS_ROLES } metrics_role;

/* Of all processes of a role together. What the broker knows of the queue is text, twice: it is written into the one
 * that is not in force. */
typedef struct metrics_totals {
        atomic_uint_fast64_t messages[METRICS_RESULTS];
        atomic_uint_fast64_t buckets[METRICS_BUCKETS + 1]; /* not cumulative; the last is +Inf */
        atomic_uint_fast64_t handle_microseconds;
        atomic_uint queue_version;
        atomic_size_t queue_size[2];
        char queue_text[2][METRICS_QUEUE_TEXT_MAX];
} metrics_totals;

/* Of one process. */
typedef struct metrics_process {
        atomic_int pid; /* 0: nobody's place */
        atomic_uint number;
        atomic_int role;
        atomic_uint_fast64_t progress; /* hart_now() of the last progress */
        atomic_bool ready, postponed;  /* postponed: messages wait for something that is away */
        atomic_bool standing_by;
        atomic_int dependencies[METRICS_DEPENDENCIES_MAX];    /* metrics_dependency_state */
        atomic_uint_fast64_t gauges[HART_WORKER_METRICS_MAX]; /* the bits of a double */
} metrics_process;

typedef struct metrics_board {
        atomic_bool ready;                 /* the daemon as a whole */
        atomic_uint wanted[METRICS_ROLES]; /* so many processes should be there */
        atomic_uint_fast64_t replaced;     /* processes that ended unasked */
        atomic_uint reason_told;           /* serial of the settings of which a process said why they cannot be used */
        metrics_totals totals[METRICS_ROLES];
        atomic_uint_fast64_t counters[HART_WORKER_METRICS_MAX];
        size_t places;
        metrics_process process[];
} metrics_board;

typedef struct worker_metrics {
        const hart_worker *worker; /* the daemon's, not its `also` */
        size_t dependency_count;
        metrics_board *board;
        metrics_totals *totals;   /* this process's role's */
        metrics_process *process; /* this process's place; NULL in one that takes no messages itself */
} worker_metrics;

/* A board for one process, or for so many places. */
void metrics_open(worker_metrics *metrics, const hart_worker *worker);
void metrics_open_board(worker_metrics *metrics, const hart_worker *worker, size_t places);
void metrics_done(worker_metrics *metrics);
/* A place that is free from now on until its pid is set to 0; NULL where there is none. */
metrics_process *metrics_take_place(worker_metrics *metrics, metrics_role role, unsigned number, pid_t pid);
/* This process's metrics are that place's from now on. */
void metrics_sit_down(worker_metrics *metrics, metrics_process *place);

void metrics_messages(worker_metrics *metrics, metrics_result result, size_t count);
void metrics_handled(worker_metrics *metrics, uint64_t duration);
void metrics_count(worker_metrics *metrics, size_t metric, uint64_t add);
void metrics_gauge(worker_metrics *metrics, size_t metric, double value);
/* What the broker knows of the queue. Text that is too long loses its last lines. */
void metrics_queue(worker_metrics *metrics, const hart_buffer *queue);
const char *metrics_dependency_name(const worker_metrics *metrics, size_t dependency);
/* Position by name, SIZE_MAX where there is none. */
size_t metrics_dependency_find(const worker_metrics *metrics, const char *name);
const char *metrics_queue_name(const worker_metrics *metrics, metrics_role role);

void metrics_print(const worker_metrics *metrics, hart_buffer *out);
/* reference form {"status":…,"checks":[…]}; is it better than Unhealthy? Where some processes of several are well, the
 * daemon is Degraded. */
bool metrics_print_health(const worker_metrics *metrics, uint64_t now, hart_buffer *out);

#endif
