#include "metrics.h"

#include <hartonomous/clock.h>
#include <hartonomous/json.h>

/* A step may take this long without a sign of progress before the daemon counts as hung. */
#define LONGEST_SILENCE (60 * HART_SECOND)

typedef enum worker_health { HEALTHY, DEGRADED, UNHEALTHY } worker_health;
static const char *const names[] = {[HEALTHY] = "Healthy", [DEGRADED] = "Degraded", [UNHEALTHY] = "Unhealthy"};

/* Without PostgreSQL and the broker nothing is done; without another dependency some messages wait. One that has not
 * been needed yet is no fault. */
static worker_health dependency_health(const metrics_process *process, size_t dependency)
{
        switch (atomic_load(&process->dependencies[dependency])) {
        case METRICS_UP:
                return HEALTHY;
        case METRICS_UNKNOWN:
                return dependency < METRICS_OWN_DEPENDENCIES ? UNHEALTHY : HEALTHY;
        default:
                return dependency < METRICS_OWN_DEPENDENCIES ? UNHEALTHY : DEGRADED;
        }
}

static worker_health loop_health(const metrics_process *process, uint64_t now)
{
        const uint64_t progress = atomic_load(&process->progress);
        if (now > progress && now - progress > LONGEST_SILENCE)
                return UNHEALTHY;
        return atomic_load(&process->postponed) ? DEGRADED : HEALTHY;
}

static worker_health check(const metrics_process *process, const size_t *dependency, uint64_t now)
{
        return dependency ? dependency_health(process, *dependency) : loop_health(process, now);
}

/* Of a role's processes: all are well, some are, or none. One that should be there and is not is as one that is not
 * well: the loop's check says so. NULL dependency: the loop. */
static worker_health join(const metrics_board *board, metrics_role role, const size_t *dependency, uint64_t now)
{
        worker_health best = UNHEALTHY, worst = HEALTHY;
        unsigned missing = atomic_load(&board->wanted[role]), found = 0;
        for (size_t i = 0; i < board->places; i++) {
                const metrics_process *process = &board->process[i];
                if (atomic_load(&process->pid) == 0 || atomic_load(&process->role) != (int)role)
                        continue;
                const worker_health one = check(process, dependency, now);
                best = one < best ? one : best;
                worst = one > worst ? one : worst;
                missing -= missing > 0;
                found++;
        }
        if (missing > 0 && (!dependency || found == 0))
                worst = UNHEALTHY;
        return best == worst ? worst : best == UNHEALTHY ? UNHEALTHY : DEGRADED;
}

static worker_health joined(const worker_metrics *metrics, const size_t *dependency, uint64_t now)
{
        worker_health worst = HEALTHY;
        for (metrics_role role = METRICS_MAIN; role < METRICS_ROLES; role++) {
                if (atomic_load(&metrics->board->wanted[role]) == 0)
                        continue;
                const worker_health one = join(metrics->board, role, dependency, now);
                worst = one > worst ? one : worst;
        }
        return worst;
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
        const worker_health loop = joined(metrics, NULL, now);
        worker_health worst = loop;
        for (size_t i = 0; i < metrics->dependency_count; i++) {
                const worker_health one = joined(metrics, &i, now);
                worst = one > worst ? one : worst;
        }
        hart_json_writer writer = {.out = out};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "status");
        hart_json_put_text(&writer, names[worst]);
        hart_json_key(&writer, "checks");
        hart_json_begin_array(&writer);
        for (size_t i = 0; i < metrics->dependency_count; i++)
                put_check(&writer, metrics_dependency_name(metrics, i), joined(metrics, &i, now));
        put_check(&writer, "Worker", loop);
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
        return worst != UNHEALTHY;
}
