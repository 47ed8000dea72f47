/* Taking messages. */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

#include <hartonomous/clock.h>

#include "broker_sql.h"

/* One part in so many of a reader's time may go into looks from the beginning. */
#define LOOK_BACK_SHARE 40
/* A look from the beginning that takes longer is not made only to be sure that nothing is there. */
#define LOOK_BACK_CHEAP (5 * HART_MILLISECOND)
/* Ids that senders got before others but committed after them: every so many looks, one goes so far behind what was
 * seen. */
#define STRAGGLERS_EVERY 8
#define STRAGGLERS       64
/* Looks in one call that gave nothing though something was there: another reader was faster each time. */
#define LOOKS_MAX 100
#define TICK      (100 * HART_MILLISECOND)

/* The rows with an id below 1 that broker.next_delivery answers with instead of messages. */
enum { COUNTED = 0, HELD = -1, ROLLED_BACK = -2, NOTHING = -3 };
enum { ID, CONVERSATION, TYPE, BODY, ATTEMPTS, ENQUEUED_AT, PRIORITY, DELIVERY };

hart_code hart_broker_open(hart_broker **ret, hart_pg *pg, const char *queue, hart_error *err)
{
        hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *result = NULL;
        hart_pg_add_text(&parameters, queue);
        hart_code code = hart_pg_run(pg, &sql_attach, &parameters, &result, err);
        hart_pg_parameters_done(&parameters);
        if (code == HART_FATAL && err && strcmp(err->foreign, "42704") == 0) /* undefined_object */
                err->code = code = HART_CONFIG;
        if (code != HART_OK)
                return code;
        hart_broker *broker = hart_allocate(sizeof *broker);
        broker->pg = pg;
        broker->name = hart_duplicate(queue);
        broker->queue = (int32_t)hart_pg_integer(result, 0, 0);
        broker->from_beginning = true;
        broker->due_at = UINT64_MAX;
        *ret = broker;
        return HART_OK;
}

void hart_broker_close(hart_broker *broker)
{
        if (!broker)
                return;
        hart_broker_forget(broker);
        free(broker->name);
        free(broker);
}

void hart_broker_forget(hart_broker *broker)
{
        hart_pg_result_close(HART_TAKE(broker->taken));
        free(HART_TAKE(broker->messages));
        broker->count = 0;
        broker->delivery = 0;
}

void hart_broker_start_over(hart_broker *broker)
{
        broker->from_beginning = true;
}

bool hart_broker_tick_is_due(const hart_broker *broker, uint64_t now)
{
        return now >= broker->due_at || now - broker->ticked_at >= TICK;
}

hart_code hart_broker_tick(hart_broker *broker, hart_error *err)
{
        hart_pg_parameters activity = {0}, queue = {0};
        hart_pg_add_int4(&activity, broker->queue);
        hart_pg_add_int8(&activity, (int64_t)broker->consumed);
        hart_pg_add_int4(&queue, broker->queue);
        const hart_pg_call calls[] = {{.statement = &sql_note_activity, .parameters = &activity},
                                      {.statement = &sql_release_due, .parameters = &queue}};
        const size_t skipped = broker->consumed == 0;
        hart_code code = hart_pg_run_many(broker->pg, calls + skipped, 2 - skipped, err);
        hart_pg_parameters_done(&activity);
        hart_pg_parameters_done(&queue);
        if (code != HART_OK)
                return code;
        broker->consumed = 0;
        broker->ticked_at = hart_now();
        broker->due_at = UINT64_MAX;
        return HART_OK;
}

/* Outcome of one look into the queue. */
struct look {
        bool from_beginning, wide;
        hart_pg_result *commit; /* of the delivery before, where that was to be ended */
        hart_pg_result *taken;
};

/* BEGIN and take, and the COMMIT of the delivery before, in one round trip. */
static hart_code look(hart_broker *broker, size_t max, bool commits, struct look *ret, hart_error *err)
{
        int64_t behind[HART_BROKER_PRIORITIES] = {0};
        for (size_t i = 0; i < HART_BROKER_PRIORITIES && !ret->from_beginning; i++)
                behind[i] = broker->positions[i] - (ret->wide ? STRAGGLERS : 0);
        hart_pg_parameters queue = {0}, next = {0};
        hart_pg_add_int4(&queue, broker->queue);
        hart_pg_add_int4(&next, broker->queue);
        hart_pg_add_int4(&next, max > INT32_MAX ? INT32_MAX : (int32_t)max);
        hart_pg_add_int8_array(&next, behind, HART_BROKER_PRIORITIES);
        const int64_t previous = commits ? broker->delivery : broker->previous;
        if (previous)
                hart_pg_add_int8(&next, previous);
        else
                hart_pg_add_null(&next);
        hart_pg_add_flag(&next, ret->from_beginning);

        hart_pg_call calls[3];
        size_t count = 0;
        const bool wakes_up = broker->announced && broker->was_busy; /* twice something in a row: no more sleeping */
        calls[count++] = commits ? (hart_pg_call){.statement = &sql_commit_and_chain, .ret = &ret->commit}
                                 : (hart_pg_call){.statement = &sql_begin};
        if (wakes_up)
                calls[count++] = (hart_pg_call){.statement = &sql_announce_work, .parameters = &queue};
        calls[count++] = (hart_pg_call){.statement = &sql_next_delivery, .parameters = &next, .ret = &ret->taken};
        hart_code code = hart_pg_run_many(broker->pg, calls, count, err);
        hart_pg_parameters_done(&queue);
        hart_pg_parameters_done(&next);
        if (code == HART_OK)
                broker->announced &= !wakes_up;
        return code;
}

/* The most urgent first, and in the order of sending. */
static int in_order(const void *left, const void *right)
{
        const hart_message *a = left, *b = right;
        if (a->priority != b->priority)
                return b->priority - a->priority;
        return a->id < b->id ? -1 : a->id > b->id;
}

static void unpack(hart_broker *broker, hart_pg_result *taken)
{
        broker->taken = taken;
        broker->count = hart_pg_rows(taken);
        broker->messages = hart_allocate_array(broker->count, sizeof *broker->messages);
        broker->delivery = hart_pg_integer(taken, 0, DELIVERY);
        for (size_t i = 0; i < broker->count; i++) {
                hart_message *message = &broker->messages[i];
                message->id = hart_pg_integer(taken, i, ID);
                message->conversation = hart_pg_integer(taken, i, CONVERSATION);
                message->type = hart_pg_text(taken, i, TYPE, NULL);
                message->body =
                        hart_pg_is_null(taken, i, BODY) ? "" : hart_pg_text(taken, i, BODY, &message->body_size);
                message->attempts = (int)hart_pg_integer(taken, i, ATTEMPTS);
                message->enqueued_at = hart_pg_integer(taken, i, ENQUEUED_AT);
                message->priority = (int)hart_pg_integer(taken, i, PRIORITY);
        }
        qsort(broker->messages, broker->count, sizeof *broker->messages, in_order);
        for (size_t i = 0; i < broker->count; i++)
                broker->positions[broker->messages[i].priority - 1] = broker->messages[i].id;
}

/* After a look that failed: a delivery it may have begun is of no use to anybody, and no fault of its messages. */
static hart_code give_up_look(hart_broker *broker, hart_code code, hart_error *err)
{
        if (code == HART_FATAL && err && strcmp(err->foreign, "55000") == 0) /* the queue is off */
                err->code = code = HART_RETRY;
        hart_broker_start_over(broker);
        broker->previous = 0;
        if (hart_pg_is_up(broker->pg)) {
                (void)hart_pg_run(broker->pg, &sql_rollback, NULL, NULL, NULL);
                hart_pg_parameters queue = {0};
                hart_pg_add_int4(&queue, broker->queue);
                (void)hart_pg_run(broker->pg, &sql_forgive, &queue, NULL, NULL);
                (void)hart_pg_run(broker->pg, &sql_release_all, NULL, NULL, NULL);
                hart_pg_parameters_done(&queue);
        }
        return code;
}

/* What a look without messages said. Returns whether there is reason to look again at once. */
static bool note_absence(hart_broker *broker, const struct look *look, int64_t verdict)
{
        if (verdict == COUNTED) {
                hart_broker_start_over(broker);
                return true;
        }
        broker->held_by_others = verdict == HELD;
        if (!hart_pg_is_null(look->taken, 0, ENQUEUED_AT)) {
                const int64_t wait = hart_pg_integer(look->taken, 0, ENQUEUED_AT);
                broker->due_at = hart_now() + (wait > 0 ? (uint64_t)wait : 0);
        }
        if (!look->from_beginning) {
                /* A look back that takes long comes when its time has come, see hart_broker_nap. */
                if (broker->looking_back_took <= LOOK_BACK_CHEAP)
                        hart_broker_start_over(broker);
                broker->looks = 0;
                broker->owes_look_back = true;
                return broker->from_beginning || !look->wide;
        }
        for (size_t i = 0; verdict == NOTHING && i < HART_BROKER_PRIORITIES; i++)
                broker->positions[i] = hart_pg_integer(look->taken, 0, CONVERSATION);
        return false;
}

static bool looks_back(const hart_broker *broker, uint64_t now)
{
        return broker->from_beginning || now - broker->looked_back_at >= LOOK_BACK_SHARE * broker->looking_back_took;
}

/* One look and what follows from it. HART_EMPTY with *again: another look may give something. */
static hart_code look_once(hart_broker *broker, size_t max, struct look *found, bool *again, hart_error *err)
{
        const bool commits = broker->delivery != 0;
        const uint64_t begin = hart_now();
        *again = false;
        found->from_beginning = looks_back(broker, begin);
        found->wide = broker->looks++ % STRAGGLERS_EVERY == 0;
        hart_code code = look(broker, max, commits, found, err);
        if (commits) {
                const hart_code committed = hart_broker_committed(broker, code, found->commit, err);
                if (committed != HART_OK)
                        return committed;
        }
        if (code != HART_OK)
                return give_up_look(broker, code, err);
        broker->previous = 0;
        if (found->from_beginning) {
                /* The shorter of two: the machine may have been busy with something else. The first plans as well. */
                const uint64_t end = hart_now(), took = broker->looked_back_at ? end - begin : 0;
                broker->looking_back_took = took < broker->last_look_back_took ? took : broker->last_look_back_took;
                broker->last_look_back_took = took;
                broker->looked_back_at = end;
                broker->from_beginning = broker->owes_look_back = false;
        }
        const int64_t verdict = hart_pg_rows(found->taken) > 0 ? hart_pg_integer(found->taken, 0, ID) : (int64_t)HELD;
        broker->was_busy = verdict > COUNTED;
        if (broker->was_busy) {
                unpack(broker, HART_TAKE(found->taken));
                return HART_OK;
        }
        code = hart_pg_run(broker->pg, &sql_commit, NULL, NULL, err);
        if (code != HART_OK)
                return give_up_look(broker, code, err);
        *again = hart_pg_rows(found->taken) == 0 || note_absence(broker, found, verdict);
        return HART_EMPTY;
}

static hart_code receive(hart_broker *broker, size_t max, const hart_message **messages, size_t *count, hart_error *err)
{
        for (unsigned looks = 0; looks < LOOKS_MAX; looks++) {
                bool again = false;
                struct look found = {0};
                const hart_code code = look_once(broker, max, &found, &again, err);
                hart_pg_result_close(found.commit);
                hart_pg_result_close(found.taken);
                if (code == HART_OK) {
                        broker->nap = 0;
                        *messages = broker->messages;
                        *count = broker->count;
                }
                if (code != HART_EMPTY || !again)
                        return code;
        }
        broker->held_by_others = true;
        return HART_EMPTY;
}

hart_code hart_broker_receive(hart_broker *broker, size_t max, const hart_message **messages, size_t *count,
                              hart_error *err)
{
        hart_broker_forget(broker);
        if (hart_broker_tick_is_due(broker, hart_now())) {
                const hart_code code = hart_broker_tick(broker, err);
                if (code != HART_OK)
                        return give_up_look(broker, code, err);
        }
        return receive(broker, max, messages, count, err);
}

hart_code hart_broker_next(hart_broker *broker, size_t max, bool *completed, const hart_message **messages,
                           size_t *count, hart_error *err)
{
        *completed = false;
        if (hart_broker_tick_is_due(broker, hart_now())) {
                const hart_code code = broker->delivery ? hart_broker_complete(broker, err) : HART_OK;
                *completed = code == HART_OK;
                return code == HART_OK ? hart_broker_receive(broker, max, messages, count, err) : code;
        }
        const int64_t delivery = broker->delivery;
        const hart_code code = receive(broker, max, messages, count, err);
        *completed = !delivery || broker->completed == delivery;
        return code;
}

uint64_t hart_broker_nap(const hart_broker *broker)
{
        uint64_t nap = broker->held_by_others || broker->unsure ? broker->nap : UINT64_MAX;
        const uint64_t now = hart_now(), back = broker->looked_back_at + LOOK_BACK_SHARE * broker->looking_back_took;
        const uint64_t wake_at[] = {broker->owes_look_back ? back : UINT64_MAX, broker->due_at};
        for (size_t i = 0; i < sizeof wake_at / sizeof *wake_at; i++) {
                const uint64_t wait = wake_at[i] > now ? wake_at[i] - now : 0;
                if (wake_at[i] != UINT64_MAX && nap > wait)
                        nap = wait;
        }
        return nap;
}
