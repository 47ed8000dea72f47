/* What a daemon counts, in C11 atomics: its loop writes, the telemetry thread reads a snapshot at any time. Rendered as
 * Prometheus text (exposition format 0.0.4) and as the health document. What the broker knows of the queue comes as
 * text, under a lock. */
#ifndef HARTONOMOUS_WORKER_METRICS_H
#define HARTONOMOUS_WORKER_METRICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <threads.h>

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

typedef struct worker_metrics {
        const hart_worker *worker;
        size_t dependency_count;
        atomic_uint_fast64_t messages[METRICS_RESULTS];
        atomic_uint_fast64_t buckets[METRICS_BUCKETS + 1]; /* not cumulative; the last is +Inf */
        atomic_uint_fast64_t handle_microseconds;
        atomic_uint_fast64_t progress; /* hart_now() of the last progress */
        atomic_bool ready, postponed;  /* postponed: messages wait for something that is away */
        atomic_bool standing_by;
        atomic_int *dependencies;  /* metrics_dependency_state */
        atomic_uint_fast64_t *own; /* per worker->metrics: a count, or the bits of a double */
        mtx_t *lock;               /* of what follows */
        hart_buffer queue;         /* queue_figures_read */
} worker_metrics;

void metrics_open(worker_metrics *metrics, const hart_worker *worker);
void metrics_done(worker_metrics *metrics);

void metrics_messages(worker_metrics *metrics, metrics_result result, size_t count);
void metrics_handled(worker_metrics *metrics, uint64_t duration);
void metrics_count(worker_metrics *metrics, size_t metric, uint64_t add);
void metrics_gauge(worker_metrics *metrics, size_t metric, double value);
/* Takes what *queue holds, and gives back an empty one. */
void metrics_queue(worker_metrics *metrics, hart_buffer *queue);
const char *metrics_dependency_name(const worker_metrics *metrics, size_t dependency);
/* Position by name, SIZE_MAX where there is none. */
size_t metrics_dependency_find(const worker_metrics *metrics, const char *name);

void metrics_print(const worker_metrics *metrics, hart_buffer *out);
/* reference form {"status":…,"checks":[…]}; is it better than Unhealthy? */
bool metrics_print_health(const worker_metrics *metrics, uint64_t now, hart_buffer *out);

#endif
