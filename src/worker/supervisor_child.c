/* From the supervisor to a process that takes messages. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "supervisor.h"

/* The daemon's worker, with the functions of its `also`. */
static hart_worker other_worker(const hart_worker *worker)
{
        hart_worker other = *worker;
        const hart_worker *also = worker->also;
        other.queue = also->queue;
        other.open = also->open;
        other.handle = also->handle;
        other.maintain = also->maintain;
        other.close = also->close;
        return other;
}

/* What the supervisor has open for itself. */
static void leave_supervisor(const worker_supervisor *supervisor, unsigned number)
{
        sigset_t of_supervisor;
        sigemptyset(&of_supervisor);
        sigaddset(&of_supervisor, SIGCHLD);
        sigprocmask(SIG_UNBLOCK, &of_supervisor, NULL);
        close(supervisor->signals);
        close(supervisor->notices);
        telemetry_abandon(supervisor->context->telemetry);
        char own[24];
        snprintf(own, sizeof own, "%.10s/%u", supervisor->context->worker->name, number);
        prctl(PR_SET_NAME, own); /* what ps and top show */
        snprintf(own, sizeof own, "%d", (int)getpid());
        setenv("NOTIFY_SOCKET", supervisor->notify_address, 1);
        if (supervisor->children.watchdog)
                setenv("WATCHDOG_PID", own, 1);
}

static int run_child(const worker_supervisor *supervisor, unsigned number, metrics_process *place)
{
        const hart_worker_context *daemon = supervisor->context;
        const worker_generation *generation = supervisor->current;
        const hart_worker other = number ? *daemon->worker : other_worker(daemon->worker);
        const char *batch_size = number ? NULL : daemon->worker->also->batch_size;
        hart_worker_context context = {
                .worker = &other,
                .arguments = daemon->arguments,
                .configuration = generation->configuration,
                .state = generation->state,
                .prepared = true,
                .one_of_several = true,
                .serial = generation->serial,
                .number = number,
                .batch_size = batch_size ? strtol(batch_size, NULL, 10) : 0,
                .looks_after_broker = number == 1,
                .tells_queue = number <= 1 && generation->configuration->common.telemetry,
                .exit_status = HART_EXIT_OK,
                .journal = daemon->journal,
                .metrics = daemon->metrics,
        };
        memcpy(context.identifier, daemon->identifier, sizeof context.identifier);
        snprintf(context.application_name, sizeof context.application_name, "%.50s/%u", daemon->identifier, number);
        context.journal.level = (hart_log_level)(HART_LOG_ERR + generation->configuration->common.log_level);
        atomic_store(&place->pid, getpid());
        metrics_sit_down(&context.metrics, place);
        supervision_open(&context.supervision);
        return process_run(&context);
}

bool supervisor_fork(worker_supervisor *supervisor, unsigned number)
{
        hart_worker_context *context = supervisor->context;
        const metrics_role role = number ? METRICS_MAIN : METRICS_ALSO;
        metrics_process *place = metrics_take_place(&context->metrics, role, number, supervisor->pid);
        worker_child *child = place ? children_add(&supervisor->children, supervisor->pid, number,
                                                   supervisor->current->serial, hart_now())
                                    : NULL;
        if (!child)
                return false;
        child->place = place;
        fflush(NULL);
        const pid_t pid = fork();
        if (pid < 0) {
                static const char *const fields[] = {"EVENT=process-ended", NULL};
                context_log(context, HART_LOG_WARNING, fields, "Cannot start process %u, it is tried again: %s", number,
                            strerror(errno));
                children_remove(child);
                return false;
        }
        if (pid == 0) {
                /* Without its supervisor nobody would stop it; one that died before this line does not send the signal.
                 */
                if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != supervisor->pid)
                        _exit(HART_EXIT_FAILURE);
                leave_supervisor(supervisor, number);
                exit(run_child(supervisor, number, place));
        }
        child->pid = pid;
        atomic_store(&place->pid, pid);
        return true;
}
