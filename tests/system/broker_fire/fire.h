/* test_broker_fire: what test_broker_fire.py starts and kills. One process is one reader, one sender or one holder. */
#ifndef TEST_BROKER_FIRE_H
#define TEST_BROKER_FIRE_H

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

#include <hartonomous/broker.h>

#define QUEUE     "InferenceQueue"
#define BATCH_MAX 500 /* the broker gives no more at once */

struct options {
        const char *conninfo;
        const char *name;                   /* "reader-3" */
        const char *note;                   /* file of struct note; NAME.log beside it has its events */
        uint64_t batch;                     /* messages a delivery, or an array */
        uint64_t next;                      /* 1: hart_broker_next, else receive and complete */
        uint64_t messages, seconds, number; /* of a sender: how many, over how long, and which sender it is */
};

extern volatile sig_atomic_t asked_to_stop;

/* Ends the process with status 3, which the test takes for a failure. */
_Noreturn void give_up(const char *what, const hart_error *error);
/* Where the answer is one that no storm explains. HART_RETRY is the storm's. */
void must(hart_code code, const char *what, const hart_error *error);
void pause_for(uint64_t microseconds);
uint64_t real_time(void); /* microseconds since 1970 */

/* A connection of its own name, which the test finds in pg_stat_activity. */
struct connection {
        const struct options *options;
        hart_pg *pg;
        unsigned times;
        char name[64];
};
hart_code connection_open(struct connection *connection, hart_error *error);
void connection_close(struct connection *connection);

/* What a reader has in hand. It lies in shared memory, so that it can be read when the reader is dead. */
enum phase {
        IDLE,
        RECEIVING, /* what is in hand is being completed; more may be in hand than is noted */
        HANDLING,  /* exactly this is in hand */
        ENDING     /* it is being completed, put back or blamed */
};
struct note {
        _Atomic uint32_t phase;
        uint32_t count;
        int64_t received_at; /* microseconds since 1970 */
        char connection[64];
        int64_t n[BATCH_MAX];
};
extern struct note *note;
void note_open(const struct options *options);
/* One line in the log: TIME WHAT PHASE RECEIVED_AT CONNECTION N,N,… */
void note_event(const char *what);
void note_blame(const char *what, int64_t n);

/* Bodies are {"n": N, "kind": "…"}; what the kind asks for is done. *failed: the message that is to be blamed.
 * *spoiled: the COMMIT will fail. HART_FAILED: blame the message. */
struct handling {
        struct connection *connection;
        const hart_message *messages;
        size_t count, failed;
        bool spoiled;
        int64_t n[BATCH_MAX];
        char kind[BATCH_MAX][16];
};
void handling_read(struct handling *handling, const hart_message *messages, size_t count);
hart_code handling_do(struct handling *handling, hart_error *error);

int reader_main(const struct options *options);
int sender_main(const struct options *options);
int holder_main(const struct options *options);

#endif
