#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "queue.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <hartonomous/clock.h>
#include <hartonomous/json.h>

void queue_open(struct cluster *cluster)
{
        cluster_open(cluster);
        cluster_database(cluster, "broker", true);
        HART_CLEANUP(hart_pg_close_p) hart_pg *admin = cluster_connect(cluster, "broker", "postgres");
        cluster_do(admin, "GRANT ALL ON SCHEMA public TO hartonomous; ALTER DATABASE broker SET search_path = public");
        HART_CLEANUP(hart_pg_close_p) hart_pg *pg = queue_connect(cluster);
        cluster_do(pg, "CREATE TABLE public.effect (conversation bigint, n bigint, at bigserial)");
}

hart_pg *queue_connect(const struct cluster *cluster)
{
        return cluster_connect(cluster, "broker", "hartonomous");
}

void queue_clear(hart_pg *pg)
{
        cluster_do(pg, "TRUNCATE broker.message, broker.deferred_message, broker.dead_letter, broker.conversation, "
                       "public.effect;"
                       "UPDATE broker.queue SET max_attempts = 3, max_rollbacks = 5, status = 'ON'");
}

static void run(hart_pg *pg, const char *text, int64_t first, int64_t second, hart_pg_result **ret)
{
        hart_pg_parameters parameters = {0};
        const hart_pg_statement statement = {.name = text, .text = text};
        hart_error error = {0};
        hart_pg_add_int8(&parameters, first);
        hart_pg_add_int8(&parameters, second);
        assert_code(HART_OK, hart_pg_run(pg, &statement, &parameters, ret, &error), error);
        hart_pg_parameters_done(&parameters);
}

void queue_send(hart_pg *pg, int64_t n)
{
        static const hart_route route = {"ClientService", "InferenceService", "InferenceJobContract",
                                         "InferenceJobRequest"};
        char body[32];
        int size = snprintf(body, sizeof body, "{\"n\": %lld}", (long long)n);
        hart_error error = {0};
        assert_code(HART_OK, hart_broker_send(pg, &route, body, (size_t)size, &error), error);
}

int64_t queue_begin(hart_pg *pg)
{
        return cluster_integer(pg, "SELECT broker.begin_conversation('ClientService', 'InferenceService', "
                                   "'InferenceJobContract')");
}

void queue_say(hart_pg *pg, int64_t handle, int64_t n)
{
        run(pg, "SELECT broker.send($1, 'InferenceJobRequest', jsonb_build_object('n', $2::bigint))", handle, n, NULL);
}

void reader_open(struct reader *reader, const struct cluster *cluster)
{
        hart_error error = {0};
        *reader = (struct reader){.pg = cluster_connect(cluster, "broker", "hartonomous")};
        assert_code(HART_OK, hart_broker_open(&reader->broker, reader->pg, QUEUE, &error), error);
}

void reader_close(struct reader *reader)
{
        hart_broker_close(reader->broker);
        hart_pg_close(reader->pg);
}

int64_t message_number(const hart_message *message)
{
        HART_CLEANUP(hart_json_close_p) hart_json *body = NULL;
        hart_error error = {0};
        int64_t n = 0;
        assert_code(HART_OK, hart_json_parse(message->body, message->body_size, &body, &error), error);
        assert_true(hart_json_integer(hart_json_member(body, "n"), &n));
        return n;
}

void reader_expect(struct reader *reader, size_t max, const char *expected)
{
        hart_error error = {0};
        hart_code code = hart_broker_receive(reader->broker, max, &reader->messages, &reader->count, &error);
        if (!*expected) {
                assert_code(HART_EMPTY, code, error);
                return;
        }
        assert_code(HART_OK, code, error);
        hart_buffer numbers = {0};
        for (size_t i = 0; i < reader->count; i++)
                hart_buffer_format(&numbers, "%s%lld", i ? " " : "", (long long)message_number(&reader->messages[i]));
        assert_string_equal((const char *)numbers.data, expected);
        hart_buffer_done(&numbers);
}

void reader_await(struct reader *reader, size_t max)
{
        const uint64_t deadline = hart_now() + 20 * HART_SECOND;
        hart_error error = {0};
        hart_code code;
        while ((code = hart_broker_receive(reader->broker, max, &reader->messages, &reader->count, &error)) ==
               HART_EMPTY) {
                assert_true(hart_now() < deadline);
                nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        }
        assert_code(HART_OK, code, error);
}

void reader_work(struct reader *reader)
{
        for (size_t i = 0; i < reader->count; i++)
                run(reader->pg, "INSERT INTO public.effect (conversation, n) VALUES ($1, $2)",
                    reader->messages[i].conversation, message_number(&reader->messages[i]), NULL);
}

void reader_complete(struct reader *reader)
{
        hart_error error = {0};
        assert_code(HART_OK, hart_broker_complete(reader->broker, &error), error);
}

void reader_put_back(struct reader *reader)
{
        hart_error error = {0};
        assert_code(HART_OK, hart_broker_put_back(reader->broker, &error), error);
}

bool reader_fail(struct reader *reader, size_t index, bool poison, const char *why)
{
        hart_error reason = {0}, error = {0};
        hart_fail(&reason, poison ? HART_POISON : HART_FAILED, "%s", why);
        hart_error_foreign(&reason, "HTTP 418");
        bool dead = false;
        assert_code(HART_OK, hart_broker_fail(reader->broker, index, poison, &reason, &dead, &error), error);
        return dead;
}
