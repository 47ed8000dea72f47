/* /metrics: the totals, and what the processes are, each or taken together. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "metrics.h"

/* A text that is replaced so often while it is copied is of no use to anybody. */
#define COPY_TRIES 3

static const char *const result_names[METRICS_RESULTS] = {
        [METRICS_DONE] = "done",
        [METRICS_PUT_BACK] = "put_back",
        [METRICS_FAILED] = "failed",
        [METRICS_DEAD_LETTER] = "dead_letter",
};

/* "total resident …", in pages. */
static uint64_t own_resident_bytes(void)
{
        char text[128] = "", *second = NULL;
        FILE *file = fopen("/proc/self/statm", "re");
        if (!file)
                return 0;
        const bool read = fgets(text, sizeof text, file) != NULL;
        fclose(file);
        (void)strtoull(text, &second, 10);
        return read ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

/* What processes share counts once when all their shares are added up. */
static uint64_t share_bytes(pid_t pid)
{
        char text[160];
        snprintf(text, sizeof text, "/proc/%d/smaps_rollup", (int)pid);
        FILE *file = fopen(text, "re");
        uint64_t kilobytes = 0;
        while (file && fgets(text, sizeof text, file))
                if (strncmp(text, "Pss:", 4) == 0)
                        kilobytes = strtoull(text + 4, NULL, 10);
        if (file)
                fclose(file);
        return kilobytes * 1024;
}

static uint64_t resident_bytes(const metrics_board *board)
{
        if (board->places == 1)
                return own_resident_bytes();
        uint64_t sum = share_bytes(getpid());
        for (size_t i = 0; i < board->places; i++) {
                const pid_t pid = atomic_load(&board->process[i].pid);
                sum += pid ? share_bytes(pid) : 0;
        }
        return sum;
}

static void head(hart_buffer *out, const char *name, const char *kind, const char *help)
{
        hart_buffer_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static size_t role_count(const worker_metrics *metrics)
{
        return metrics->worker->also ? METRICS_ROLES : METRICS_ALSO;
}

static void print_processes(const metrics_board *board, hart_buffer *out)
{
        unsigned ready = 0, standing_by = 0;
        for (size_t i = 0; i < board->places; i++) {
                if (atomic_load(&board->process[i].pid) == 0)
                        continue;
                ready += atomic_load(&board->process[i].ready);
                standing_by += atomic_load(&board->process[i].standing_by);
        }
        head(out, "hartonomous_up", "gauge", "1 once the daemon is ready.");
        hart_buffer_format(out, "hartonomous_up %d\n", atomic_load(&board->ready) ? 1 : 0);
        head(out, "hartonomous_standing_by", "gauge",
             "Processes for which the queue has no room: it has all the readers it may have.");
        hart_buffer_format(out, "hartonomous_standing_by %u\n", standing_by);
        head(out, "hartonomous_processes", "gauge", "Processes that are ready.");
        hart_buffer_format(out, "hartonomous_processes %u\n", ready);
        head(out, "hartonomous_processes_replaced_total", "counter",
             "Processes that ended unasked, and were replaced.");
        hart_buffer_format(out, "hartonomous_processes_replaced_total %" PRIuFAST64 "\n",
                           atomic_load(&board->replaced));
}

static void print_messages(const worker_metrics *metrics, hart_buffer *out)
{
        const char *name = "hartonomous_messages_total";
        head(out, name, "counter", "Messages of the queue by what became of them.");
        for (metrics_role role = METRICS_MAIN; role < role_count(metrics); role++)
                for (size_t i = 0; i < METRICS_RESULTS; i++)
                        hart_buffer_format(out, "%s{queue=\"%s\",result=\"%s\"} %" PRIuFAST64 "\n", name,
                                           metrics_queue_name(metrics, role), result_names[i],
                                           atomic_load(&metrics->board->totals[role].messages[i]));
}

/* The text in force, as long as nobody has begun to write over it. */
static void copy_queue(const metrics_totals *totals, hart_buffer *out)
{
        for (int tries = 0; tries < COPY_TRIES; tries++) {
                const unsigned version = atomic_load(&totals->queue_version);
                hart_buffer_clear(out);
                hart_buffer_append(out, totals->queue_text[version % 2], atomic_load(&totals->queue_size[version % 2]));
                atomic_thread_fence(memory_order_acquire);
                if (atomic_load(&totals->queue_version) == version)
                        return;
        }
        hart_buffer_clear(out);
}

/* The end of the metric that begins at `text`: where the next has its help, or at the last byte. */
static const char *end_of_metric(const char *text)
{
        const char *next = *text ? strstr(text + 1, "\n# HELP ") : NULL;
        return next ? next + 1 : text + strlen(text);
}

static void put_samples(const char *from, const char *end, hart_buffer *out)
{
        while (from < end) {
                const char *line = from;
                from = memchr(line, '\n', (size_t)(end - line));
                from = from ? from + 1 : end;
                if (*line != '#')
                        hart_buffer_append(out, line, (size_t)(from - line));
        }
}

/* Both queues' texts have the same metrics in the same order; each may have its help only once. */
static void print_queues(const worker_metrics *metrics, hart_buffer *out)
{
        hart_buffer texts[METRICS_ROLES] = {{0}, {0}};
        const char *at[METRICS_ROLES] = {"", ""};
        for (metrics_role role = METRICS_MAIN; role < role_count(metrics); role++) {
                copy_queue(&metrics->board->totals[role], &texts[role]);
                if (texts[role].size)
                        at[role] = (const char *)texts[role].data;
        }
        while (*at[METRICS_MAIN] || *at[METRICS_ALSO]) {
                bool first = true;
                for (metrics_role role = METRICS_MAIN; role < METRICS_ROLES; role++) {
                        const char *end = end_of_metric(at[role]);
                        if (first)
                                hart_buffer_append(out, at[role], (size_t)(end - at[role]));
                        else
                                put_samples(at[role], end, out);
                        first = first && at[role] == end;
                        at[role] = end;
                }
        }
        for (metrics_role role = METRICS_MAIN; role < METRICS_ROLES; role++)
                hart_buffer_done(&texts[role]);
}

static void print_histogram(const char *queue, const metrics_totals *totals, hart_buffer *out)
{
        const char *name = "hartonomous_handle_seconds";
        uint64_t sum = 0;
        for (size_t i = 0; i <= METRICS_BUCKETS; i++) {
                sum += atomic_load(&totals->buckets[i]);
                hart_buffer_format(out, "%s_bucket{queue=\"%s\",le=\"", name, queue);
                if (i < METRICS_BUCKETS)
                        hart_buffer_format(out, "%g", (double)metrics_bucket_bounds[i] / 1e6);
                else
                        hart_buffer_text(out, "+Inf");
                hart_buffer_format(out, "\"} %" PRIu64 "\n", sum);
        }
        hart_buffer_format(out, "%s_sum{queue=\"%s\"} %.6f\n%s_count{queue=\"%s\"} %" PRIu64 "\n", name, queue,
                           (double)atomic_load(&totals->handle_microseconds) / 1e6, name, queue, sum);
}

/* Down where it does not answer any one of the processes. */
static metrics_dependency_state joined_dependency(const metrics_board *board, size_t dependency)
{
        metrics_dependency_state joined = METRICS_UNKNOWN;
        for (size_t i = 0; i < board->places; i++) {
                const int state = atomic_load(&board->process[i].dependencies[dependency]);
                if (atomic_load(&board->process[i].pid) != 0 && (int)joined < state)
                        joined = (metrics_dependency_state)state;
        }
        return joined;
}

static void print_dependencies(const worker_metrics *metrics, hart_buffer *out)
{
        head(out, "hartonomous_dependency_up", "gauge", "1 where the dependency answered when it was last used.");
        for (size_t i = 0; i < metrics->dependency_count; i++) {
                const metrics_dependency_state state = joined_dependency(metrics->board, i);
                if (state != METRICS_UNKNOWN)
                        hart_buffer_format(out, "hartonomous_dependency_up{dependency=\"%s\"} %d\n",
                                           metrics_dependency_name(metrics, i), state == METRICS_UP ? 1 : 0);
        }
}

/* Nobody but the daemon's author knows whether gauges of several processes may be added: each has a sample. */
static void print_gauge(const metrics_board *board, size_t metric, const char *name, hart_buffer *out)
{
        for (size_t i = 0; i < board->places; i++) {
                const metrics_process *process = &board->process[i];
                const uint64_t bits = atomic_load(&process->gauges[metric]);
                double value = 0;
                memcpy(&value, &bits, sizeof value);
                if (atomic_load(&process->pid) == 0)
                        continue;
                if (board->places == 1)
                        hart_buffer_format(out, "%s %.17g\n", name, value);
                else
                        hart_buffer_format(out, "%s{process=\"%u\"} %.17g\n", name, atomic_load(&process->number),
                                           value);
        }
}

static void print_own(const worker_metrics *metrics, hart_buffer *out)
{
        for (size_t i = 0; i < metrics->worker->metric_count; i++) {
                const hart_metric *row = &metrics->worker->metrics[i];
                const bool counter = row->kind == HART_METRIC_COUNTER;
                head(out, row->name, counter ? "counter" : "gauge", row->help);
                if (counter)
                        hart_buffer_format(out, "%s %" PRIuFAST64 "\n", row->name,
                                           atomic_load(&metrics->board->counters[i]));
                else
                        print_gauge(metrics->board, i, row->name, out);
        }
}

void metrics_print(const worker_metrics *metrics, hart_buffer *out)
{
        const metrics_board *board = metrics->board;
        head(out, "hartonomous_build_info", "gauge", "Always 1; which program this is.");
        hart_buffer_format(out, "hartonomous_build_info{program=\"hartonomous-%s\",version=\"%s\"} 1\n",
                           metrics->worker->name, HARTONOMOUS_VERSION);
        print_processes(board, out);
        print_messages(metrics, out);
        print_queues(metrics, out);
        head(out, "hartonomous_handle_seconds", "histogram",
             "Time from taking messages to the end of their transaction.");
        for (metrics_role role = METRICS_MAIN; role < role_count(metrics); role++)
                print_histogram(metrics_queue_name(metrics, role), &board->totals[role], out);
        print_dependencies(metrics, out);
        head(out, "process_resident_memory_bytes", "gauge",
             "Resident memory; what several processes share counts once.");
        hart_buffer_format(out, "process_resident_memory_bytes %" PRIu64 "\n", resident_bytes(board));
        print_own(metrics, out);
}
