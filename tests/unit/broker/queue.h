/* What the broker's tests share: a cluster with the schema, senders, readers, readers that die. */
#ifndef TEST_QUEUE_H
#define TEST_QUEUE_H

#include <hartonomous/broker.h>

#include "cluster.h"

#define QUEUE "InferenceQueue"

/* The database "broker" with table effect (conversation bigint, n bigint, at bigint of growing numbers). */
void queue_open(struct cluster *cluster);
hart_pg *queue_connect(const struct cluster *cluster);
/* Empties queue, dead letters and effects, and restores the queue's settings. */
void queue_clear(hart_pg *pg);

/* One way, body {"n": n}. */
void queue_send(hart_pg *pg, int64_t n);
/* A conversation with InferenceService, and a message {"n": n} in it. */
int64_t queue_begin(hart_pg *pg);
void queue_say(hart_pg *pg, int64_t handle, int64_t n);

struct reader {
        hart_pg *pg;
        hart_broker *broker;
        const hart_message *messages;
        size_t count;
};
void reader_open(struct reader *reader, const struct cluster *cluster);
void reader_close(struct reader *reader);
/* Must give messages whose n is as in `expected` ("3 4 5"); "" for nothing. */
void reader_expect(struct reader *reader, size_t max, const char *expected);
/* Receives until there is something. */
void reader_await(struct reader *reader, size_t max);
int64_t message_number(const hart_message *message);
/* The handler's effect: a row for each message in hand. */
void reader_work(struct reader *reader);
void reader_complete(struct reader *reader);
void reader_put_back(struct reader *reader);
/* Returns whether the message is a dead letter now. */
bool reader_fail(struct reader *reader, size_t index, bool poison, const char *why);

#endif
