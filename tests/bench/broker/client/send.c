/* Senders: one message a transaction (batch 1), or an array of them. */
#include "client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hartonomous/broker.h>
#include <hartonomous/clock.h>

#define BODY_SIZE 200
#define ENDLESS   (UINT64_C(1) << 40)

static const hart_route route = {"ClientService", "BenchReceiver", "BenchContract", "BenchMessage"};

struct sender {
        char (*bodies)[BODY_SIZE + 1];
        hart_pg_bytes *list;
};

static void open_sender(struct member *member)
{
        struct sender *sender = hart_allocate(sizeof *sender);
        sender->bodies = hart_allocate_array(member->options->batch, sizeof *sender->bodies);
        sender->list = hart_allocate_array(member->options->batch, sizeof *sender->list);
        member->state = sender;
}

/* {"n": NUMBER, "pad": "xxx…"}, BODY_SIZE bytes. */
static void write_body(char *body, uint64_t number)
{
        int used = snprintf(body, BODY_SIZE + 1, "{\"n\": %" PRIu64 ", \"pad\": \"", number);
        memset(body + used, 'x', (size_t)(BODY_SIZE - used - 2));
        memcpy(body + BODY_SIZE - 2, "\"}", 3);
}

static void send_messages(struct member *member, uint64_t first, size_t count)
{
        struct sender *sender = member->state;
        hart_error err = {0};
        for (size_t i = 0; i < count; i++) {
                write_body(sender->bodies[i], first + i);
                sender->list[i] = (hart_pg_bytes){sender->bodies[i], BODY_SIZE};
        }
        if (member->options->batch == 1)
                must(hart_broker_send(member->pg, &route, sender->bodies[0], BODY_SIZE, &err), &err);
        else
                must(hart_broker_send_many(member->pg, &route, sender->list, count, &err), &err);
        note_handled(member->shared, count, hart_now());
}

/* At a steady rate; a message's number is the time at which it was sent. */
static void run_steadily(struct member *member)
{
        const uint64_t step = HART_SECOND / member->options->rate;
        uint64_t next = hart_now();
        while (!atomic_load(&member->shared->stop)) {
                next += step;
                const struct timespec until = {.tv_sec = (time_t)(next / HART_SECOND),
                                               .tv_nsec = (long)(next % HART_SECOND * 1000)};
                clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
                send_messages(member, hart_now(), 1);
        }
}

static void run_sender(struct member *member)
{
        struct shared *shared = member->shared;
        if (member->options->rate) {
                run_steadily(member);
                return;
        }
        const uint64_t target = atomic_load(&shared->target), before = atomic_load(&shared->before);
        /* Each sender has a range of numbers of its own. */
        const uint64_t total = target == UINT64_MAX ? ENDLESS : target - before;
        const uint64_t share = total / member->options->members;
        const uint64_t begin = before + share * member->index;
        const uint64_t end = member->index + 1 == member->options->members ? before + total : begin + share;
        for (uint64_t at = begin; at < end && !atomic_load(&shared->stop);) {
                const uint64_t left = end - at;
                const size_t count = left < member->options->batch ? (size_t)left : (size_t)member->options->batch;
                send_messages(member, member->options->first + at, count);
                at += count;
        }
}

static void close_sender(struct member *member)
{
        struct sender *sender = member->state;
        free(sender->bodies);
        free(sender->list);
        free(sender);
}

const struct role sender_role = {"send", open_sender, run_sender, close_sender};
