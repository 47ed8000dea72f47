/* Inside src/broker: what a reader remembers between calls. */
#ifndef HARTONOMOUS_BROKER_READER_H
#define HARTONOMOUS_BROKER_READER_H

#include <hartonomous/broker.h>

struct hart_broker {
        hart_pg *pg;
        int32_t queue;
        char *name;

        hart_pg_result *taken; /* the messages in hand; the rows own their texts */
        hart_message *messages;
        size_t count;

        /* Messages up to this id were looked at. Looking only behind it spares the walk over consumed rows that VACUUM
         * has not removed yet; to see what was put back meanwhile, it is reset now and then. */
        int64_t position;
        uint64_t looked_back_at, looking_back_took;

        bool announced;      /* senders ring for us */
        bool unsure;         /* a sender from before the announcement may still commit without ringing */
        bool held_by_others; /* the last look met messages of conversations that other readers hold */
        bool was_busy;       /* the last look gave messages */
        uint64_t nap;
};

/* Is the next look one from the beginning? Then *position is 0. */
bool hart_broker_looks_back(hart_broker *broker, uint64_t now);
/* Forgets the messages in hand. */
void hart_broker_forget(hart_broker *broker);

#endif
