/* The broker's C client: a reader of one queue, and sending. The broker itself is SQL (schema "broker"), usable
 * from any language; this adds batching, waiting and the crash accounting between them.
 *
 * A delivery is one transaction: receive() begins it and takes messages, the handler adds its effects to it,
 * and exactly one of complete(), put_back() and fail() ends it. If the process dies instead, PostgreSQL puts the
 * messages back at once, and the next reader counts an attempt. */
#ifndef HARTONOMOUS_BROKER_H
#define HARTONOMOUS_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>
#include <hartonomous/postgres.h>

typedef struct hart_message {
        int64_t id;
        int64_t conversation; /* handle */
        const char *type;     /* "IngestionRequest" */
        const char *body;     /* JSON text, NUL-terminated; "" where there is none */
        size_t body_size;
        int attempts;        /* deliveries before this one that failed or whose reader died */
        int64_t enqueued_at; /* microseconds since 1970-01-01 UTC */
        int priority;        /* 1 to 10, the most urgent */
} hart_message;

typedef struct hart_broker hart_broker;

/* A reader of `queue` over the caller's connection, which it must have to itself. HART_CONFIG where the queue does
 * not exist or may not be read, HART_RETRY where it has all the readers it may have. Call again after a reconnect. */
hart_code hart_broker_open(hart_broker **ret, hart_pg *pg, const char *queue, hart_error *err);
void hart_broker_close(hart_broker *broker);

/* Begins a transaction and takes up to `max` messages, in order inside each conversation; a message that failed
 * before comes alone. HART_EMPTY: nothing there, no transaction is open. *messages is borrowed until the delivery
 * ends. */
hart_code hart_broker_receive(hart_broker *broker, size_t max, const hart_message **messages, size_t *count,
                              hart_error *err);
/* COMMIT: the messages are consumed together with all effects. HART_RETRY: the outcome is what PostgreSQL says after
 * a reconnect; either all of it happened or nothing. Any other failure (a constraint that is checked last, a statement
 * that failed unnoticed) is the messages' own: nothing happened, and each costs an attempt. */
hart_code hart_broker_complete(hart_broker *broker, hart_error *err);
/* complete() and then receive(), in one round trip: for loops over small messages with nothing to do in between.
 * *completed: was it? Where not, the answer is complete()'s, and nothing was received. */
hart_code hart_broker_next(hart_broker *broker, size_t max, bool *completed, const hart_message **messages,
                           size_t *count, hart_error *err);
/* Undoes the effects and puts all messages back, nobody is blamed. Use it when a dependency is away or the daemon
 * is asked to stop. */
hart_code hart_broker_put_back(hart_broker *broker, hart_error *err);
/* Undoes the effects and counts an attempt against message number `index` (position in *messages); the others go
 * back untouched. At the queue's limit, or at once where `poison`, the message moves to broker.dead_letter with
 * reason->text and reason->foreign. *dead tells whether it did. */
hart_code hart_broker_fail(hart_broker *broker, size_t index, bool poison, const hart_error *reason, bool *dead,
                           hart_error *err);

/* Announces that this reader sleeps, so that senders ring. Returns HART_OK when it may sleep, HART_EMPTY when
 * something came meanwhile: receive again. Waking is the caller's: hart_pg_socket() becomes readable. */
hart_code hart_broker_sleep(hart_broker *broker, hart_error *err);
/* The longest sleep after that, in microseconds: short while other readers hold messages, since nobody rings when they
 * die, and until a deferred message is due; UINT64_MAX where only a NOTIFY can bring something. Poll every now and then
 * all the same. */
uint64_t hart_broker_nap(const hart_broker *broker);

/* One way: a new conversation from one service to another with one message each. In the caller's transaction. */
typedef struct hart_route {
        const char *from_service, *to_service, *contract, *message_type;
} hart_route;
hart_code hart_broker_send(hart_pg *pg, const hart_route *route, const char *body, size_t size, hart_error *err);
hart_code hart_broker_send_many(hart_pg *pg, const hart_route *route, const hart_pg_bytes *bodies, size_t count,
                                hart_error *err);

/* Conversations: messages arrive in order, and the other end may answer to the handle it receives them with. All in the
 * caller's transaction; answers come to the queue of from_service. docs/broker.md says who may use a handle. */
#define HART_PRIORITY_USUAL 5
typedef struct hart_dialog {
        const char *from_service, *to_service, *contract;
        uint64_t lifetime;  /* microseconds; 0: no limit */
        int priority;       /* 1 to 10, the most urgent; 0: the usual one */
        int64_t related_to; /* handle of a conversation whose group it joins; 0: a group of its own */
} hart_dialog;
hart_code hart_broker_begin_conversation(hart_pg *pg, const hart_dialog *dialog, int64_t *handle, hart_error *err);
/* body NULL: none */
hart_code hart_broker_say(hart_pg *pg, int64_t handle, const char *type, const char *body, size_t size,
                          hart_error *err);
/* The other end gets EndDialog, or Error where there is a code or a description; both may be NULL. Nothing happens for
 * the handle of a one-way message, so a handler may end whatever it answered. */
hart_code hart_broker_end_conversation(hart_pg *pg, int64_t handle, const int32_t *error_code, const char *description,
                                       hart_error *err);

#endif
