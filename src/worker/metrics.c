#include "metrics.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <hartonomous/clock.h>

const uint64_t metrics_bucket_bounds[METRICS_BUCKETS] = {1000,   2500,    5000,    10000,   25000,    100000,
                                                         250000, 1000000, 2500000, 5000000, 15000000, 60000000};

static size_t board_size(size_t places)
{
        return sizeof(metrics_board) + places * sizeof(metrics_process);
}

void metrics_open_board(worker_metrics *metrics, const hart_worker *worker, size_t places)
{
        *metrics = (worker_metrics){.worker = worker, .dependency_count = METRICS_OWN_DEPENDENCIES};
        while (worker->dependencies && worker->dependencies[metrics->dependency_count - METRICS_OWN_DEPENDENCIES])
                metrics->dependency_count++;
        if (worker->metric_count > HART_WORKER_METRICS_MAX || metrics->dependency_count > METRICS_DEPENDENCIES_MAX) {
                fprintf(stderr, "hartonomous-%s has too many metrics or dependencies\n", worker->name);
                abort();
        }
        void *board = mmap(NULL, board_size(places), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (board == MAP_FAILED) {
                perror("shared memory for metrics");
                abort();
        }
        metrics->board = board;
        metrics->board->places = places;
        metrics->totals = &metrics->board->totals[METRICS_MAIN];
}

void metrics_open(worker_metrics *metrics, const hart_worker *worker)
{
        metrics_open_board(metrics, worker, 1);
        atomic_store(&metrics->board->wanted[METRICS_MAIN], 1);
        metrics_sit_down(metrics, metrics_take_place(metrics, METRICS_MAIN, 0, getpid()));
}

void metrics_done(worker_metrics *metrics)
{
        if (metrics->board)
                munmap(metrics->board, board_size(metrics->board->places));
        *metrics = (worker_metrics){0};
}

metrics_process *metrics_take_place(worker_metrics *metrics, metrics_role role, unsigned number, pid_t pid)
{
        for (size_t i = 0; i < metrics->board->places; i++) {
                metrics_process *place = &metrics->board->process[i];
                if (atomic_load(&place->pid) != 0)
                        continue;
                memset(place, 0, sizeof *place);
                atomic_store(&place->number, number);
                atomic_store(&place->role, role);
                atomic_store(&place->progress, hart_now());
                atomic_store(&place->pid, pid);
                return place;
        }
        return NULL;
}

void metrics_sit_down(worker_metrics *metrics, metrics_process *place)
{
        metrics->process = place;
        metrics->totals = &metrics->board->totals[atomic_load(&place->role)];
}

void metrics_messages(worker_metrics *metrics, metrics_result result, size_t count)
{
        atomic_fetch_add(&metrics->totals->messages[result], count);
}

void metrics_handled(worker_metrics *metrics, uint64_t duration)
{
        size_t bucket = 0;
        while (bucket < METRICS_BUCKETS && duration > metrics_bucket_bounds[bucket])
                bucket++;
        atomic_fetch_add(&metrics->totals->buckets[bucket], 1);
        atomic_fetch_add(&metrics->totals->handle_microseconds, duration);
}

void metrics_count(worker_metrics *metrics, size_t metric, uint64_t add)
{
        if (metric < metrics->worker->metric_count)
                atomic_fetch_add(&metrics->board->counters[metric], add);
}

void metrics_gauge(worker_metrics *metrics, size_t metric, double value)
{
        uint64_t bits = 0;
        memcpy(&bits, &value, sizeof bits);
        if (metric < metrics->worker->metric_count && metrics->process)
                atomic_store(&metrics->process->gauges[metric], bits);
}

void metrics_queue(worker_metrics *metrics, const hart_buffer *queue)
{
        metrics_totals *totals = metrics->totals;
        const unsigned next = atomic_load(&totals->queue_version) + 1;
        size_t size = queue->size;
        if (size > METRICS_QUEUE_TEXT_MAX)
                for (size = METRICS_QUEUE_TEXT_MAX; size > 0 && queue->data[size - 1] != '\n';)
                        size--;
        if (size > 0)
                memcpy(totals->queue_text[next % 2], queue->data, size);
        atomic_store(&totals->queue_size[next % 2], size);
        atomic_store(&totals->queue_version, next);
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

const char *metrics_queue_name(const worker_metrics *metrics, metrics_role role)
{
        return role == METRICS_MAIN ? metrics->worker->queue : metrics->worker->also->queue;
}
