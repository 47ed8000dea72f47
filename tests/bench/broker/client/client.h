/* Load programs of `scripts/bench broker`. All competitors' programs speak the same protocol: started as
 *     PROGRAM receive|send CONNINFO KEY=VALUE…
 * they print "ready" when every connection stands, and obey lines on standard input: "go N" handles N messages and
 * answers "done COUNT SECONDS"; "go 0" goes on until "stop", which is answered alike. At the end of the input they
 * write what they noted and leave. */
#ifndef BENCH_BROKER_CLIENT_H
#define BENCH_BROKER_CLIENT_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/postgres.h>

#define MEMBERS_MAX 64

struct options {
        const char *conninfo;
        const char *out;  /* prefix of the files a reader writes */
        uint64_t members; /* readers or senders, a process and a connection each */
        uint64_t batch;   /* messages a delivery, or a send */
        uint64_t first;   /* number of the first message sent */
        uint64_t rate;    /* messages a second of each sender, numbered by the clock; 0: as fast as it goes */
};

/* What the processes share. */
struct shared {
        sem_t go[MEMBERS_MAX], done;
        atomic_uint_fast64_t begun_at, before, target, received, handled, last_at;
        atomic_bool stop, quit;
};

struct member {
        const struct options *options;
        struct shared *shared;
        hart_pg *pg;
        size_t index;
        void *state;
};

/* What readers and senders do differently. run() handles messages until the target is reached or stop is set. */
struct role {
        const char *name;
        void (*open)(struct member *member);
        void (*run)(struct member *member);
        void (*close)(struct member *member);
};
extern const struct role reader_role, sender_role;

/* `count` messages were handled at time `now`. */
void note_handled(struct shared *shared, uint64_t count, uint64_t now);
/* Ends the process where `code` is not HART_OK. */
void must(hart_code code, const hart_error *err);

#endif
