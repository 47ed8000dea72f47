#include "metrics.h"

#include <hartonomous/clock.h>
#include <hartonomous/json.h>

/* A step may take this long without a sign of progress before the daemon counts as hung. */
#define LONGEST_SILENCE (60 * HART_SECOND)

typedef enum worker_health { HEALTHY, DEGRADED, UNHEALTHY } worker_health;
static const char *const names[] = {[HEALTHY] = "Healthy", [DEGRADED] = "Degraded", [UNHEALTHY] = "Unhealthy"};

/* Without PostgreSQL and the broker nothing is done; without another dependency some messages wait. One that has not
 * been needed yet is no fault. */
static worker_health dependency_health(const worker_metrics *metrics, size_t dependency)
{
        switch (atomic_load(&metrics->dependencies[dependency])) {
        case METRICS_UP:
                return HEALTHY;
        case METRICS_UNKNOWN:
                return dependency < METRICS_OWN_DEPENDENCIES ? UNHEALTHY : HEALTHY;
        default:
                return dependency < METRICS_OWN_DEPENDENCIES ? UNHEALTHY : DEGRADED;
        }
}

static void put_check(hart_json_writer *writer, const char *name, worker_health health)
{
        hart_json_begin_object(writer);
        hart_json_key(writer, "name");
        hart_json_put_text(writer, name);
        hart_json_key(writer, "status");
        hart_json_put_text(writer, names[health]);
        hart_json_end_object(writer);
}

bool metrics_print_health(const worker_metrics *metrics, uint64_t now, hart_buffer *out)
{
        const uint64_t progress = atomic_load(&metrics->progress);
        const worker_health loop = now > progress && now - progress > LONGEST_SILENCE ? UNHEALTHY
                                   : atomic_load(&metrics->postponed)                 ? DEGRADED
                                                                                      : HEALTHY;
        worker_health worst = loop;
        for (size_t i = 0; i < metrics->dependency_count; i++) {
                const worker_health one = dependency_health(metrics, i);
                worst = one > worst ? one : worst;
        }
        hart_json_writer writer = {.out = out};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "status");
        hart_json_put_text(&writer, names[worst]);
        hart_json_key(&writer, "checks");
        hart_json_begin_array(&writer);
        for (size_t i = 0; i < metrics->dependency_count; i++)
                put_check(&writer, metrics_dependency_name(metrics, i), dependency_health(metrics, i));
        put_check(&writer, "Worker", loop);
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
        return worst != UNHEALTHY;
}
