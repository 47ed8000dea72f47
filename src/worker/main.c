/* hart_worker_main: from the command line to the exit status. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>

#include <microhttpd.h>

#include <hartonomous/standard_streams.h>

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
        context->reload = true;
        if (info->ssi_code == SI_QUEUE && info->ssi_int == RELOAD_MARK)
                context->reloader = (pid_t)info->ssi_pid;
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
        static const char *const stopped[] = {"EVENT=stopped", NULL};
        if (context->exit_status == HART_EXIT_OK)
                supervision_stopping(&context->supervision, hart_now());
        atomic_store(&context->metrics.ready, false);
        if (context->opened && context->worker->close)
                context->worker->close(context->state);
        connection_close(context);
        telemetry_close(context->telemetry);
        context->telemetry = NULL;
        if (context->exit_status == HART_EXIT_OK)
                context_log(context, HART_LOG_INFO, stopped, "Stopped in order after %llu messages",
                            (unsigned long long)context->done);
}

static int serve(hart_worker_context *context)
{
        hart_error error = {0};
        const hart_worker *worker = context->worker;
        supervision_open(&context->supervision);
        if (configuration_open(&context->configuration, worker, context->arguments.config_dir,
                               context->arguments.instance, &error) != HART_OK) {
                context_end(context, error.code == HART_CONFIG ? HART_EXIT_CONFIG : HART_EXIT_FAILURE,
                            "EVENT=settings-invalid", &error);
                return context->exit_status;
        }
        context->journal.level = (hart_log_level)(HART_LOG_ERR + context->configuration->common.log_level);
        context->state = hart_allocate(worker->state_size ? worker->state_size : 1);
        context->outcome_counts = hart_allocate_array(worker->metric_count + 1, sizeof *context->outcome_counts);
        metrics_open(&context->metrics, worker);
        context->rate_since = hart_now();
        context->next_upkeep = hart_now() + upkeep_interval(FIRST_UPKEEP);
        context->next_maintenance = hart_now() + upkeep_interval(context->configuration->loop.maintenance);
        if (open_events(context, &error) == HART_OK) {
                telemetry_start(context);
                run(context);
                stop(context);
        } else {
                context_end(context, HART_EXIT_FAILURE, "EVENT=fatal", &error);
        }
        sd_event_unref(context->event);
        configuration_close(context->configuration);
        metrics_done(&context->metrics);
        hart_buffer_done(&context->outcome_lines);
        free(context->outcome_counts);
        free(context->state);
        return context->exit_status;
}

static int check_configuration(const hart_worker_context *context)
{
        hart_error error = {0};
        HART_CLEANUP(configuration_close_p) worker_configuration *configuration = NULL;
        if (configuration_open(&configuration, context->worker, context->arguments.config_dir,
                               context->arguments.instance, &error) != HART_OK) {
                fprintf(stderr, "%s: %s\n", context->identifier, error.text);
                return error.code == HART_CONFIG ? HART_EXIT_CONFIG : HART_EXIT_FAILURE;
        }
        puts("configuration is valid");
        return HART_EXIT_OK;
}

static int print_settings(const hart_worker_context *context)
{
        if (context->arguments.settings_file)
                hart_settings_print_example(&hart_common_settings_schema, stdout);
        else
                configuration_print_example(context->worker, stdout);
        return HART_EXIT_OK;
}

static int print_version(const hart_worker_context *context)
{
        printf("%s %s\nbuilt with %s%s%s; runs with libmicrohttpd %s\n", context->identifier, HARTONOMOUS_VERSION,
               HARTONOMOUS_LIBRARIES, context->worker->libraries ? ", " : "",
               context->worker->libraries ? context->worker->libraries : "", MHD_get_version());
        return HART_EXIT_OK;
}

/* A full disk must not look like success: settings files are made of what is printed. */
static int finish_printing(const hart_worker_context *context, int exit_status)
{
        hart_error error = {0};
        if (hart_standard_output_finish(&error) == HART_OK)
                return exit_status;
        fprintf(stderr, "%s: %s\n", context->identifier, error.text);
        return exit_status == HART_EXIT_OK ? HART_EXIT_FAILURE : exit_status;
}

static int print_help(const hart_worker_context *context)
{
        worker_print_help(context->worker, stdout);
        return HART_EXIT_OK;
}

int hart_worker_main(const hart_worker *worker, int argc, char *argv[])
{
        hart_standard_streams_open();
        hart_worker_context context = {.worker = worker, .exit_status = HART_EXIT_OK};
        snprintf(context.identifier, sizeof context.identifier, "hartonomous-%s", worker->name);
        journal_open(&context.journal, context.identifier);
        hart_error error = {0};
        if (worker_arguments_read(argc, argv, &context.arguments, &error) != HART_OK) {
                fprintf(stderr, "%s: %s\n", context.identifier, error.text);
                return HART_EXIT_USAGE;
        }
        switch (context.arguments.verb) {
        case WORKER_HELP:
                return finish_printing(&context, print_help(&context));
        case WORKER_VERSION:
                return finish_printing(&context, print_version(&context));
        case WORKER_CHECK_CONFIG:
                return finish_printing(&context, check_configuration(&context));
        case WORKER_HELP_SETTINGS:
                return finish_printing(&context, print_settings(&context));
        case WORKER_RELOAD:
                return reload_request(context.arguments.reload_pid, context.identifier);
        case WORKER_RUN:
        default:
                return serve(&context);
        }
}
