#include "context.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* hart_worker_progress may be called for every atom: it looks at the clock, and at signals this often. */
#define PROGRESS_INTERVAL (50 * HART_MILLISECOND)

static void compose(hart_worker_context *context, hart_log_level level, const char *const *fields, const char *format,
                    va_list arguments, hart_buffer *lines) __attribute__((format(printf, 4, 0)));

static void compose(hart_worker_context *context, hart_log_level level, const char *const *fields, const char *format,
                    va_list arguments, hart_buffer *lines)
{
        char queue[96], conversation[48], process[32];
        const char *extra[4] = {queue};
        size_t count = 1;
        snprintf(queue, sizeof queue, "QUEUE=%s", context->worker->queue);
        if (context->conversation) {
                snprintf(conversation, sizeof conversation, "CONVERSATION=%" PRId64, context->conversation);
                extra[count++] = conversation;
        }
        if (context->one_of_several) {
                snprintf(process, sizeof process, "PROCESS=%u", context->number);
                extra[count++] = process;
        }
        journal_compose(&context->journal, level, extra, fields, format, arguments, lines);
}

static void log_v(hart_worker_context *context, hart_log_level level, const char *const *fields, const char *format,
                  va_list arguments) __attribute__((format(printf, 4, 0)));

static void log_v(hart_worker_context *context, hart_log_level level, const char *const *fields, const char *format,
                  va_list arguments)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer line = {0};
        compose(context, level, fields, format, arguments, &line);
        journal_send(&context->journal, &line);
}

void context_log(hart_worker_context *context, hart_log_level level, const char *const *fields, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        log_v(context, level, fields, format, arguments);
        va_end(arguments);
}

void hart_worker_log(hart_worker_context *context, hart_log_level level, const char *const *fields, const char *format,
                     ...)
{
        va_list arguments;
        va_start(arguments, format);
        log_v(context, level, fields, format, arguments);
        va_end(arguments);
}

void hart_worker_log_done(hart_worker_context *context, hart_log_level level, const char *const *fields,
                          const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        compose(context, level, fields, format, arguments, &context->outcome_lines);
        va_end(arguments);
}

void context_tell_outcome(hart_worker_context *context)
{
        journal_send(&context->journal, &context->outcome_lines);
        for (size_t i = 0; i < context->worker->metric_count; i++)
                metrics_count(&context->metrics, i, context->outcome_counts[i]);
}

void context_forget_outcome(hart_worker_context *context)
{
        hart_buffer_clear(&context->outcome_lines);
        for (size_t i = 0; i < context->worker->metric_count; i++)
                context->outcome_counts[i] = 0;
}

/* What one process cannot use none of the others can, and one line is enough. */
static bool is_told(hart_worker_context *context, int exit_status)
{
        return context->one_of_several && exit_status == HART_EXIT_CONFIG &&
               atomic_exchange(&context->metrics.board->reason_told, context->serial) == context->serial;
}

void context_end(hart_worker_context *context, int exit_status, const char *event, const hart_error *why)
{
        const char *const fields[] = {event, NULL};
        context_log(context, is_told(context, exit_status) ? HART_LOG_DEBUG : HART_LOG_ERR, fields, "%s", why->text);
        supervision_status(&context->supervision, hart_now(), why->text, true);
        context->exit_status = exit_status;
        context->stopping = true;
}

void context_activity(hart_worker_context *context, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(context->activity, sizeof context->activity, format, arguments);
        va_end(arguments);
}

void hart_worker_status(hart_worker_context *context, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(context->detail, sizeof context->detail, format, arguments);
        va_end(arguments);
}

void hart_worker_remark(hart_worker_context *context, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(context->remark, sizeof context->remark, format, arguments);
        va_end(arguments);
}

static const char *detail_of(const hart_worker_context *context)
{
        return *context->detail ? context->detail : context->remark;
}

static void compose_status(const hart_worker_context *context, char *text, size_t room)
{
        int length = snprintf(text, room, "%s; %" PRIu64 " done", context->activity, context->done);
        if (context->failed && (size_t)length < room)
                length += snprintf(text + length, room - (size_t)length, ", %" PRIu64 " failed", context->failed);
        if (context->rate > 0 && (size_t)length < room)
                length += snprintf(text + length, room - (size_t)length, ", %.3g/s", context->rate);
        if (*detail_of(context) && (size_t)length < room)
                snprintf(text + length, room - (size_t)length, "; %s", detail_of(context));
}

int64_t context_batch_size(const hart_worker_context *context)
{
        return context->batch_size ? context->batch_size : context->configuration->loop.batch_size;
}

bool context_status(hart_worker_context *context, uint64_t now)
{
        if (now - context->rate_since >= HART_SECOND) {
                context->rate =
                        (double)(context->done - context->rate_done) * 1e6 / (double)(now - context->rate_since);
                context->rate_done = context->done;
                context->rate_since = now;
        }
        char text[SUPERVISION_STATUS_MAX];
        if (context->one_of_several) /* the supervisor adds what all have done */
                snprintf(text, sizeof text, "%.150s%s%.160s", context->activity, *detail_of(context) ? "; " : "",
                         detail_of(context));
        else
                compose_status(context, text, sizeof text);
        return supervision_status(&context->supervision, now, text, false) && context->rate == 0;
}

void context_progress(hart_worker_context *context, uint64_t now)
{
        atomic_store(&context->metrics.process->progress, now);
        supervision_progress(&context->supervision, now);
}

void context_events(hart_worker_context *context, uint64_t timeout)
{
        const int result = sd_event_run(context->event, timeout);
        if (result < 0) {
                hart_error error;
                hart_fail_errno(&error, HART_FATAL, -result, "event loop");
                context_end(context, HART_EXIT_FAILURE, "EVENT=fatal", &error);
        }
}

hart_code hart_worker_progress(hart_worker_context *context)
{
        const uint64_t now = hart_now();
        if (now < context->next_progress)
                return context->stopping ? HART_STOPPED : HART_OK;
        context->next_progress = now + PROGRESS_INTERVAL;
        context_progress(context, now);
        return hart_worker_waiting(context);
}

hart_code hart_worker_waiting(void *data)
{
        hart_worker_context *context = data;
        context_events(context, 0);
        context_status(context, hart_now());
        return context->stopping ? HART_STOPPED : HART_OK;
}

hart_pg *hart_worker_pg(hart_worker_context *context)
{
        return context->pg;
}

const void *hart_worker_settings(const hart_worker_context *context)
{
        return context->configuration->own;
}

const hart_common_settings *hart_worker_common_settings(const hart_worker_context *context)
{
        return &context->configuration->common;
}

const char *hart_worker_config_dir(const hart_worker_context *context)
{
        return context->arguments.config_dir;
}

hart_code hart_worker_credential(const hart_worker_context *context, const char *name, char **ret, hart_error *err)
{
        return hart_credential_read(context->arguments.config_dir, name, ret, err);
}

void hart_worker_count(hart_worker_context *context, size_t metric, uint64_t add)
{
        metrics_count(&context->metrics, metric, add);
}

void hart_worker_count_done(hart_worker_context *context, size_t metric, uint64_t add)
{
        if (metric < context->worker->metric_count)
                context->outcome_counts[metric] += add;
}

void hart_worker_gauge(hart_worker_context *context, size_t metric, double value)
{
        metrics_gauge(&context->metrics, metric, value);
}

void hart_worker_dependency(hart_worker_context *context, const char *name, const hart_error *error)
{
        const size_t found = metrics_dependency_find(&context->metrics, name);
        if (found == SIZE_MAX)
                return;
        char dependency[80];
        snprintf(dependency, sizeof dependency, "DEPENDENCY=%s", name);
        const char *const fields[] = {error ? "EVENT=dependency-down" : "EVENT=dependency-up", dependency, NULL};
        const int before =
                atomic_exchange(&context->metrics.process->dependencies[found], error ? METRICS_DOWN : METRICS_UP);
        if (error && before != METRICS_DOWN)
                context_log(context, HART_LOG_WARNING, fields, "%s does not answer, its work waits: %s", name,
                            error->text);
        else if (!error && before == METRICS_DOWN)
                context_log(context, HART_LOG_NOTICE, fields, "%s answers again", name);
}
