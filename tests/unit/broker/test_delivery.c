/* What a delivery promises: effects and consumption are one, order, attempts, dead letters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <hartonomous/clock.h>

#include "queue.h"

static struct cluster cluster;
static hart_pg *pg;
static struct reader one, two;

static int64_t effects(void)
{
        return cluster_integer(pg, "SELECT count(*) FROM public.effect");
}

static int64_t waiting(void)
{
        return cluster_integer(pg, "SELECT count(*) FROM broker.message");
}

static int64_t attempts(void)
{
        return cluster_integer(pg, "SELECT coalesce(sum(attempts), 0) FROM broker.message");
}

static int64_t dead_letters(void)
{
        return cluster_integer(pg, "SELECT count(*) FROM broker.dead_letter");
}

static void a_message_says_what_was_sent(void **state)
{
        (void)state;
        queue_send(pg, 7);
        reader_expect(&one, 10, "7");
        const hart_message *message = one.messages;
        assert_string_equal(message->type, "InferenceJobRequest");
        assert_string_equal(message->body, "{\"n\": 7}");
        assert_int_equal(message->body_size, 8);
        assert_int_equal(message->attempts, 0);
        assert_true(message->conversation > 0);
        const int64_t age = (int64_t)time(NULL) - message->enqueued_at / 1000000;
        assert_true(age >= -1 && age < 60);
        reader_complete(&one);
        reader_expect(&one, 10, "");
}

static void complete_keeps_effects_and_consumes(void **state)
{
        (void)state;
        queue_send(pg, 1);
        queue_send(pg, 2);
        reader_expect(&one, 10, "1 2");
        reader_work(&one);
        assert_int_equal(effects(), 0);
        assert_int_equal(waiting(), 2);
        reader_complete(&one);
        assert_int_equal(effects(), 2);
        assert_int_equal(waiting(), 0);
}

static void put_back_undoes_and_blames_nobody(void **state)
{
        (void)state;
        for (int i = 0; i < 10; i++) {
                if (i == 0) {
                        queue_send(pg, 1);
                        queue_send(pg, 2);
                }
                reader_expect(i % 2 ? &one : &two, 10, "1 2");
                reader_work(i % 2 ? &one : &two);
                reader_put_back(i % 2 ? &one : &two);
                assert_int_equal(attempts(), 0);
        }
        assert_int_equal(effects(), 0);
        assert_int_equal(dead_letters(), 0);
        reader_expect(&one, 10, "1 2");
        assert_int_equal(one.messages[0].attempts + one.messages[1].attempts, 0);
        reader_complete(&one);
}

static void only_the_failed_one_is_blamed_and_then_travels_alone(void **state)
{
        (void)state;
        for (int64_t n = 1; n <= 4; n++)
                queue_send(pg, n);
        reader_expect(&one, 10, "1 2 3 4");
        reader_work(&one);
        assert_false(reader_fail(&one, 2, false, "not today"));
        assert_int_equal(effects(), 0);
        assert_int_equal(attempts(), 1);
        reader_expect(&one, 10, "1 2");
        reader_complete(&one);
        reader_expect(&one, 10, "3");
        assert_int_equal(one.messages[0].attempts, 1);
        reader_complete(&one);
        reader_expect(&one, 10, "4");
        assert_int_equal(one.messages[0].attempts, 0);
        reader_complete(&one);
}

static void the_limit_is_exact(void **state)
{
        (void)state;
        queue_send(pg, 1);
        queue_send(pg, 2);
        for (int i = 0; i < 3; i++) {
                reader_expect(&one, i ? 10 : 1, "1");
                assert_int_equal(one.messages[0].attempts, i);
                assert_int_equal(dead_letters(), 0);
                assert_int_equal(reader_fail(&one, 0, false, "no luck"), i == 2);
        }
        assert_int_equal(
                cluster_integer(pg, "SELECT count(*) FROM broker.dead_letter WHERE attempt_count = 3 "
                                    "AND reason = 'Exceeded maximum delivery attempts of 3' AND error_text = 'no luck' "
                                    "AND error_code = 'HTTP 418' AND queue = '" QUEUE "' AND body = '{\"n\": 1}' "
                                    "AND message_type = 'InferenceJobRequest' AND conversation_handle > 0 "
                                    "AND metadata ->> 'application' = 'test' AND enqueued_at < created_at"),
                1);
        reader_expect(&one, 10, "2");
        reader_complete(&one);
}

static void poison_dies_at_once_with_its_own_reason(void **state)
{
        (void)state;
        queue_send(pg, 1);
        queue_send(pg, 2);
        reader_expect(&one, 10, "1 2");
        assert_true(reader_fail(&one, 1, true, "not JSON at all"));
        assert_int_equal(cluster_integer(pg, "SELECT count(*) FROM broker.dead_letter WHERE reason = 'not JSON at all' "
                                             "AND attempt_count = 1 AND body = '{\"n\": 2}'"),
                         1);
        reader_expect(&one, 10, "1");
        assert_int_equal(one.messages[0].attempts, 0);
        reader_complete(&one);
}

static void order_holds_between_two_readers(void **state)
{
        (void)state;
        const int64_t first = queue_begin(pg), second = queue_begin(pg);
        for (int64_t n = 1; n <= 5; n++)
                queue_say(pg, first, n);
        queue_say(pg, second, 100);
        reader_expect(&one, 2, "1 2");
        reader_expect(&two, 10, "100"); /* passes over the conversation that the other has */
        reader_complete(&two);
        reader_expect(&two, 10, "");
        queue_say(pg, first, 6); /* during receive */
        reader_expect(&two, 10, "");
        reader_complete(&one);
        reader_expect(&two, 10, "3 4 5 6");
        reader_expect(&one, 10, "");
        reader_put_back(&two);
        reader_expect(&one, 2, "3 4");
        reader_fail(&one, 1, false, "4 fails");
        reader_expect(&two, 10, "3");
        reader_expect(&one, 10, "");
        reader_complete(&two);
        reader_expect(&one, 10, "4");
        reader_complete(&one);
        reader_expect(&one, 10, "5 6");
        reader_complete(&one);
}

static void two_readers_share_messages_of_their_own(void **state)
{
        (void)state;
        for (int64_t n = 1; n <= 6; n++)
                queue_send(pg, n);
        reader_expect(&one, 3, "1 2 3");
        reader_expect(&two, 10, "4 5 6");
        reader_complete(&two);
        reader_complete(&one);
}

static void readers_reach_beyond_what_others_hold(void **state)
{
        (void)state;
        const int64_t long_one = queue_begin(pg);
        for (int64_t n = 1; n <= 60; n++)
                queue_say(pg, long_one, n);
        queue_send(pg, 1000);
        reader_expect(&one, 1, "1");
        reader_expect(&two, 1, "1000"); /* 59 messages, three times the window, lie before it */
        reader_complete(&two);
        reader_put_back(&one);
}

static void a_failed_statement_does_not_consume(void **state)
{
        (void)state;
        queue_send(pg, 1);
        reader_expect(&one, 10, "1");
        reader_work(&one);
        hart_error error = {0};
        const hart_pg_statement wrong = {.name = "wrong", .text = "SELECT 1/0"};
        assert_code(HART_POISON, hart_pg_run(one.pg, &wrong, NULL, NULL, &error), error);
        assert_true(hart_broker_complete(one.broker, &error) < 0); /* the handler did not notice */
        assert_int_equal(effects(), 0);
        reader_expect(&two, 10, "1");
        assert_int_equal(two.messages[0].attempts, 1); /* else it would fail like that for ever */
        assert_int_equal(hart_pg_run(two.pg, &wrong, NULL, NULL, &error), HART_POISON);
        assert_true(reader_fail(&two, 0, true, "it noticed"));
        assert_int_equal(waiting(), 0);
}

static void a_failed_commit_does_not_consume(void **state)
{
        (void)state;
        cluster_do(pg, "CREATE TABLE late (n integer, UNIQUE (n) DEFERRABLE INITIALLY DEFERRED)");
        queue_send(pg, 1);
        reader_expect(&one, 10, "1");
        cluster_do(one.pg, "INSERT INTO late VALUES (1), (1)");
        hart_error error = {0};
        assert_code(HART_POISON, hart_broker_complete(one.broker, &error), error);
        assert_string_equal(error.foreign, "23505");
        reader_expect(&two, 10, "1");
        assert_int_equal(two.messages[0].attempts, 1);
        reader_complete(&two);
}

/* It is not known which of them it was: each has cost an attempt and comes alone. */
static void a_failed_commit_of_several_blames_each(void **state)
{
        (void)state;
        queue_send(pg, 1);
        queue_send(pg, 2);
        reader_expect(&one, 10, "1 2");
        hart_error error = {0};
        const hart_pg_statement wrong = {.name = "wrong", .text = "SELECT 1/0"};
        assert_code(HART_POISON, hart_pg_run(one.pg, &wrong, NULL, NULL, &error), error);
        assert_code(HART_FATAL, hart_broker_complete(one.broker, &error), error);
        reader_expect(&two, 10, "1");
        assert_int_equal(two.messages[0].attempts, 1);
        reader_complete(&two);
        reader_expect(&one, 10, "2");
        assert_int_equal(one.messages[0].attempts, 1);
        reader_complete(&one);
}

/* A reader that takes `max` messages and dies. */
static void die_holding(size_t max)
{
        pid_t child = fork();
        if (child == 0) {
                struct reader dying;
                reader_open(&dying, &cluster);
                reader_await(&dying, max);
                reader_work(&dying);
                raise(SIGKILL);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void a_dead_readers_messages_are_back_at_once_and_counted(void **state)
{
        (void)state;
        queue_send(pg, 1);
        queue_send(pg, 2);
        die_holding(10);
        const uint64_t begin = hart_now();
        reader_await(&one, 10);
        assert_true(hart_now() - begin < HART_SECOND); /* milliseconds, on a machine that is not busy */
        assert_int_equal(one.count, 1);
        assert_int_equal(one.messages[0].attempts, 1);
        assert_int_equal(message_number(one.messages), 1);
        assert_int_equal(effects(), 0);
        reader_complete(&one);
        reader_expect(&one, 10, "2");
        assert_int_equal(one.messages[0].attempts, 1);
        reader_complete(&one);
}

static void a_message_that_kills_is_given_up_after_the_limit(void **state)
{
        (void)state;
        queue_send(pg, 1);
        for (int i = 0; i < 5; i++) {
                assert_int_equal(dead_letters(), 0);
                die_holding(1);
        }
        const uint64_t deadline = hart_now() + 20 * HART_SECOND; /* its server process may need a moment to notice */
        while (dead_letters() == 0) {
                reader_expect(&one, 10, "");
                assert_true(hart_now() < deadline);
        }
        queue_send(pg, 2);
        reader_expect(&one, 10, "2");
        assert_int_equal(one.messages[0].attempts, 0);
        reader_complete(&one);
        assert_int_equal(cluster_integer(pg, "SELECT count(*) FROM broker.dead_letter WHERE attempt_count = 5 "
                                             "AND reason = 'Exceeded maximum delivery attempts of 5'"),
                         1);
}

static void a_lost_connection_gives_retry(void **state)
{
        (void)state;
        struct reader lost;
        reader_open(&lost, &cluster);
        queue_send(pg, 1);
        reader_expect(&lost, 10, "1");
        reader_work(&lost);
        HART_CLEANUP(hart_pg_close_p) hart_pg *admin = cluster_connect(&cluster, "broker", "postgres");
        cluster_do(admin,
                   "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE state = 'idle in transaction'");
        hart_error error = {0};
        assert_code(HART_RETRY, hart_broker_complete(lost.broker, &error), error);
        assert_false(hart_pg_is_up(lost.pg));
        reader_close(&lost);
        reader_await(&one, 10);
        assert_int_equal(effects(), 0);
        reader_complete(&one);
}

static void a_server_that_stops_costs_no_attempt(void **state)
{
        (void)state;
        static const int ways[] = {SIGINT, SIGQUIT, SIGKILL};
        queue_send(pg, 1);
        for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
                reader_await(&one, 10);
                assert_int_equal(one.messages[0].attempts, 0);
                reader_work(&one);
                cluster_stop(&cluster, ways[i]);
                cluster_start(&cluster);
                hart_error error = {0};
                assert_code(HART_RETRY, hart_broker_complete(one.broker, &error), error);
                reader_close(&one);
                reader_close(&two);
                hart_pg_close(pg);
                pg = queue_connect(&cluster);
                reader_open(&one, &cluster);
                reader_open(&two, &cluster);
        }
        reader_await(&one, 10);
        assert_int_equal(one.messages[0].attempts, 0);
        reader_work(&one);
        reader_complete(&one);
        assert_int_equal(effects(), 1);
        assert_int_equal(dead_letters(), 0);
        /* and after all that a dead reader counts as before */
        queue_send(pg, 2);
        die_holding(1);
        reader_await(&one, 1);
        assert_int_equal(one.messages[0].attempts, 1);
        reader_complete(&one);
}

static void a_queue_that_is_off_keeps_its_messages(void **state)
{
        (void)state;
        hart_error error = {0};
        queue_send(pg, 1);
        reader_expect(&one, 10, "1");
        cluster_do(pg, "UPDATE broker.queue SET status = 'OFF'");
        reader_put_back(&one);
        assert_code(HART_RETRY, hart_broker_receive(one.broker, 10, &one.messages, &one.count, &error), error);
        assert_non_null(strstr(error.text, QUEUE " is off"));
        assert_code(HART_RETRY, hart_broker_receive(one.broker, 10, &one.messages, &one.count, &error), error);
        cluster_do(pg, "UPDATE broker.queue SET status = 'ON'");
        reader_expect(&one, 10, "1");
        assert_int_equal(one.messages[0].attempts, 0);
        reader_complete(&one);
}

static void what_may_not_be_read_is_a_setting(void **state)
{
        (void)state;
        hart_error error = {0};
        hart_broker *broker = NULL;
        assert_code(HART_CONFIG, hart_broker_open(&broker, pg, "NoSuchQueue", &error), error);
        assert_int_equal(error.code, HART_CONFIG);
        assert_non_null(strstr(error.text, "NoSuchQueue"));
        HART_CLEANUP(hart_pg_close_p) hart_pg *stranger = cluster_connect(&cluster, "broker", "hartonomous-embedding");
        assert_code(HART_CONFIG, hart_broker_open(&broker, stranger, QUEUE, &error), error);
        assert_code(HART_OK, hart_broker_open(&broker, stranger, "EmbeddingQueue", &error), error);
        hart_broker_close(broker);
}

static void arrays_are_sent_in_order(void **state)
{
        (void)state;
        static const hart_route route = {"ClientService", "InferenceService", "InferenceJobContract",
                                         "InferenceJobRequest"};
        static const hart_pg_bytes bodies[] = {{"{\"n\":1}", 7}, {"{\"n\":2}", 7}, {"{\"n\":3}", 7}};
        hart_error error = {0};
        assert_code(HART_OK, hart_broker_send_many(pg, &route, bodies, 3, &error), error);
        assert_code(HART_OK, hart_broker_send_many(pg, &route, NULL, 0, &error), error);
        cluster_do(pg, "BEGIN");
        queue_send(pg, 4);
        reader_expect(&one, 10, "1 2 3");
        reader_complete(&one);
        cluster_do(pg, "ROLLBACK");
        reader_expect(&one, 10, "");
}

static hart_code stop(void *data)
{
        (void)data;
        return HART_STOPPED;
}

static void a_receive_that_is_stopped_leaves_nothing_behind(void **state)
{
        (void)state;
        queue_send(pg, 1);
        cluster_do(pg, "BEGIN; LOCK TABLE broker.message");
        hart_error error = {0};
        hart_pg_on_waiting(one.pg, stop, NULL);
        assert_code(HART_STOPPED, hart_broker_receive(one.broker, 10, &one.messages, &one.count, &error), error);
        hart_pg_on_waiting(one.pg, NULL, NULL);
        cluster_do(pg, "COMMIT");
        reader_expect(&two, 10, "1");
        assert_int_equal(two.messages[0].attempts, 0);
        reader_complete(&two);
        reader_expect(&one, 10, "");
}

static int set_up(void **state)
{
        (void)state;
        queue_open(&cluster);
        pg = queue_connect(&cluster);
        reader_open(&one, &cluster);
        reader_open(&two, &cluster);
        return 0;
}

static int tear_down(void **state)
{
        (void)state;
        reader_close(&one);
        reader_close(&two);
        hart_pg_close(pg);
        cluster_close(&cluster);
        return 0;
}

static int clear(void **state)
{
        (void)state;
        queue_clear(pg);
        return 0;
}

#define TEST(function) cmocka_unit_test_setup(function, clear)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_message_says_what_was_sent),
                TEST(complete_keeps_effects_and_consumes),
                TEST(put_back_undoes_and_blames_nobody),
                TEST(only_the_failed_one_is_blamed_and_then_travels_alone),
                TEST(the_limit_is_exact),
                TEST(poison_dies_at_once_with_its_own_reason),
                TEST(order_holds_between_two_readers),
                TEST(two_readers_share_messages_of_their_own),
                TEST(readers_reach_beyond_what_others_hold),
                TEST(a_failed_statement_does_not_consume),
                TEST(a_failed_commit_does_not_consume),
                TEST(a_failed_commit_of_several_blames_each),
                TEST(a_dead_readers_messages_are_back_at_once_and_counted),
                TEST(a_message_that_kills_is_given_up_after_the_limit),
                TEST(a_lost_connection_gives_retry),
                TEST(a_server_that_stops_costs_no_attempt),
                TEST(a_queue_that_is_off_keeps_its_messages),
                TEST(what_may_not_be_read_is_a_setting),
                TEST(arrays_are_sent_in_order),
                TEST(a_receive_that_is_stopped_leaves_nothing_behind),
        };
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
