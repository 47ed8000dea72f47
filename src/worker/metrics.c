#include "metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <hartonomous/clock.h>

const uint64_t metrics_bucket_bounds[METRICS_BUCKETS] = {1000,   2500,    5000,    10000,   25000,    100000,
                                                         250000, 1000000, 2500000, 5000000, 15000000, 60000000};

static const char *const result_names[METRICS_RESULTS] = {
        [METRICS_DONE] = "done",
        [METRICS_PUT_BACK] = "put_back",
        [METRICS_FAILED] = "failed",
        [METRICS_DEAD_LETTER] = "dead_letter",
};

void metrics_open(worker_metrics *metrics, const hart_worker *worker)
{
        *metrics = (worker_metrics){.worker = worker, .dependency_count = METRICS_OWN_DEPENDENCIES};
        while (worker->dependencies && worker->dependencies[metrics->dependency_count - METRICS_OWN_DEPENDENCIES])
                metrics->dependency_count++;
        metrics->dependencies = hart_allocate_array(metrics->dependency_count, sizeof *metrics->dependencies);
        metrics->own = hart_allocate_array(worker->metric_count + 1, sizeof *metrics->own);
        metrics->lock = hart_allocate(sizeof *metrics->lock);
        if (mtx_init(metrics->lock, mtx_plain) != thrd_success)
                abort();
        atomic_store(&metrics->progress, hart_now());
}

void metrics_done(worker_metrics *metrics)
{
        free(metrics->dependencies);
        free(metrics->own);
        mtx_destroy(metrics->lock);
        free(HART_TAKE(metrics->lock));
        hart_buffer_done(&metrics->queue);
        metrics->dependencies = NULL;
        metrics->own = NULL;
}

void metrics_messages(worker_metrics *metrics, metrics_result result, size_t count)
{
        atomic_fetch_add(&metrics->messages[result], count);
}

void metrics_handled(worker_metrics *metrics, uint64_t duration)
{
        size_t bucket = 0;
        while (bucket < METRICS_BUCKETS && duration > metrics_bucket_bounds[bucket])
                bucket++;
        atomic_fetch_add(&metrics->buckets[bucket], 1);
        atomic_fetch_add(&metrics->handle_microseconds, duration);
}

void metrics_count(worker_metrics *metrics, size_t metric, uint64_t add)
{
        if (metric < metrics->worker->metric_count)
                atomic_fetch_add(&metrics->own[metric], add);
}

void metrics_gauge(worker_metrics *metrics, size_t metric, double value)
{
        uint64_t bits = 0;
        memcpy(&bits, &value, sizeof bits);
        if (metric < metrics->worker->metric_count)
                atomic_store(&metrics->own[metric], bits);
}

void metrics_queue(worker_metrics *metrics, hart_buffer *queue)
{
        const hart_buffer before = metrics->queue;
        mtx_lock(metrics->lock);
        metrics->queue = *queue;
        mtx_unlock(metrics->lock);
        *queue = before;
        hart_buffer_clear(queue);
}

const char *metrics_dependency_name(const worker_metrics *metrics, size_t dependency)
{
        static const char *const every[] = {[METRICS_DATABASE] = "Database", [METRICS_BROKER] = "ServiceBroker"};
        return dependency < METRICS_OWN_DEPENDENCIES
                       ? every[dependency]
                       : metrics->worker->dependencies[dependency - METRICS_OWN_DEPENDENCIES];
}

size_t metrics_dependency_find(const worker_metrics *metrics, const char *name)
{
        for (size_t i = 0; i < metrics->dependency_count; i++)
                if (strcmp(metrics_dependency_name(metrics, i), name) == 0)
                        return i;
        return SIZE_MAX;
}

static uint64_t resident_bytes(void)
{
        char text[128] = "", *second = NULL; /* "total resident …", in pages */
        FILE *file = fopen("/proc/self/statm", "re");
        if (!file)
                return 0;
        const bool read = fgets(text, sizeof text, file) != NULL;
        fclose(file);
        (void)strtoull(text, &second, 10);
        return read ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static void head(hart_buffer *out, const char *name, const char *kind, const char *help)
{
        hart_buffer_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void print_messages(const worker_metrics *metrics, hart_buffer *out)
{
        const char *name = "hartonomous_messages_total";
        head(out, name, "counter", "Messages of the queue by what became of them.");
        for (size_t i = 0; i < METRICS_RESULTS; i++)
                hart_buffer_format(out, "%s{queue=\"%s\",result=\"%s\"} %" PRIuFAST64 "\n", name,
                                   metrics->worker->queue, result_names[i], atomic_load(&metrics->messages[i]));
}

static void print_histogram(const worker_metrics *metrics, hart_buffer *out)
{
        const char *name = "hartonomous_handle_seconds";
        head(out, name, "histogram", "Time from taking messages to the end of their transaction.");
        uint64_t sum = 0;
        for (size_t i = 0; i <= METRICS_BUCKETS; i++) {
                sum += atomic_load(&metrics->buckets[i]);
                hart_buffer_format(out, "%s_bucket{queue=\"%s\",le=\"", name, metrics->worker->queue);
                if (i < METRICS_BUCKETS)
                        hart_buffer_format(out, "%g", (double)metrics_bucket_bounds[i] / 1e6);
                else
                        hart_buffer_text(out, "+Inf");
                hart_buffer_format(out, "\"} %" PRIu64 "\n", sum);
        }
        hart_buffer_format(out, "%s_sum{queue=\"%s\"} %.6f\n%s_count{queue=\"%s\"} %" PRIu64 "\n", name,
                           metrics->worker->queue, (double)atomic_load(&metrics->handle_microseconds) / 1e6, name,
                           metrics->worker->queue, sum);
}

static void print_own(const worker_metrics *metrics, hart_buffer *out)
{
        for (size_t i = 0; i < metrics->worker->metric_count; i++) {
                const hart_metric *row = &metrics->worker->metrics[i];
                const uint64_t bits = atomic_load(&metrics->own[i]);
                double value = 0;
                memcpy(&value, &bits, sizeof value);
                head(out, row->name, row->kind == HART_METRIC_COUNTER ? "counter" : "gauge", row->help);
                if (row->kind == HART_METRIC_COUNTER)
                        hart_buffer_format(out, "%s %" PRIu64 "\n", row->name, bits);
                else
                        hart_buffer_format(out, "%s %.17g\n", row->name, value);
        }
}

void metrics_print(const worker_metrics *metrics, hart_buffer *out)
{
        head(out, "hartonomous_build_info", "gauge", "Always 1; which program this is.");
        hart_buffer_format(out, "hartonomous_build_info{program=\"hartonomous-%s\",version=\"%s\"} 1\n",
                           metrics->worker->name, HARTONOMOUS_VERSION);
        head(out, "hartonomous_up", "gauge", "1 once the daemon is ready.");
        hart_buffer_format(out, "hartonomous_up %d\n", atomic_load(&metrics->ready) ? 1 : 0);
        head(out, "hartonomous_standing_by", "gauge", "1 while the queue has all the readers it may have.");
        hart_buffer_format(out, "hartonomous_standing_by %d\n", atomic_load(&metrics->standing_by) ? 1 : 0);
        print_messages(metrics, out);
        mtx_lock(metrics->lock);
        hart_buffer_append(out, metrics->queue.data, metrics->queue.size);
        mtx_unlock(metrics->lock);
        print_histogram(metrics, out);
        head(out, "hartonomous_dependency_up", "gauge", "1 where the dependency answered when it was last used.");
        for (size_t i = 0; i < metrics->dependency_count; i++) {
                const int state = atomic_load(&metrics->dependencies[i]);
                if (state != METRICS_UNKNOWN)
                        hart_buffer_format(out, "hartonomous_dependency_up{dependency=\"%s\"} %d\n",
                                           metrics_dependency_name(metrics, i), state == METRICS_UP ? 1 : 0);
        }
        head(out, "process_resident_memory_bytes", "gauge", "Resident memory.");
        hart_buffer_format(out, "process_resident_memory_bytes %" PRIu64 "\n", resident_bytes());
        print_own(metrics, out);
}
