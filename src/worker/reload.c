/* SIGHUP reads the settings again. `--reload=PID`, which ExecReload= runs, sends it as a queued signal that asks for an
 * answer, so that `systemctl reload` returns when the reload is over and fails where it failed. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "context.h"
#include "reload.h"

#define PATIENCE_SECONDS 60

static bool same_text(const char *one, const char *other)
{
        return one == other || (one && other && strcmp(one, other) == 0);
}

/* The daemon's own part sees the new settings through the context; where it refuses them, the old come back. */
static hart_code exchange(hart_worker_context *context, worker_configuration *fresh, hart_error *err)
{
        worker_configuration *old = context->configuration;
        context->configuration = fresh;
        hart_code code = HART_OK;
        if (context->worker->prepare && fresh->loop.workers > 1)
                code = hart_fail(err, HART_CONFIG,
                                 "[worker] workers = %" PRId64
                                 ": one process becomes several at a start, not at a reload",
                                 fresh->loop.workers);
        if (code == HART_OK && context->opened && context->worker->reload)
                code = context->worker->reload(context->state, context, err);
        if (code != HART_OK) {
                context->configuration = old;
                configuration_close(fresh);
                return code;
        }
        const hart_common_settings *before = &old->common, *after = &fresh->common;
        if (!same_text(before->conninfo, after->conninfo) || before->connect_timeout != after->connect_timeout) {
                connection_close(context);
                context->next_connect = 0;
        }
        reload_common(context, before);
        configuration_close(old);
        return HART_OK;
}

void reload_common(hart_worker_context *context, const hart_common_settings *before)
{
        const hart_common_settings *after = &context->configuration->common;
        context->journal.level = (hart_log_level)(HART_LOG_ERR + after->log_level);
        if (before->telemetry != after->telemetry || !same_text(before->telemetry_listen, after->telemetry_listen))
                telemetry_start(context);
}

void reload_asked(hart_worker_context *context, int code, int value, pid_t sender)
{
        context->reload = true;
        if (code == SI_QUEUE && value == RELOAD_MARK)
                context->reloader = sender;
}

static void answer(hart_worker_context *context, int verdict)
{
        if (context->reloader > 1)
                (void)sigqueue(context->reloader, RELOAD_ANSWER, (union sigval){.sival_int = verdict});
        context->reloader = 0;
}

void reload_ended(hart_worker_context *context, const hart_error *error)
{
        static const char *const reloaded[] = {"EVENT=settings-reloaded", NULL};
        static const char *const refused[] = {"EVENT=settings-refused", NULL};
        if (error)
                context_log(context, HART_LOG_ERR, refused, "The new settings are refused, the old ones stay: %s",
                            error->text);
        else
                context_log(context, HART_LOG_NOTICE, reloaded, "Settings were read again");
        supervision_reloaded(&context->supervision);
        answer(context, error ? RELOAD_REFUSED : RELOAD_DONE);
}

void reload_step(hart_worker_context *context)
{
        context->reload = false;
        supervision_reloading(&context->supervision);
        hart_error error = {0};
        worker_configuration *fresh = NULL;
        hart_code code = configuration_open(&fresh, context->worker, context->arguments.config_dir,
                                            context->arguments.instance, &error);
        if (code == HART_OK)
                code = exchange(context, fresh, &error);
        reload_ended(context, code == HART_OK ? NULL : &error);
}

int reload_request(pid_t daemon, const char *identifier)
{
        sigset_t wanted;
        sigemptyset(&wanted);
        sigaddset(&wanted, RELOAD_ANSWER);
        sigprocmask(SIG_BLOCK, &wanted, NULL);
        if (sigqueue(daemon, SIGHUP, (union sigval){.sival_int = RELOAD_MARK}) < 0) {
                fprintf(stderr, "%s: cannot reload process %d: %s\n", identifier, (int)daemon, strerror(errno));
                return HART_EXIT_FAILURE;
        }
        const uint64_t deadline = hart_now() + PATIENCE_SECONDS * HART_SECOND;
        while (hart_now() < deadline) {
                siginfo_t answer;
                const struct timespec slice = {.tv_nsec = 200000000};
                if (sigtimedwait(&wanted, &answer, &slice) == RELOAD_ANSWER && answer.si_pid == daemon) {
                        if (answer.si_value.sival_int == RELOAD_DONE)
                                return HART_EXIT_OK;
                        fprintf(stderr,
                                "%s: the settings are refused, the old ones stay; the daemon's journal says why\n",
                                identifier);
                        return HART_EXIT_CONFIG;
                }
                if (kill(daemon, 0) < 0 && errno == ESRCH) {
                        fprintf(stderr, "%s: process %d ended before it answered\n", identifier, (int)daemon);
                        return HART_EXIT_FAILURE;
                }
        }
        fprintf(stderr, "%s: no answer within %d s; the reload happens when the step in hand ends\n", identifier,
                PATIENCE_SECONDS);
        return HART_EXIT_FAILURE;
}
