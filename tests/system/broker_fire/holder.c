/* A reader that is led by hand, by lines on its standard input:
 *   take N   receives until it has N messages in one delivery:    holding N ATTEMPTS
 *   watch N  handles deliveries as they come, until N messages:   asleep (once), then  done FIRST LAST
 *            (when the first and the last were there, microseconds of CLOCK_MONOTONIC)
 *   complete                                                      ok, or the word of the code
 * ATTEMPTS is the sum over the messages. */
#include "fire.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include <hartonomous/clock.h>

struct holder {
        struct connection connection;
        hart_broker *broker;
        const hart_message *messages;
        size_t count;
        bool has_slept;
        hart_error error;
};

static void say(const char *line)
{
        puts(line);
}

static hart_code receive(struct holder *holder, size_t max)
{
        holder->count = 0;
        const hart_code code =
                hart_broker_receive(holder->broker, max, &holder->messages, &holder->count, &holder->error);
        if (code < HART_OK)
                give_up("receive", &holder->error);
        return code;
}

/* As a daemon sleeps. */
static void rest(struct holder *holder)
{
        const hart_code code = hart_broker_sleep(holder->broker, &holder->error);
        if (code < HART_OK)
                give_up("sleep", &holder->error);
        if (code == HART_EMPTY)
                return;
        if (!holder->has_slept)
                say("asleep");
        holder->has_slept = true;
        const uint64_t nap = hart_broker_nap(holder->broker);
        struct pollfd bell = {.fd = hart_pg_socket(holder->connection.pg), .events = POLLIN};
        poll(&bell, 1, (int)((nap < HART_SECOND ? nap : HART_SECOND) / HART_MILLISECOND));
}

static void take(struct holder *holder, size_t wanted)
{
        while (receive(holder, wanted) != HART_OK || holder->count < wanted)
                if (holder->count > 0)
                        must(hart_broker_put_back(holder->broker, &holder->error), "put back", &holder->error);
                else
                        rest(holder);
        int attempts = 0;
        for (size_t i = 0; i < holder->count; i++)
                attempts += holder->messages[i].attempts;
        printf("holding %zu %d\n", holder->count, attempts);
}

static void complete(struct holder *holder)
{
        const hart_code code = hart_broker_complete(holder->broker, &holder->error);
        say(code == HART_OK ? "ok" : hart_code_name(code));
}

static void watch(struct holder *holder, size_t wanted)
{
        uint64_t first = 0, last = 0;
        size_t got = 0;
        holder->has_slept = false;
        while (got < wanted) {
                bool completed = false;
                holder->count = 0;
                const hart_code code = hart_broker_next(holder->broker, wanted, &completed, &holder->messages,
                                                        &holder->count, &holder->error);
                if (code < HART_OK)
                        give_up("next", &holder->error);
                if (code == HART_EMPTY) {
                        rest(holder);
                        continue;
                }
                last = hart_now();
                first = first ? first : last;
                got += holder->count;
        }
        if (hart_broker_complete(holder->broker, &holder->error) != HART_OK)
                give_up("complete", &holder->error);
        printf("done %" PRIu64 " %" PRIu64 "\n", first, last);
}

int holder_main(const struct options *options)
{
        struct holder holder = {.connection.options = options};
        if (connection_open(&holder.connection, &holder.error) != HART_OK ||
            hart_broker_open(&holder.broker, holder.connection.pg, QUEUE, &holder.error) != HART_OK)
                give_up("opening", &holder.error);
        say("ready");
        char line[64];
        size_t number = 0;
        while (fgets(line, sizeof line, stdin)) {
                if (sscanf(line, "take %zu", &number) == 1)
                        take(&holder, number);
                else if (sscanf(line, "watch %zu", &number) == 1)
                        watch(&holder, number);
                else
                        complete(&holder);
        }
        hart_broker_close(holder.broker);
        hart_pg_close(holder.connection.pg);
        return 0;
}
