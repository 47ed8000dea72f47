/* Taking messages. */
#include "reader.h"

#include <string.h>

#include <hartonomous/clock.h>

#include "broker_sql.h"

/* One part in so many of a reader's time may go into looks from the beginning. */
#define LOOK_BACK_SHARE 20
/* Looks in one call that gave nothing though something was there: another reader was faster each time. */
#define LOOKS_MAX    100
#define PIPELINE_MAX 5

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
}

bool hart_broker_looks_back(hart_broker *broker, uint64_t now)
{
        if (now - broker->looked_back_at >= LOOK_BACK_SHARE * broker->looking_back_took)
                broker->position = 0;
        return broker->position == 0;
}

/* Outcome of one look into the queue. */
struct look {
        int64_t locked;
        hart_pg_result *taken;
};

/* BEGIN, lock, SAVEPOINT and take in one round trip. */
static hart_code look(hart_broker *broker, size_t max, struct look *ret, hart_error *err)
{
        hart_pg_parameters queue = {0}, lock = {0}, take = {0};
        const int32_t most = max > INT32_MAX ? INT32_MAX : (int32_t)max;
        hart_pg_add_int4(&queue, broker->queue);
        hart_pg_add_int4(&lock, broker->queue);
        hart_pg_add_int4(&lock, most);
        hart_pg_add_int8(&lock, broker->position);
        hart_pg_add_int4(&take, broker->queue);
        hart_pg_add_int4(&take, most);

        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *locked = NULL;
        hart_pg_call calls[PIPELINE_MAX];
        size_t count = 0;
        const bool wakes_up = broker->announced && broker->was_busy; /* twice something in a row: no more sleeping */
        if (wakes_up)
                calls[count++] = (hart_pg_call){.statement = &sql_announce_work, .parameters = &queue};
        calls[count++] = (hart_pg_call){.statement = &sql_begin};
        calls[count++] = (hart_pg_call){.statement = &sql_lock_next, .parameters = &lock, .ret = &locked};
        calls[count++] = (hart_pg_call){.statement = &sql_savepoint};
        calls[count++] = (hart_pg_call){.statement = &sql_take, .parameters = &take, .ret = &ret->taken};
        hart_code code = hart_pg_run_many(broker->pg, calls, count, err);
        hart_pg_parameters_done(&queue);
        hart_pg_parameters_done(&lock);
        hart_pg_parameters_done(&take);
        if (code != HART_OK)
                return code;
        broker->announced &= !wakes_up;
        ret->locked = hart_pg_integer(locked, 0, 0);
        return HART_OK;
}

static void unpack(hart_broker *broker, hart_pg_result *taken)
{
        broker->taken = taken;
        broker->count = hart_pg_rows(taken);
        broker->messages = hart_allocate_array(broker->count, sizeof *broker->messages);
        for (size_t i = 0; i < broker->count; i++) {
                hart_message *message = &broker->messages[i];
                message->id = hart_pg_integer(taken, i, 0);
                message->conversation = hart_pg_integer(taken, i, 1);
                message->type = hart_pg_text(taken, i, 2, NULL);
                message->body = hart_pg_is_null(taken, i, 3) ? "" : hart_pg_text(taken, i, 3, &message->body_size);
                message->attempts = (int)hart_pg_integer(taken, i, 4);
                message->enqueued_at = hart_pg_integer(taken, i, 5);
        }
        broker->position = broker->messages[broker->count - 1].id;
}

/* After a look that failed: what it had taken already must not look like the delivery of a dead reader. */
static hart_code give_up_look(hart_broker *broker, hart_code code, hart_error *err)
{
        if (code == HART_FATAL && err && strcmp(err->foreign, "55000") == 0) /* the queue is off */
                err->code = code = HART_RETRY;
        broker->position = 0;
        if (hart_pg_is_up(broker->pg))
                (void)hart_broker_put_back(broker, NULL);
        return code;
}

hart_code hart_broker_receive(hart_broker *broker, size_t max, const hart_message **messages, size_t *count,
                              hart_error *err)
{
        hart_broker_forget(broker);
        for (unsigned looks = 0; looks < LOOKS_MAX; looks++) {
                const uint64_t begin = hart_now();
                const bool looks_back = hart_broker_looks_back(broker, begin);
                struct look found = {0};
                hart_code code = look(broker, max, &found, err);
                if (code != HART_OK)
                        return give_up_look(broker, code, err);
                if (looks_back) {
                        broker->looked_back_at = hart_now();
                        broker->looking_back_took = broker->looked_back_at - begin;
                }
                /* A row with id 0 says that deliveries of dead readers were counted, which is to be committed. */
                broker->was_busy = hart_pg_rows(found.taken) > 0 && hart_pg_integer(found.taken, 0, 0) != 0;
                if (broker->was_busy) {
                        unpack(broker, found.taken);
                        broker->nap = 0;
                        *messages = broker->messages;
                        *count = broker->count;
                        return HART_OK;
                }
                const bool counted = hart_pg_rows(found.taken) > 0;
                hart_pg_result_close(found.taken);
                code = hart_pg_run(broker->pg, &sql_commit, NULL, NULL, err);
                if (code != HART_OK)
                        return give_up_look(broker, code, err);
                broker->position = 0;
                broker->held_by_others = found.locked < 0;
                if (!counted && found.locked <= 0 && looks_back)
                        return HART_EMPTY;
        }
        broker->held_by_others = true;
        return HART_EMPTY;
}
