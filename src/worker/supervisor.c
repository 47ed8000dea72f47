#include "supervisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* With nothing to do. */
#define LONGEST_SLEEP (10 * HART_SECOND)
/* Beyond what was meant to be slept, the supervisor itself did not run: its machine or group was frozen, or something
 * was prepared. */
#define LONG_GAP HART_SECOND

bool supervisor_wanted(const hart_worker_context *context)
{
        return context->worker->prepare && (context->worker->also || context->configuration->loop.workers > 1);
}

static void take_signals(worker_supervisor *supervisor)
{
        hart_worker_context *context = supervisor->context;
        struct signalfd_siginfo info;
        while (read(supervisor->signals, &info, sizeof info) == (ssize_t)sizeof info) {
                if (info.ssi_signo == SIGHUP)
                        reload_asked(context, info.ssi_code, info.ssi_int, (pid_t)info.ssi_pid);
                else if (info.ssi_signo != SIGCHLD)
                        context->stopping = true;
        }
}

static void take_notices(worker_supervisor *supervisor)
{
        worker_notice notice;
        while (notices_read(supervisor->notices, &notice)) {
                const worker_child *child = children_heard(&supervisor->children, &notice, hart_now());
                if (child && notice.extension && !supervisor->context->supervision.ready)
                        supervision_progress(&supervisor->context->supervision, hart_now());
        }
}

static void tell_hung(void *data, const worker_child *child)
{
        static const char *const fields[] = {"EVENT=process-hung", NULL};
        const worker_supervisor *supervisor = data;
        context_log(supervisor->context, HART_LOG_ERR, fields, "Process %u (%d) %s and is ended; it last said: %s",
                    child->number, (int)child->pid, child->asked ? "does not stop" : "gives no sign of life",
                    child->status);
}

static bool prepare_step(worker_supervisor *supervisor, uint64_t now)
{
        hart_worker_context *context = supervisor->context;
        if (supervisor->current->prepared)
                return true;
        supervision_progress(&context->supervision, now);
        if (now < supervisor->next_prepare)
                return false;
        context_activity(context, "Preparing");
        supervisor_report(supervisor, now);
        hart_error error = {0};
        const hart_code code = generation_prepare(supervisor->current, context->arguments.config_dir, &error);
        if (code == HART_RETRY) {
                const worker_settings *loop = &context->configuration->loop;
                const uint64_t delay = hart_backoff_delay(++supervisor->prepare_failures, loop->retry_base,
                                                          loop->retry_max, hart_random());
                supervisor->next_prepare = hart_now() + (delay > error.retry_after ? delay : error.retry_after);
                context_activity(context, "Waiting for a dependency (%u tries): %.100s", supervisor->prepare_failures,
                                 error.text);
        } else if (code != HART_OK) {
                context_end(context, code == HART_CONFIG ? HART_EXIT_CONFIG : HART_EXIT_FAILURE,
                            code == HART_CONFIG ? "EVENT=settings-invalid" : "EVENT=fatal", &error);
        }
        return code == HART_OK;
}

static void tell_ready(worker_supervisor *supervisor, uint64_t now)
{
        static const char *const fields[] = {"EVENT=started", NULL};
        hart_worker_context *context = supervisor->context;
        atomic_store(&context->metrics.board->ready, true);
        supervision_ready(&context->supervision, now);
        context_log(context, HART_LOG_INFO, fields, "hartonomous-%s %s takes messages from %s%s%s in %zu processes",
                    context->worker->name, HARTONOMOUS_VERSION, context->worker->queue,
                    context->worker->also ? " and " : "", context->worker->also ? context->worker->also->queue : "",
                    children_count(&supervisor->children));
}

/* Returns whether all have ended. */
static bool stop_step(worker_supervisor *supervisor, uint64_t now)
{
        hart_worker_context *context = supervisor->context;
        if (!supervisor->all_asked && context->exit_status == HART_EXIT_OK)
                supervision_stopping(&context->supervision, now);
        supervisor->all_asked = true;
        for (size_t i = 0; i < CHILDREN_MAX; i++)
                if (supervisor->children.list[i].pid)
                        children_ask_to_stop(&supervisor->children.list[i], now);
        return children_count(&supervisor->children) == 0;
}

static void work_step(worker_supervisor *supervisor, uint64_t now)
{
        hart_worker_context *context = supervisor->context;
        if (context->reload)
                supervisor_reload(supervisor);
        if (!prepare_step(supervisor, now) || context->stopping)
                return;
        const bool all = supervisor_fill(supervisor, now);
        if (all && !context->supervision.ready)
                tell_ready(supervisor, now);
        if (all && supervisor->previous)
                supervisor_reloaded(supervisor);
}

/* Microseconds until something is due. */
static uint64_t idle_time(const worker_supervisor *supervisor, bool said, uint64_t now)
{
        const worker_children *children = &supervisor->children;
        const uint64_t limits[] = {supervision_longest_sleep(&supervisor->context->supervision),
                                   telemetry_longest_sleep(supervisor->context->telemetry)};
        uint64_t until = now + (said ? LONGEST_SLEEP : HART_SECOND);
        for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
                if (limits[i] < until - now)
                        until = now + limits[i];
        if (!supervisor->current->prepared && supervisor->next_prepare < until)
                until = supervisor->next_prepare;
        for (size_t i = 0; i < CHILDREN_MAX; i++)
                if (children->list[i].pid && children->list[i].deadline < until)
                        until = children->list[i].deadline;
        for (size_t i = 0; i < CHILD_NUMBERS; i++)
                if (children->numbers[i].next_start > now && children->numbers[i].next_start < until)
                        until = children->numbers[i].next_start;
        return until > now ? until - now : 0;
}

/* Sleeps until something comes, at most for that time, and takes it in. */
static void await_events(worker_supervisor *supervisor, uint64_t time)
{
        struct pollfd awaited[] = {
                {.fd = supervisor->signals, .events = POLLIN},
                {.fd = supervisor->notices, .events = POLLIN},
                {.fd = telemetry_fd(supervisor->context->telemetry), .events = POLLIN},
        };
        (void)poll(awaited, sizeof awaited / sizeof *awaited, (int)((time + HART_MILLISECOND - 1) / HART_MILLISECOND));
        const uint64_t since = hart_now() - supervisor->last_heard;
        if (since > time + LONG_GAP)
                children_allow(&supervisor->children, since - time);
        take_signals(supervisor);
        take_notices(supervisor);
        supervisor->last_heard = hart_now();
        telemetry_step(supervisor->context->telemetry);
        supervisor_reap(supervisor);
}

static void run(worker_supervisor *supervisor)
{
        hart_worker_context *context = supervisor->context;
        for (supervisor->last_heard = hart_now();;) {
                const uint64_t now = hart_now();
                /* Before anything that takes its time: what they have said was just read. */
                if (!children_end_hung(&supervisor->children, now, tell_hung, supervisor) && context->supervision.ready)
                        supervision_progress(&context->supervision, now);
                if (!context->stopping)
                        work_step(supervisor, now);
                if (context->stopping && stop_step(supervisor, hart_now()))
                        return;
                const bool said = supervisor_report(supervisor, hart_now());
                await_events(supervisor, idle_time(supervisor, said, hart_now()));
        }
}

static hart_code open_events(worker_supervisor *supervisor, hart_error *err)
{
        static const int rows[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
        sigset_t set;
        sigemptyset(&set);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                sigaddset(&set, rows[i]);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
                return hart_fail(err, HART_FATAL, "cannot arrange signals");
        supervisor->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        if (supervisor->signals < 0)
                return hart_fail_errno(err, HART_FATAL, errno, "cannot await signals");
        return notices_open(&supervisor->notices, supervisor->notify_address, err);
}

static void close_all(worker_supervisor *supervisor)
{
        hart_worker_context *context = supervisor->context;
        telemetry_close(context->telemetry);
        context->telemetry = NULL;
        context->configuration = NULL; /* its generation's */
        generation_close(supervisor->current);
        generation_close(supervisor->previous);
        metrics_done(&context->metrics);
        if (supervisor->signals >= 0)
                close(supervisor->signals);
        if (supervisor->notices >= 0)
                close(supervisor->notices);
}

int supervisor_run(hart_worker_context *context)
{
        static const char *const stopped[] = {"EVENT=stopped", NULL};
        worker_supervisor supervisor = {
                .context = context, .pid = getpid(), .serials = 1, .signals = -1, .notices = -1};
        hart_error error = {0};
        context->supervises = true;
        context->rate_since = hart_now();
        supervisor.current = generation_open(context->worker, context->configuration, supervisor.serials);
        supervisor.children.watchdog = context->supervision.watchdog;
        metrics_open_board(&context->metrics, context->worker, CHILDREN_MAX);
        if (open_events(&supervisor, &error) == HART_OK) {
                telemetry_start(context);
                run(&supervisor);
                if (context->exit_status == HART_EXIT_OK)
                        context_log(context, HART_LOG_INFO, stopped, "Stopped in order after %llu messages",
                                    (unsigned long long)context->done);
        } else {
                context_end(context, HART_EXIT_FAILURE, "EVENT=fatal", &error);
        }
        const int exit_status = context->exit_status;
        close_all(&supervisor);
        return exit_status;
}
