/* Atomizers as the ingestion daemon uses them: through hartonomous-atomize, a child in a sandbox. It is started when
 * it is needed, kept for many windows of one tenant, and replaced after a crash, a hang, or when it has done enough. */
#ifndef ATOMIZE_CLIENT_H
#define ATOMIZE_CLIENT_H

#include <stdint.h>

#include <hartonomous/atomizer.h>

#include "child.h"
#include "protocol.h"

typedef struct atomize_options {
        const char *program;       /* path of hartonomous-atomize */
        uint64_t timeout;          /* microseconds for one window */
        uint64_t memory;           /* bytes of address space */
        int64_t windows_per_child; /* then it is replaced */
        atomize_waiting waiting;   /* while the child works; may be NULL */
        void *waiting_data;
} atomize_options;

typedef struct atomize_client {
        atomize_options options;
        atomize_child child;
        int32_t tenant;
        int64_t windows;
} atomize_client;

typedef struct atomize_job {
        const hart_atomizer *atomizer;
        hart_window window;
        int32_t tenant;
        int64_t source;        /* for messages */
        atomize_piece *pieces; /* room for max_pieces, filled */
        uint32_t max_pieces;
} atomize_job;

typedef struct atomize_result {
        uint32_t count;     /* of pieces */
        uint32_t lead_size; /* the window begins with the lead, then the pieces */
        size_t consumed;    /* 0 with a window that is not the last: it must be longer */
        bool full;          /* max_pieces were not enough: `consumed` is what a smaller window may hold */
} atomize_result;

/* Zeroed is closed. Nothing is started yet. */
void atomize_client_init(atomize_client *client, const atomize_options *options);
void atomize_client_done(atomize_client *client);

/* HART_FAILED: the child crashed, hung, or lied; HART_POISON: the atomizer refuses the content; HART_CONFIG: the
 * child cannot be started (HART_RETRY where that may pass); or what `waiting` returned. */
hart_code atomize_client_run(atomize_client *client, const atomize_job *job, atomize_result *ret, hart_error *err);

#endif
