/* One process that takes messages: its event loop, from the first connection to the last. */
#include <signal.h>
#include <sys/signalfd.h>

#include "context.h"
#include "reload.h"

/* Soon: a daemon that never lives for long looks after the broker too. */
#define FIRST_UPKEEP (2 * HART_SECOND)

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
        (void)source;
        (void)info;
        hart_worker_context *context = data;
        if (!context->stopping)
                context->stop_asked = hart_now();
        context->stopping = true;
        return 0;
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
        (void)source;
        hart_worker_context *context = data;
        if (!context->one_of_several) /* others take its place instead */
                reload_asked(context, info->ssi_code, info->ssi_int, (pid_t)info->ssi_pid);
        return 0;
}

static hart_code open_events(hart_worker_context *context, hart_error *err)
{
        static const struct {
                int signal;
                sd_event_signal_handler_t handler;
        } rows[] = {{SIGTERM, on_stop}, {SIGINT, on_stop}, {SIGHUP, on_reload}};
        sigset_t set;
        sigemptyset(&set);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                sigaddset(&set, rows[i].signal);
        /* Before the first thread is there, so that all inherit it. */
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
                return hart_fail(err, HART_FATAL, "cannot arrange signals");
        int result = sd_event_new(&context->event);
        for (size_t i = 0; i < sizeof rows / sizeof *rows && result >= 0; i++) {
                sd_event_source *source = NULL;
                result = sd_event_add_signal(context->event, &source, rows[i].signal, rows[i].handler, context);
                if (result >= 0) {
                        sd_event_source_set_priority(source, SD_EVENT_PRIORITY_IMPORTANT);
                        result = sd_event_source_set_floating(source, 1);
                        sd_event_source_unref(source);
                }
        }
        return result < 0 ? hart_fail_errno(err, HART_FATAL, -result, "cannot make the event loop") : HART_OK;
}

static uint64_t earlier(uint64_t one, uint64_t other)
{
        return one < other ? one : other;
}

/* How long the loop may sleep now; 0 where there is work. */
static uint64_t idle_time(hart_worker_context *context, uint64_t now)
{
        uint64_t until = now;
        const uint64_t aside = upkeep_due(context);
        if (!context->pg)
                until = context->next_connect;
        else if (!context->broker)
                until = earlier(context->next_join, aside);
        else if (context->sleeping)
                until = earlier(context->next_poll, aside);
        else if (context->next_delivery > now)
                until = earlier(context->next_delivery, aside);
        if (context->stopping || context->reload || until <= now)
                return 0;
        uint64_t time = earlier(until - now, supervision_longest_sleep(&context->supervision));
        return context_status(context, now) ? time : earlier(time, HART_SECOND);
}

static void run(hart_worker_context *context)
{
        while (!context->stopping) {
                const uint64_t now = hart_now();
                context_progress(context, now);
                if (context->reload)
                        reload_step(context);
                if (!context->pg)
                        connection_step(context, now);
                else if (!context->broker)
                        connection_join(context, now);
                else
                        delivery_step(context, now);
                if (!context->stopping && context->pg)
                        upkeep_step(context, now);
                context_status(context, hart_now());
                context_events(context, context->stopping ? 0 : idle_time(context, hart_now()));
        }
}

static void stop(hart_worker_context *context)
{
        static const char *const stopped[] = {"EVENT=stopped", NULL}, *const one[] = {"EVENT=process-stopped", NULL};
        if (context->exit_status == HART_EXIT_OK)
                supervision_stopping(&context->supervision, hart_now());
        atomic_store(&context->metrics.process->ready, false);
        if ((context->opened || context->worker->prepare) && context->worker->close)
                context->worker->close(context->state);
        connection_close(context);
        telemetry_close(context->telemetry);
        context->telemetry = NULL;
        if (context->exit_status == HART_EXIT_OK)
                context_log(context, context->one_of_several ? HART_LOG_DEBUG : HART_LOG_INFO,
                            context->one_of_several ? one : stopped, "Stopped in order after %llu messages",
                            (unsigned long long)context->done);
}

int process_run(hart_worker_context *context)
{
        hart_error error = {0};
        const uint64_t now = hart_now();
        context->outcome_counts =
                hart_allocate_array(context->worker->metric_count + 1, sizeof *context->outcome_counts);
        context->rate_since = now;
        context->next_upkeep = context->looks_after_broker ? now + upkeep_interval(FIRST_UPKEEP) : UINT64_MAX;
        context->next_maintenance = now + upkeep_interval(context->configuration->loop.maintenance);
        if (open_events(context, &error) == HART_OK) {
                if (!context->one_of_several)
                        telemetry_start(context);
                run(context);
                stop(context);
        } else {
                context_end(context, HART_EXIT_FAILURE, "EVENT=fatal", &error);
        }
        sd_event_unref(context->event);
        context->event = NULL;
        hart_buffer_done(&context->outcome_lines);
        free(HART_TAKE(context->outcome_counts));
        return context->exit_status;
}
