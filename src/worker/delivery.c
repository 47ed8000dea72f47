/* Taking messages, handing them to the worker, sleeping while there are none. */
#include "context.h"

/* A stop is granted within five seconds. */
#define TAKE_PATIENCE (3 * HART_SECOND)
/* A message may be due that a sender's transaction holds up. */
#define HELD_UP (25 * HART_MILLISECOND)

/* Once the outcome is known it is brought to its end, also while the daemon is asked to stop: a cancelled COMMIT or
 * ROLLBACK would look like a reader that died. */
static hart_code end_waiting(void *data)
{
        (void)hart_worker_waiting(data);
        return HART_OK;
}

/* As end_waiting, for a take, which may find the table locked by somebody for long. */
static hart_code take_waiting(void *data)
{
        hart_worker_context *context = data;
        (void)hart_worker_waiting(context);
        const bool patient = !context->stopping || hart_now() - context->stop_asked < TAKE_PATIENCE;
        return patient ? HART_OK : HART_STOPPED;
}

static void deliver(hart_worker_context *context)
{
        const hart_message *messages = context->messages;
        const size_t count = context->message_count;
        context_activity(context, "Working on %zu message%s", count, count == 1 ? "" : "s");
        context->conversation = count == 1 ? messages->conversation : 0;
        hart_error error = {0};
        size_t blamed = HART_BLAME_UNKNOWN;
        const uint64_t begin = hart_now();
        const hart_code code =
                context->stopping ? HART_STOPPED
                                  : context->worker->handle(context->state, context, messages, count, &blamed, &error);
        if (context->one_by_one)
                context->one_by_one -= count < context->one_by_one ? count : context->one_by_one;
        hart_pg_on_waiting(context->pg, end_waiting, context);
        delivery_end(context, code, blamed, &error);
        if (context->pg)
                hart_pg_on_waiting(context->pg, hart_worker_waiting, context);
        metrics_handled(&context->metrics, hart_now() - begin);
        context->messages = NULL;
        context->message_count = 0;
        context->conversation = 0;
        context->detail[0] = 0;
        context_forget_outcome(context);
}

/* Nothing is there: tell senders to ring, and await them. */
static void sleep_until_rung(hart_worker_context *context)
{
        hart_error error = {0};
        const hart_code code = hart_broker_sleep(context->broker, &error);
        context_activity(context, "Waiting for messages");
        if (code == HART_EMPTY)
                return; /* one came meanwhile */
        if (code != HART_OK) {
                delivery_ended_badly(context, &error);
                return;
        }
        context->sleeping = true;
        const uint64_t poll = context->configuration->loop.poll, nap = hart_broker_nap(context->broker);
        context->next_poll = hart_now() + (nap == 0 ? HELD_UP : nap < poll ? nap : poll);
        sd_event_source_set_enabled(context->socket, SD_EVENT_ON);
}

/* Rung, or time for a look: what rang is already inside libpq's buffer and must be taken out. */
static bool take_notifications(hart_worker_context *context)
{
        bool any = false;
        hart_error error = {0};
        if (hart_pg_take_notifications(context->pg, &any, &error) == HART_OK && hart_pg_is_up(context->pg))
                return true;
        delivery_ended_badly(context, &error);
        return false;
}

void delivery_step(hart_worker_context *context, uint64_t now)
{
        if (context->sleeping && now < context->next_poll)
                return;
        context->sleeping = false;
        sd_event_source_set_enabled(context->socket, SD_EVENT_OFF);
        if (now < context->next_delivery || !take_notifications(context))
                return;
        const bool probe = context->one_by_one || context->breaker.failures;
        const size_t most = probe ? 1 : (size_t)context_batch_size(context);
        hart_error error = {0};
        hart_pg_on_waiting(context->pg, take_waiting, context);
        const hart_code code =
                hart_broker_receive(context->broker, most, &context->messages, &context->message_count, &error);
        hart_pg_on_waiting(context->pg, hart_worker_waiting, context);
        if (code == HART_OK) {
                context->unreceived = false;
                hart_worker_dependency(context, metrics_dependency_name(&context->metrics, METRICS_BROKER), NULL);
                deliver(context);
                return;
        }
        context->messages = NULL;
        context->message_count = 0;
        if (code != HART_EMPTY) {
                delivery_not_received(context, &error);
                return;
        }
        if (context->unreceived)
                delivery_resumed(context);
        context->unreceived = false;
        context->one_by_one = 0;
        sleep_until_rung(context);
}
