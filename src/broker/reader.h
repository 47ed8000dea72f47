/* Inside src/broker: what a reader remembers between calls. */
#ifndef HARTONOMOUS_BROKER_READER_H
#define HARTONOMOUS_BROKER_READER_H

#include <hartonomous/broker.h>

#define HART_BROKER_PRIORITIES 10

struct hart_broker {
        hart_pg *pg;
        int32_t queue;
        char *name;

        hart_pg_result *taken; /* the messages in hand; the rows own their texts */
        hart_message *messages;
        size_t count;
        int64_t delivery;  /* names the delivery in hand; 0 for none */
        int64_t previous;  /* one that is committed and still to be released; 0 for none */
        int64_t completed; /* the last one that is committed */

        /* Messages of each priority up to these ids were looked at. Looking only behind them spares the walk over
         * consumed rows that VACUUM has not removed yet; to see what was put back meanwhile, a look from the beginning
         * comes now and then. */
        int64_t positions[HART_BROKER_PRIORITIES];
        bool from_beginning; /* the next look has to be one */
        bool owes_look_back; /* nothing was ahead, and a look back was too long to be made at once */
        unsigned looks;
        uint64_t looked_back_at, looking_back_took, last_look_back_took;

        uint64_t consumed;          /* since the last tick */
        uint64_t ticked_at, due_at; /* due_at: a deferred message is; UINT64_MAX where none is known */

        bool announced;      /* senders ring for us */
        bool unsure;         /* a sender from before the announcement may still commit without ringing */
        bool held_by_others; /* the last look met messages of conversations that other readers hold */
        bool was_busy;       /* the last look gave messages */
        uint64_t nap;
};

/* Forgets the messages in hand. */
void hart_broker_forget(hart_broker *broker);
/* The next look is one from the beginning. */
void hart_broker_start_over(hart_broker *broker);
/* After a COMMIT: was it one, or did the server turn it into a ROLLBACK because a statement had failed before? `code`
 * and *err are those of the call; `commit` its result, NULL where it failed. Settles the delivery where it was not. */
hart_code hart_broker_committed(hart_broker *broker, hart_code code, const hart_pg_result *commit, hart_error *err);
/* Between deliveries: tells what was consumed and releases deferred messages that are due. */
hart_code hart_broker_tick(hart_broker *broker, hart_error *err);
bool hart_broker_tick_is_due(const hart_broker *broker, uint64_t now);

#endif
