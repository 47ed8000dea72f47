#include <string.h>

#include <hartonomous/schema.h>

#include "context.h"
#include "worker_sql.h"

/* A queue with a limit of readers may have all of them; then this one asks again. */
#define JOIN_INTERVAL HART_SECOND

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
                .application_name = *context->application_name ? context->application_name : context->identifier,
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

/* Becomes a reader of the queue. */
static hart_code join(hart_worker_context *context, hart_error *err)
{
        const hart_code code = hart_broker_open(&context->broker, context->pg, context->worker->queue, err);
        if (code != HART_OK)
                return code;
        const int result =
                sd_event_add_io(context->event, &context->socket, hart_pg_socket(context->pg), EPOLLIN, wake, context);
        if (result < 0)
                return hart_fail_errno(err, HART_FATAL, -result, "cannot watch the connection's socket");
        sd_event_source_set_enabled(context->socket, SD_EVENT_OFF);
        return HART_OK;
}

/* There are enough readers: no fault, and nothing to back off from. */
static bool stand_by(hart_worker_context *context, const hart_error *error)
{
        static const char *const fields[] = {"EVENT=reader-waits", NULL};
        if (strcmp(error->foreign, "53300") != 0) /* too_many_connections */
                return false;
        if (!context->standing_by)
                context_log(context, HART_LOG_NOTICE, fields, "Standing by until another reader goes: %s", error->text);
        context->standing_by = true;
        atomic_store(&context->metrics.process->standing_by, true);
        context->next_join = hart_now() + upkeep_interval(JOIN_INTERVAL);
        return true;
}

static void tell_joined(hart_worker_context *context)
{
        static const char *const fields[] = {"EVENT=reader-joins", NULL};
        if (context->standing_by)
                context_log(context, HART_LOG_NOTICE, fields, "Another reader went: takes messages from %s now",
                            context->worker->queue);
        context->standing_by = false;
        atomic_store(&context->metrics.process->standing_by, false);
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
        context->next_connect = hart_now() + (delay > error->retry_after ? delay : error->retry_after);
        context_activity(context, "Waiting for %s (%u tries): %.100s",
                         dependency == METRICS_DATABASE ? "PostgreSQL" : "a dependency", context->connect_failures,
                         error->text);
}

static void ready(hart_worker_context *context)
{
        static const char *const fields[] = {"EVENT=started", NULL}, *const one[] = {"EVENT=process-started", NULL};
        const bool several = context->one_of_several;
        context->connect_failures = 0;
        if (context->standing_by)
                context_activity(context, "Standing by: %s has all the readers it may have", context->worker->queue);
        else
                context_activity(context, "Ready");
        if (context->supervision.ready)
                return;
        atomic_store(&context->metrics.process->ready, true);
        supervision_ready(&context->supervision, hart_now());
        if (!several)
                atomic_store(&context->metrics.board->ready, true);
        context_log(context, several ? HART_LOG_DEBUG : HART_LOG_INFO, several ? one : fields,
                    "hartonomous-%s %s %s %s", context->worker->name, HARTONOMOUS_VERSION,
                    context->standing_by ? "stands by for" : "takes messages from", context->worker->queue);
}

/* Of several processes the supervisor has done it. */
static hart_code prepare(hart_worker_context *context, hart_error *err)
{
        if (context->prepared || !context->worker->prepare)
                return HART_OK;
        context_activity(context, "Preparing");
        context_status(context, hart_now());
        const hart_code code = context->worker->prepare(context->state, context->configuration->own,
                                                        context->arguments.config_dir, err);
        context->prepared = code == HART_OK;
        err->code = code;
        return code;
}

void connection_step(hart_worker_context *context, uint64_t now)
{
        if (now < context->next_connect)
                return;
        hart_error error = {0};
        if (prepare(context, &error) != HART_OK) {
                fail(context, SIZE_MAX, &error);
                return;
        }
        context_activity(context, "Connecting");
        if (open_database(context, &error) != HART_OK) {
                fail(context, METRICS_DATABASE, &error);
                return;
        }
        hart_worker_dependency(context, name_of(context, METRICS_DATABASE), NULL);
        hart_code joined = hart_schema_require(context->pg, &error);
        if (joined == HART_OK)
                joined = join(context, &error);
        if (joined == HART_OK) {
                tell_joined(context);
        } else if (!stand_by(context, &error)) {
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

/* Where it cannot be asked, the attempt itself is the question. */
static bool may_join(hart_worker_context *context)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters queue = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *free_seat = NULL;
        hart_error error = {0};
        hart_pg_add_text(&queue, context->worker->queue);
        const hart_code code = hart_pg_run(context->pg, &sql_free_seat, &queue, &free_seat, &error);
        if (code != HART_OK)
                return !connection_lost(context, &error) && code != HART_STOPPED;
        return hart_pg_rows(free_seat) == 0 || hart_pg_flag(free_seat, 0, 0);
}

void connection_join(hart_worker_context *context, uint64_t now)
{
        if (now < context->next_join)
                return;
        context->next_join = now + upkeep_interval(JOIN_INTERVAL);
        if (!may_join(context))
                return;
        hart_error error = {0};
        if (join(context, &error) == HART_OK) {
                tell_joined(context);
                ready(context);
        } else if (!connection_lost(context, &error) && !stand_by(context, &error)) {
                fail(context, METRICS_BROKER, &error);
        }
}
