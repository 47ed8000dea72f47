#include <string.h>

#include <hartonomous/schema.h>

#include "context.h"

void connection_close(hart_worker_context *context)
{
        context->socket = sd_event_source_disable_unref(context->socket);
        hart_broker_close(context->broker);
        context->broker = NULL;
        hart_pg_close(context->pg);
        context->pg = NULL;
        context->sleeping = false;
        context->messages = NULL;
        context->message_count = 0;
}

static const char *name_of(const hart_worker_context *context, size_t dependency)
{
        return metrics_dependency_name(&context->metrics, dependency);
}

bool connection_lost(hart_worker_context *context, const hart_error *error)
{
        if (!context->pg || hart_pg_is_up(context->pg))
                return false;
        connection_close(context);
        if (!context->stopping)
                hart_worker_dependency(context, name_of(context, METRICS_DATABASE), error);
        context->next_connect = 0; /* the first try is at once: most often a server restarts in no time */
        return true;
}

static void pass_notice(const char *severity, const char *text, void *data)
{
        static const char *const fields[] = {"EVENT=database-notice", NULL};
        const hart_log_level level = strcmp(severity, "WARNING") == 0 ? HART_LOG_WARNING : HART_LOG_DEBUG;
        context_log(data, level, fields, "PostgreSQL: %s", text);
}

static hart_code open_database(hart_worker_context *context, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *password = NULL;
        hart_code code = hart_worker_credential(context, "database-password", &password, err);
        if (code < HART_OK)
                return code;
        const hart_common_settings *common = &context->configuration->common;
        const hart_pg_options options = {
                .conninfo = common->conninfo,
                .application_name = context->identifier,
                .password = password,
                .connect_timeout = common->connect_timeout,
                .waiting = hart_worker_waiting,
                .waiting_data = context,
        };
        code = hart_pg_open(&context->pg, &options, err);
        if (code != HART_OK)
                return code;
        hart_pg_on_waiting(context->pg, hart_worker_waiting, context);
        hart_pg_on_notice(context->pg, pass_notice, context);
        return HART_OK;
}

/* The socket is only watched while the daemon sleeps: level-triggered, it would be busy in every step. */
static int wake(sd_event_source *source, int fd, uint32_t events, void *data)
{
        (void)source;
        (void)fd;
        (void)events;
        hart_worker_context *context = data;
        context->sleeping = false;
        return sd_event_source_set_enabled(context->socket, SD_EVENT_OFF);
}

static hart_code open_broker(hart_worker_context *context, hart_error *err)
{
        hart_code code = hart_schema_require(context->pg, err);
        if (code == HART_OK)
                code = hart_broker_open(&context->broker, context->pg, context->worker->queue, err);
        if (code != HART_OK)
                return code;
        const int result =
                sd_event_add_io(context->event, &context->socket, hart_pg_socket(context->pg), EPOLLIN, wake, context);
        if (result < 0)
                return hart_fail_errno(err, HART_FATAL, -result, "cannot watch the connection's socket");
        sd_event_source_set_enabled(context->socket, SD_EVENT_OFF);
        return HART_OK;
}

/* Before READY a person waits for the answer of `systemctl start`: what only they can mend ends the daemon. Later it is
 * more likely that somebody works on the server just now (restores a database, renews a certificate). */
static void fail(hart_worker_context *context, size_t dependency, const hart_error *error)
{
        const bool first = !context->supervision.ready;
        connection_close(context);
        if (error->code == HART_STOPPED) {
                context->stopping = true;
                return;
        }
        if (error->code == HART_FATAL || (first && error->code != HART_RETRY)) {
                const bool config = error->code == HART_CONFIG;
                context_end(context, config ? HART_EXIT_CONFIG : HART_EXIT_FAILURE,
                            config ? "EVENT=settings-invalid" : "EVENT=fatal", error);
                return;
        }
        if (dependency != SIZE_MAX)
                hart_worker_dependency(context, name_of(context, dependency), error);
        const uint64_t delay = hart_backoff_delay(++context->connect_failures, context->configuration->loop.retry_base,
                                                  context->configuration->loop.retry_max, hart_random());
        context->next_connect = hart_now() + delay;
        context_activity(context, "Waiting for %s (%u tries): %.100s",
                         dependency == METRICS_DATABASE ? "PostgreSQL" : "a dependency", context->connect_failures,
                         error->text);
}

static void ready(hart_worker_context *context)
{
        static const char *const fields[] = {"EVENT=started", NULL};
        context->connect_failures = 0;
        context_activity(context, "Ready");
        if (context->supervision.ready)
                return;
        atomic_store(&context->metrics.ready, true);
        supervision_ready(&context->supervision, hart_now());
        context_log(context, HART_LOG_INFO, fields, "hartonomous-%s %s takes messages from %s", context->worker->name,
                    HARTONOMOUS_VERSION, context->worker->queue);
}

void connection_step(hart_worker_context *context, uint64_t now)
{
        if (now < context->next_connect)
                return;
        context_activity(context, "Connecting");
        hart_error error = {0};
        if (open_database(context, &error) != HART_OK) {
                fail(context, METRICS_DATABASE, &error);
                return;
        }
        hart_worker_dependency(context, name_of(context, METRICS_DATABASE), NULL);
        if (open_broker(context, &error) != HART_OK) {
                fail(context, METRICS_BROKER, &error);
                return;
        }
        hart_worker_dependency(context, name_of(context, METRICS_BROKER), NULL);
        if (!context->opened && context->worker->open) {
                const hart_code code = context->worker->open(context->state, context, &error);
                if (code != HART_OK) {
                        error.code = code;
                        fail(context, hart_pg_is_up(context->pg) ? SIZE_MAX : METRICS_DATABASE, &error);
                        return;
                }
        }
        context->opened = true;
        ready(context);
}
