/* What becomes of a delivery: it is committed, put back, or somebody is blamed. And what the worker did, told when it
 * is so.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <hartonomous/json.h>

#include "context.h"

/* A delivery that went back for a moment (a deadlock, a statement cancelled by hand) is nobody's business: the journal
 * hears of the third in a row. A dependency that is away has its own line at once. */
#define POSTPONED_SAID 3

/* What the journal says beside the text about a message that failed; never the body itself. */
typedef struct message_fields {
        char conversation[48], type[96], attempt[32], source[48], tenant[48], code[128];
        const char *list[9];
} message_fields;

static void add_number(const hart_json *body, const char *key, const char *name, char *out, size_t size,
                       message_fields *fields, size_t *count)
{
        int64_t value = 0;
        if (!hart_json_integer(hart_json_member(body, key), &value))
                return;
        snprintf(out, size, "%s=%" PRId64, name, value);
        fields->list[(*count)++] = out;
}

static void describe(const char *event, const hart_message *message, const hart_error *error, message_fields *fields)
{
        size_t count = 0;
        memset(fields, 0, sizeof *fields);
        snprintf(fields->conversation, sizeof fields->conversation, "CONVERSATION=%" PRId64, message->conversation);
        snprintf(fields->type, sizeof fields->type, "MESSAGE_TYPE=%.80s", message->type);
        snprintf(fields->attempt, sizeof fields->attempt, "ATTEMPT=%d", message->attempts + 1);
        snprintf(fields->code, sizeof fields->code, "ERROR_CODE=%s", error->foreign);
        const char *const always[] = {event, fields->conversation, fields->type, fields->attempt};
        for (size_t i = 0; i < sizeof always / sizeof *always; i++)
                fields->list[count++] = always[i];
        if (*error->foreign)
                fields->list[count++] = fields->code;
        HART_CLEANUP(hart_json_close_p) hart_json *body = NULL;
        if (message->body_size && hart_json_parse(message->body, message->body_size, &body, NULL) == HART_OK) {
                add_number(body, "SourceId", "SOURCE_ID", fields->source, sizeof fields->source, fields, &count);
                add_number(body, "TenantId", "TENANT", fields->tenant, sizeof fields->tenant, fields, &count);
        }
}

/* The delivery's transaction could not be ended as wanted; PostgreSQL has put the messages back. */
void delivery_ended_badly(hart_worker_context *context, const hart_error *error)
{
        if (connection_lost(context, error) || error->code == HART_RETRY)
                return;
        if (error->code == HART_STOPPED)
                context->stopping = true;
        else if (error->code == HART_CONFIG)
                context_end(context, HART_EXIT_CONFIG, "EVENT=settings-invalid", error);
        else
                context_end(context, HART_EXIT_FAILURE, "EVENT=fatal", error);
}

/* A delivery's end frees its messages; a log line after it must not speak of them. */
static void forget_messages(hart_worker_context *context)
{
        context->messages = NULL;
        context->message_count = 0;
}

static bool put_back(hart_worker_context *context)
{
        hart_error error = {0};
        metrics_messages(&context->metrics, METRICS_PUT_BACK, context->message_count);
        if (!hart_pg_is_up(context->pg)) {
                hart_fail(&error, HART_RETRY, "the connection was lost in the middle of a delivery");
                delivery_ended_badly(context, &error);
                return false;
        }
        const hart_code code = hart_broker_put_back(context->broker, &error);
        forget_messages(context);
        if (code == HART_OK)
                return true;
        delivery_ended_badly(context, &error);
        return false;
}

void delivery_resumed(hart_worker_context *context)
{
        static const char *const fields[] = {"EVENT=messages-resumed", NULL};
        if (context->postponed >= POSTPONED_SAID)
                context_log(context, HART_LOG_NOTICE, fields, "Messages are handled again");
        context->postponed = 0;
        atomic_store(&context->metrics.process->postponed, false);
        hart_breaker_success(&context->breaker);
}

static void succeed(hart_worker_context *context)
{
        hart_error error = {0};
        const size_t count = context->message_count;
        const hart_code code = hart_broker_complete(context->broker, &error);
        forget_messages(context);
        if (code != HART_OK) {
                metrics_messages(&context->metrics, METRICS_PUT_BACK, count);
                delivery_ended_badly(context, &error);
                return;
        }
        metrics_messages(&context->metrics, METRICS_DONE, count);
        context->done += count;
        context_tell_outcome(context);
        delivery_resumed(context);
}

/* Messages stay in the queue until something is back: said once, tried again with back-off. */
static void hold_off(hart_worker_context *context, const hart_error *error)
{
        static const char *const fields[] = {"EVENT=messages-postponed", NULL};
        if (++context->postponed == POSTPONED_SAID) {
                atomic_store(&context->metrics.process->postponed, true);
                context_log(context, HART_LOG_WARNING, fields, "Messages wait, none loses an attempt: %s", error->text);
        }
        const worker_settings *loop = &context->configuration->loop;
        const uint64_t delay = hart_backoff_delay(context->postponed, loop->retry_base, loop->retry_max, hart_random());
        context->next_delivery = hart_now() + (delay > error->retry_after ? delay : error->retry_after);
        context_activity(context, "Waiting for a dependency (%u tries): %.200s", context->postponed, error->text);
}

/* A dependency is away: back-off, and from the fifth time on the breaker's pause and a single probe. */
static void postpone(hart_worker_context *context, const hart_error *error)
{
        put_back(context);
        if (!context->pg)
                return; /* it was the connection; that has a back-off of its own */
        hold_off(context, error);
        hart_breaker_failure(&context->breaker, hart_now());
        if (!hart_breaker_allows(&context->breaker, context->next_delivery))
                context->next_delivery = context->breaker.open_until;
}

/* PostgreSQL answers but gives nothing out: its disk is full, it is a standby, the queue is off. */
void delivery_not_received(hart_worker_context *context, const hart_error *error)
{
        if (error->code == HART_RETRY && hart_pg_is_up(context->pg)) {
                context->unreceived = true;
                hold_off(context, error);
        } else {
                delivery_ended_badly(context, error);
        }
}

static void blame(hart_worker_context *context, size_t blamed, bool poison, const hart_error *reason)
{
        static const char *const split[] = {"EVENT=batch-split", NULL};
        if (context->message_count == 1)
                blamed = 0;
        if (blamed >= context->message_count) {
                const size_t count = context->message_count;
                if (!put_back(context))
                        return;
                context->one_by_one = count;
                context_log(context, HART_LOG_INFO, split,
                            "%zu messages come one by one to find the one that failed: %s", count, reason->text);
                return;
        }
        const hart_message *message = &context->messages[blamed];
        message_fields fields;
        describe("EVENT=message-failed", message, reason, &fields);
        hart_error error = {0};
        bool dead = false;
        const size_t others = context->message_count - 1;
        const int attempt = message->attempts + 1;
        const int64_t conversation = message->conversation;
        context->conversation = 0; /* it is among the fields above */
        if (hart_broker_fail(context->broker, blamed, poison, reason, &dead, &error) != HART_OK) {
                metrics_messages(&context->metrics, METRICS_PUT_BACK, others + 1);
                delivery_ended_badly(context, &error);
                return;
        }
        metrics_messages(&context->metrics, dead ? METRICS_DEAD_LETTER : METRICS_FAILED, 1);
        metrics_messages(&context->metrics, METRICS_PUT_BACK, others);
        context->failed++;
        fields.list[0] = dead ? "EVENT=message-dead-lettered" : fields.list[0];
        context_log(context, dead ? HART_LOG_ERR : HART_LOG_WARNING, fields.list,
                    dead ? "Message of conversation %" PRId64 " is a dead letter after attempt %d: %s"
                         : "Message of conversation %" PRId64 " failed, attempt %d: %s",
                    conversation, attempt, reason->text);
}

/* Nobody can tell whether the process is at fault or the message; the next process gets the same message and may not
 * end on it for ever. Where it is not known which, the transaction ends like that of a reader that died: each of the
 * messages costs an attempt and comes alone from then on. */
static void give_up(hart_worker_context *context, size_t blamed, const hart_error *error)
{
        if (context->message_count == 1 || blamed < context->message_count) {
                blame(context, blamed, false, error);
        } else {
                metrics_messages(&context->metrics, METRICS_PUT_BACK, context->message_count);
                connection_close(context);
        }
        context_end(context, HART_EXIT_FAILURE, "EVENT=fatal", error);
}

void delivery_end(hart_worker_context *context, hart_code code, size_t blamed, hart_error *error)
{
        if (code != HART_OK && !*error->text)
                hart_fail(error, code, "the handler gave no reason (%s)", hart_code_name(code));
        switch (code) {
        case HART_OK:
        case HART_EMPTY:
                succeed(context);
                break;
        case HART_RETRY:
                postpone(context, error);
                break;
        case HART_FAILED:
        case HART_POISON:
                blame(context, blamed, code == HART_POISON, error);
                break;
        case HART_STOPPED:
                context->stopping = true;
                put_back(context);
                break;
        case HART_CONFIG:
                put_back(context);
                context_end(context, HART_EXIT_CONFIG, "EVENT=settings-invalid", error);
                break;
        case HART_FATAL:
        default:
                give_up(context, blamed, error);
                break;
        }
}
