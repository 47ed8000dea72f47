/* A reader as a daemon has one: it receives, handles, ends its delivery, sleeps, and comes back after an outage. Before
 * each step it notes what a death at this moment would cost. */
#include "fire.h"

#include <poll.h>
#include <string.h>

#include <hartonomous/clock.h>

/* One delivery in so many is put back though nothing is wrong, one lasts longer than it needs to. */
#define PUT_BACK_EVERY 150
#define DAWDLE_EVERY   10
#define DAWDLE_MAX     (20 * HART_MILLISECOND)

struct reader {
        struct connection connection;
        hart_broker *broker;
        struct handling handling;
        hart_error error;
};

static bool one_in(uint64_t number)
{
        return hart_random() % number == 0;
}

static void enter(enum phase phase)
{
        atomic_store(&note->phase, (uint32_t)phase);
}

static void hands_empty(void)
{
        enter(IDLE);
        note->count = 0;
}

static void hands_full(struct reader *reader, const hart_message *messages, size_t count)
{
        handling_read(&reader->handling, messages, count);
        note->count = 0;
        note->received_at = (int64_t)real_time();
        memcpy(note->n, reader->handling.n, count * sizeof *note->n);
        note->count = (uint32_t)count;
        enter(HANDLING);
}

/* After a call that did not do what it should, or that did: is the connection still there? If not, what was in hand
 * (by the phase) is written down. */
static void settled(struct reader *reader, hart_code code)
{
        must(code, "ending a delivery", &reader->error);
        if (code == HART_RETRY)
                note_event(hart_pg_is_up(reader->connection.pg) ? "unsettled" : "lost");
        hands_empty();
}

/* A COMMIT that was none. Of one message alone it is known whose fault it was. */
static void not_committed(struct reader *reader, hart_code code)
{
        const bool is_data = code == HART_POISON || code == HART_FATAL;
        if (code != HART_RETRY && !(is_data && reader->handling.spoiled))
                give_up("COMMIT", &reader->error);
        const bool up = hart_pg_is_up(reader->connection.pg), alone = note->count == 1;
        if (is_data && alone)
                note_blame(up ? "failed" : "failed-perhaps", note->n[0]);
        if (!up)
                note_event("lost");
        else if (!is_data)
                note_event("unsettled");
        else if (!alone)
                note_event("refused");
        hands_empty();
}

static void put_back(struct reader *reader)
{
        enter(ENDING);
        settled(reader, hart_broker_put_back(reader->broker, &reader->error));
}

static void blame(struct reader *reader)
{
        const size_t failed = reader->handling.failed;
        const hart_error reason = reader->error;
        bool dead = false;
        enter(ENDING);
        const hart_code code = hart_broker_fail(reader->broker, failed, false, &reason, &dead, &reader->error);
        note_blame(code == HART_OK ? "failed" : "failed-perhaps", note->n[failed]);
        settled(reader, code);
}

static void complete(struct reader *reader)
{
        enter(ENDING);
        const hart_code code = hart_broker_complete(reader->broker, &reader->error);
        if (code == HART_OK)
                hands_empty();
        else
                not_committed(reader, code);
}

/* Leaves the messages in hand where the next call is to complete them. */
static void handle(struct reader *reader)
{
        if (one_in(DAWDLE_EVERY))
                pause_for(hart_random() % DAWDLE_MAX);
        const hart_code code = handling_do(&reader->handling, &reader->error);
        if (code == HART_OK && one_in(PUT_BACK_EVERY))
                put_back(reader);
        else if (code == HART_OK && !reader->connection.options->next)
                complete(reader);
        else if (code == HART_FAILED)
                blame(reader);
        else if (code == HART_RETRY && hart_pg_is_up(reader->connection.pg))
                put_back(reader);
        else if (code != HART_OK)
                settled(reader, code);
}

/* HART_RETRY with the connection up: the queue is off. */
static hart_code take(struct reader *reader)
{
        const hart_message *messages = NULL;
        const size_t batch = reader->connection.options->batch;
        size_t count = 0;
        bool completed = true;
        enter(RECEIVING);
        const hart_code code =
                reader->connection.options->next
                        ? hart_broker_next(reader->broker, batch, &completed, &messages, &count, &reader->error)
                        : hart_broker_receive(reader->broker, batch, &messages, &count, &reader->error);
        if (!completed) {
                not_committed(reader, code);
                return HART_EMPTY;
        }
        if (code == HART_OK) {
                hands_full(reader, messages, count);
                return code;
        }
        note->count = 0;
        must(code, "receiving", &reader->error);
        if (code == HART_RETRY && !hart_pg_is_up(reader->connection.pg))
                note_event("lost");
        hands_empty();
        return code;
}

static void rest(struct reader *reader)
{
        if (hart_broker_sleep(reader->broker, &reader->error) != HART_OK)
                return;
        const uint64_t nap = hart_broker_nap(reader->broker);
        struct pollfd bell = {.fd = hart_pg_socket(reader->connection.pg), .events = POLLIN};
        poll(&bell, 1, (int)((nap < HART_SECOND ? nap : HART_SECOND) / HART_MILLISECOND));
}

static void read_on(struct reader *reader)
{
        while (!asked_to_stop && hart_pg_is_up(reader->connection.pg)) {
                const hart_code code = take(reader);
                if (code == HART_OK)
                        handle(reader);
                else if (code == HART_EMPTY)
                        rest(reader);
                else if (hart_pg_is_up(reader->connection.pg))
                        pause_for(20 * HART_MILLISECOND);
        }
        if (note->count > 0 && hart_pg_is_up(reader->connection.pg))
                complete(reader);
}

int reader_main(const struct options *options)
{
        struct reader *reader = hart_allocate(sizeof *reader);
        reader->connection.options = options;
        reader->handling.connection = &reader->connection;
        note_open(options);
        while (!asked_to_stop) {
                hart_code code = connection_open(&reader->connection, &reader->error);
                snprintf(note->connection, sizeof note->connection, "%s", reader->connection.name);
                if (code == HART_OK)
                        code = hart_broker_open(&reader->broker, reader->connection.pg, QUEUE, &reader->error);
                if (code == HART_OK)
                        read_on(reader);
                must(code, "opening", &reader->error);
                hart_broker_close(HART_TAKE(reader->broker));
                connection_close(&reader->connection);
                if (!asked_to_stop)
                        pause_for(10 * HART_MILLISECOND);
        }
        free(reader);
        return 0;
}
