/* Atomizers as the ingestion daemon uses them: through hartonomous-atomize, a child in a sandbox. It is started when
 * it is needed, kept for many windows of one tenant, and replaced after a crash, a hang, or when it has done enough. */
#ifndef ATOMIZE_CLIENT_H
#define ATOMIZE_CLIENT_H

#include <stdint.h>

#include <hartonomous/atomizer.h>
#include <hartonomous/memory.h>

#include "child.h"
#include "events.h"

typedef struct atomize_options {
        const char *program;       /* path of hartonomous-atomize */
        uint64_t timeout;          /* microseconds for one window; for the next events of a document */
        uint64_t memory;           /* bytes of address space, besides what is mapped when it starts and the document */
        int64_t windows_per_child; /* windows and documents; then it is replaced */
        atomize_waiting waiting;   /* while the child works; may be NULL */
        void *waiting_data;
} atomize_options;

typedef struct atomize_client {
        atomize_options options;
        atomize_child child;
        int32_t tenant;
        int64_t windows;
        uint64_t memory; /* what the child may use without a document's file; 0: no limit */
        struct {
                bool in_hand;        /* begun, and not at its end */
                event_reader reader; /* of the frame in hand */
                int64_t source;
                uint64_t waited; /* microseconds for frames, so far */
        } document;
        hart_buffer frame; /* what was read, what is written */
} atomize_client;

/* A document as a whole may take this many times the timeout, of CPU time and of the daemon's waiting for it. */
#define ATOMIZE_TIMEOUTS_PER_DOCUMENT 10

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

/* --- whole documents --- */

/* What a document is: its content type is appended to `type`, *ret is the atomizer that takes it. `head` are its first
 * bytes (all of it, or 64 KiB); `declared` and `name` may be NULL. Errors as atomize_client_run. */
typedef struct atomize_question {
        const unsigned char *head;
        size_t size;
        const char *declared, *name;
        int32_t tenant;
        int64_t source; /* for messages */
} atomize_question;
hart_code atomize_client_identify(atomize_client *client, const atomize_question *question, hart_buffer *type,
                                  const hart_atomizer **ret, hart_error *err);

typedef struct atomize_document {
        const hart_atomizer *atomizer; /* of way HART_SLICES or HART_EXTRACT */
        const hart_limits *limits;
        const char *name, *content_type;
        const unsigned char *data; /* all of it where it is at most HART_WINDOW_MAX bytes; else NULL */
        int fd;                    /* else a file with its bytes, read-only for the child; borrowed */
        uint64_t size;
        int32_t tenant;
        int64_t source; /* for messages */
} atomize_document;

/* Sends the document; its events follow with atomize_client_next. Errors as atomize_client_run. */
hart_code atomize_client_begin(atomize_client *client, const atomize_document *document, hart_error *err);
/* The next event, valid until the next call; EVENT_END is the last. Errors as atomize_client_run. */
hart_code atomize_client_next(atomize_client *client, atomize_event *ret, hart_error *err);
/* Ends a document before its EVENT_END: the child is replaced. Nothing to do where it came to its end. */
void atomize_client_leave(atomize_client *client);

#endif
