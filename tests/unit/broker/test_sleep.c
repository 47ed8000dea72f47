/* Waiting: whoever sleeps is woken, nobody is rung for who does not, and no message is slept through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>

#include <hartonomous/clock.h>

#include "queue.h"

static struct cluster cluster;
static hart_pg *pg;
static struct reader one, two;

/* Receives nothing until the reader may sleep. */
static void fall_asleep(struct reader *reader)
{
        hart_error error = {0};
        hart_code code = HART_EMPTY;
        for (int i = 0; i < 5 && code == HART_EMPTY; i++) {
                reader_expect(reader, 10, "");
                code = hart_broker_sleep(reader->broker, &error);
        }
        assert_code(HART_OK, code, error);
}

/* Until only a NOTIFY wakes it. Where a look from the beginning takes long (a busy machine), the next one is put off,
 * and the sleep before it is short. */
static void fall_fast_asleep(struct reader *reader)
{
        const uint64_t deadline = hart_now() + 20 * HART_SECOND;
        for (fall_asleep(reader); hart_broker_nap(reader->broker) != UINT64_MAX; fall_asleep(reader)) {
                assert_true(hart_now() < deadline);
                poll(NULL, 0, (int)(hart_broker_nap(reader->broker) / HART_MILLISECOND) + 1);
        }
}

static bool is_rung(struct reader *reader, int milliseconds)
{
        bool any = false;
        hart_error error = {0};
        struct pollfd socket = {.fd = hart_pg_socket(reader->pg), .events = POLLIN};
        poll(&socket, 1, milliseconds);
        assert_code(HART_OK, hart_pg_take_notifications(reader->pg, &any, &error), error);
        return any;
}

static void a_sleeper_is_woken_at_once(void **state)
{
        (void)state;
        fall_fast_asleep(&one);
        assert_int_equal(
                cluster_integer(pg, "SELECT readers_sleeping FROM broker.queue_status WHERE queue = '" QUEUE "'"), 1);
        for (int64_t n = 1; n <= 3; n++) {
                queue_send(pg, n);
                assert_true(is_rung(&one, 10000));
                reader_await(&one, 10);
                reader_complete(&one);
                fall_asleep(&one);
        }
}

static void nobody_rings_for_a_busy_reader(void **state)
{
        (void)state;
        for (int64_t n = 1; n <= 3; n++) {
                queue_send(pg, n);
                reader_await(&one, 10);
                reader_complete(&one);
        }
        is_rung(&one, 0);
        queue_send(pg, 4);
        reader_await(&one, 10);
        reader_complete(&one);
        assert_false(is_rung(&one, 0));
        assert_int_equal(
                cluster_integer(pg, "SELECT readers_sleeping FROM broker.queue_status WHERE queue = '" QUEUE "'"), 0);
}

static void a_send_deep_in_a_transaction_rings(void **state)
{
        (void)state;
        cluster_do(pg, "BEGIN; INSERT INTO public.effect (n) VALUES (1)");
        queue_send(pg, 1); /* before anybody sleeps */
        fall_asleep(&one);
        assert_false(is_rung(&one, 0));
        cluster_do(pg, "COMMIT");
        assert_true(is_rung(&one, 10000));
        reader_await(&one, 10);
        reader_complete(&one);
}

static void a_silent_sender_is_not_slept_through(void **state)
{
        (void)state;
        cluster_do(pg, "BEGIN");
        queue_send(pg, 1); /* nobody sleeps, so it does not ring */
        fall_asleep(&one);
        assert_true(hart_broker_nap(one.broker) <= 100 * HART_MILLISECOND);
        cluster_do(pg, "COMMIT");
        hart_error error = {0};
        assert_code(HART_EMPTY, hart_broker_sleep(one.broker, &error), error); /* it has ended: look again */
        reader_expect(&one, 10, "1");
        reader_complete(&one);
        fall_fast_asleep(&one);
}

static void sleep_is_short_while_others_hold_messages(void **state)
{
        (void)state;
        queue_send(pg, 1);
        reader_expect(&two, 10, "1");
        fall_asleep(&one);
        assert_true(hart_broker_nap(one.broker) <= 100 * HART_MILLISECOND);
        reader_put_back(&two);
        assert_true(is_rung(&one, 10000)); /* what is put back rings */
        reader_expect(&one, 10, "1");
        reader_complete(&one);
}

static void send_later(int milliseconds)
{
        char script[256];
        snprintf(script, sizeof script,
                 "SELECT broker.send_one('ClientService', 'InferenceService', 'InferenceJobContract', "
                 "'InferenceJobRequest', '{\"n\": 1}', 5, clock_timestamp() + interval '%d milliseconds')",
                 milliseconds);
        cluster_do(pg, script);
}

/* Sleeps and looks as a daemon does, until there is something. Returns how often it slept. */
static int sleep_until_it_comes(struct reader *reader)
{
        int sleeps = 0;
        hart_error error = {0};
        hart_code code;
        while ((code = hart_broker_receive(reader->broker, 10, &reader->messages, &reader->count, &error)) ==
               HART_EMPTY) {
                if (hart_broker_sleep(reader->broker, &error) != HART_OK)
                        continue;
                const uint64_t nap = hart_broker_nap(reader->broker);
                assert_true(nap <= 10 * HART_SECOND); /* else nothing would wake it */
                struct pollfd socket = {.fd = hart_pg_socket(reader->pg), .events = POLLIN};
                poll(&socket, 1, (int)(nap / HART_MILLISECOND) + 1);
                assert_true(sleeps++ < 100);
        }
        assert_code(HART_OK, code, error);
        return sleeps;
}

static void a_deferred_message_wakes_its_reader_when_it_is_due(void **state)
{
        (void)state;
        send_later(300);
        const uint64_t begin = hart_now();
        fall_asleep(&one);
        assert_true(hart_broker_nap(one.broker) <= 300 * HART_MILLISECOND);
        sleep_until_it_comes(&one);
        assert_true(hart_now() - begin >= 250 * HART_MILLISECOND);
        assert_int_equal(cluster_integer(pg, "SELECT count(*) FROM broker.deferred_message"), 0);
        reader_complete(&one);
        fall_fast_asleep(&one);
}

static void a_sleeper_hears_of_a_deferred_message(void **state)
{
        (void)state;
        fall_fast_asleep(&one);
        send_later(300);
        assert_true(is_rung(&one, 10000));
        sleep_until_it_comes(&one);
        reader_complete(&one);
}

static void a_message_that_is_due_sooner_shortens_the_sleep(void **state)
{
        (void)state;
        send_later(5000);
        fall_asleep(&one);
        const uint64_t nap = hart_broker_nap(one.broker);
        assert_true(nap <= 5 * HART_SECOND && nap > HART_SECOND);
        send_later(300);
        assert_true(is_rung(&one, 10000));
        const uint64_t begin = hart_now();
        sleep_until_it_comes(&one);
        assert_true(hart_now() - begin < 3 * HART_SECOND);
        reader_complete(&one);
}

static int set_up(void **state)
{
        (void)state;
        queue_open(&cluster);
        pg = queue_connect(&cluster);
        return 0;
}

static int tear_down(void **state)
{
        (void)state;
        hart_pg_close(pg);
        cluster_close(&cluster);
        return 0;
}

static int open_readers(void **state)
{
        (void)state;
        queue_clear(pg);
        reader_open(&one, &cluster);
        reader_open(&two, &cluster);
        return 0;
}

static int close_readers(void **state)
{
        (void)state;
        reader_close(&one);
        reader_close(&two);
        return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_readers, close_readers)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_sleeper_is_woken_at_once),
                TEST(nobody_rings_for_a_busy_reader),
                TEST(a_send_deep_in_a_transaction_rings),
                TEST(a_silent_sender_is_not_slept_through),
                TEST(sleep_is_short_while_others_hold_messages),
                TEST(a_deferred_message_wakes_its_reader_when_it_is_due),
                TEST(a_sleeper_hears_of_a_deferred_message),
                TEST(a_message_that_is_due_sooner_shortens_the_sleep),
        };
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
