/* Readers: each delivery is one transaction, exactly once, its conversations locked. */
#include "client.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/broker.h>
#include <hartonomous/clock.h>

/* The longest sleep where nobody rings: with an end in sight it is short, or the last readers would be waited for. */
#define REST_MAX     HART_SECOND
#define REST_AT_WORK (5 * HART_MILLISECOND)

struct reader {
        hart_broker *broker;
        hart_buffer times; /* pairs of double: microseconds, messages */
        hart_buffer ids;   /* double: the "n" of each message, in order of arrival */
};

static void add(hart_buffer *buffer, double number)
{
        hart_buffer_append(buffer, &number, sizeof number);
}

static void open_reader(struct member *member)
{
        struct reader *reader = hart_allocate(sizeof *reader);
        hart_error err = {0};
        must(hart_broker_open(&reader->broker, member->pg, "BenchQueue", &err), &err);
        member->state = reader;
}

/* Bodies are {"n": NUMBER, …}; jsonb keeps the shortest key in front. */
static void note_messages(struct reader *reader, const hart_message *messages, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                const char *colon = strchr(messages[i].body, ':');
                add(&reader->ids, colon ? strtod(colon + 1, NULL) : -1.0);
        }
}

static void rest(struct member *member, struct reader *reader)
{
        hart_error err = {0};
        const hart_code code = hart_broker_sleep(reader->broker, &err);
        if (code == HART_EMPTY)
                return;
        must(code, &err);
        uint64_t longest = atomic_load(&member->shared->target) == UINT64_MAX ? REST_MAX : REST_AT_WORK;
        const uint64_t nap = hart_broker_nap(reader->broker);
        if (nap < longest)
                longest = nap;
        struct pollfd bell = {.fd = hart_pg_socket(member->pg), .events = POLLIN};
        (void)poll(&bell, 1, (int)(longest / HART_MILLISECOND));
}

/* A delivery counts from when its reader had it: that it is committed is only told with the answer to the next look,
 * which may take its time where nothing is left. */
static void note_consumed(struct member *member, struct reader *reader, size_t count, uint64_t received_at)
{
        add(&reader->times, (double)received_at);
        add(&reader->times, (double)count);
        note_handled(member->shared, count, received_at);
}

/* The end of a delivery and the beginning of the next share a round trip, unless nothing is to come. */
static void run_reader(struct member *member)
{
        struct reader *reader = member->state;
        struct shared *shared = member->shared;
        hart_error err = {0};
        size_t in_hand = 0;
        uint64_t received_at = 0;
        while (!atomic_load(&shared->stop) && atomic_load(&shared->received) < atomic_load(&shared->target)) {
                const hart_message *messages = NULL;
                size_t count = 0;
                bool completed = false;
                const hart_code code =
                        hart_broker_next(reader->broker, member->options->batch, &completed, &messages, &count, &err);
                const uint64_t now = hart_now();
                if (in_hand && completed)
                        note_consumed(member, reader, in_hand, received_at);
                in_hand = code == HART_OK ? count : 0;
                if (code == HART_EMPTY) {
                        rest(member, reader);
                        continue;
                }
                must(code, &err);
                received_at = now;
                atomic_fetch_add(&shared->received, count);
                note_messages(reader, messages, count);
        }
        if (in_hand) {
                must(hart_broker_complete(reader->broker, &err), &err);
                note_consumed(member, reader, in_hand, received_at);
        }
}

static void write_file(const struct member *member, const char *kind, const hart_buffer *buffer)
{
        char path[4096];
        snprintf(path, sizeof path, "%s.%zu.%s", member->options->out, member->index, kind);
        FILE *file = fopen(path, "wb");
        if (!file || fwrite(buffer->data, 1, buffer->size, file) != buffer->size || fclose(file) != 0) {
                perror(path);
                exit(1);
        }
}

static void close_reader(struct member *member)
{
        struct reader *reader = member->state;
        if (member->options->out) {
                write_file(member, "times", &reader->times);
                write_file(member, "ids", &reader->ids);
        }
        hart_broker_close(reader->broker);
}

const struct role reader_role = {"receive", open_reader, run_reader, close_reader};
