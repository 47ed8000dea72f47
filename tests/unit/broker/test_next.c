/* One call that ends a delivery and takes the next: what it completed, what it took, and what it says when one of the
 * two did not come off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <poll.h>
#include <string.h>

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

/* Deliveries whose readers still owe a word about their end. */
static int64_t unreleased(void)
{
        return cluster_integer(pg, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid::integer = "
                                   "broker.lock_class_delivery()");
}

static hart_code next(struct reader *reader, size_t max, bool *completed, hart_error *error)
{
        *error = (hart_error){0};
        reader->count = 0;
        return hart_broker_next(reader->broker, max, completed, &reader->messages, &reader->count, error);
}

/* The first of the messages that came has this number; 0 for none. */
static void next_expect(struct reader *reader, size_t max, int64_t n)
{
        bool completed = false;
        hart_error error = {0};
        assert_code(n ? HART_OK : HART_EMPTY, next(reader, max, &completed, &error), error);
        assert_true(completed);
        if (n)
                assert_int_equal(message_number(reader->messages), n);
}

static void each_call_completes_what_the_one_before_gave(void **state)
{
        (void)state;
        for (int64_t n = 1; n <= 5; n++)
                queue_send(pg, n);
        next_expect(&one, 2, 1);
        assert_int_equal(one.count, 2);
        reader_work(&one);
        assert_int_equal(effects(), 0);
        next_expect(&one, 2, 3);
        reader_work(&one);
        assert_int_equal(effects(), 2);
        assert_int_equal(waiting(), 3);
        next_expect(&one, 2, 5);
        reader_work(&one);
        next_expect(&one, 2, 0);
        assert_int_equal(effects(), 5);
        assert_int_equal(waiting(), 0);
        next_expect(&one, 2, 0);
        assert_int_equal(unreleased(), 0);
}

static void it_goes_together_with_the_other_ways_to_end(void **state)
{
        (void)state;
        for (int64_t n = 1; n <= 4; n++)
                queue_send(pg, n);
        next_expect(&one, 1, 1);
        reader_put_back(&one);
        assert_int_equal(unreleased(), 0);
        next_expect(&one, 1, 1);
        assert_int_equal(one.messages[0].attempts, 0);
        reader_work(&one);
        reader_complete(&one);
        next_expect(&one, 1, 2);
        assert_int_equal(effects(), 1);
        assert_false(reader_fail(&one, 0, false, "not today"));
        assert_int_equal(unreleased(), 0);
        next_expect(&one, 10, 2);
        assert_int_equal(one.count, 1);
        assert_int_equal(one.messages[0].attempts, 1);
        next_expect(&one, 10, 3);
        reader_complete(&one);
        reader_expect(&one, 10, "");
        assert_int_equal(unreleased(), 0);
}

/* The COMMIT is a ROLLBACK, and the same round trip asks for more: nothing is to be given, and the lone message pays.
 */
static void a_delivery_that_was_rolled_back_is_not_followed_by_another(void **state)
{
        (void)state;
        static const hart_pg_statement wrong = {.name = "wrong", .text = "SELECT 1/0"};
        hart_error error = {0};
        bool completed = true;
        queue_send(pg, 1);
        queue_send(pg, 2);
        next_expect(&one, 1, 1);
        reader_work(&one);
        assert_code(HART_POISON, hart_pg_run(one.pg, &wrong, NULL, NULL, &error), error);
        assert_code(HART_FATAL, next(&one, 1, &completed, &error), error);
        assert_false(completed);
        assert_int_equal(one.count, 0);
        assert_int_equal(effects(), 0);
        assert_int_equal(unreleased(), 0);
        assert_int_equal(cluster_integer(pg, "SELECT attempts - rollbacks FROM broker.message ORDER BY id LIMIT 1"), 1);
        next_expect(&one, 10, 1);
        assert_int_equal(one.messages[0].attempts, 1);
        next_expect(&one, 10, 2);
        assert_int_equal(one.messages[0].attempts, 0);
        reader_complete(&one);
}

static void a_constraint_that_is_checked_last_is_the_messages_own(void **state)
{
        (void)state;
        hart_error error = {0};
        bool completed = true;
        cluster_do(pg, "CREATE TABLE promise (n integer, UNIQUE (n) DEFERRABLE INITIALLY DEFERRED)");
        queue_send(pg, 1);
        queue_send(pg, 2);
        next_expect(&one, 10, 1);
        assert_int_equal(one.count, 2);
        cluster_do(one.pg, "INSERT INTO promise VALUES (1), (1)");
        assert_code(HART_POISON, next(&one, 10, &completed, &error), error);
        assert_false(completed);
        assert_string_equal(error.foreign, "23505");
        assert_int_equal(unreleased(), 0);
        /* Which of the two it was is not known: each has cost an attempt, without a word, and comes alone. */
        next_expect(&two, 10, 1);
        assert_int_equal(two.count, 1);
        assert_int_equal(two.messages[0].attempts, 1);
        assert_int_equal(cluster_integer(pg, "SELECT min(rollbacks) FROM broker.message"), 1);
        next_expect(&two, 10, 2);
        next_expect(&two, 10, 0);
}

static void a_lost_connection_leaves_the_end_open(void **state)
{
        (void)state;
        struct reader lost;
        hart_error error = {0};
        bool completed = true;
        reader_open(&lost, &cluster);
        queue_send(pg, 1);
        next_expect(&lost, 10, 1);
        reader_work(&lost);
        HART_CLEANUP(hart_pg_close_p) hart_pg *admin = cluster_connect(&cluster, "broker", "postgres");
        cluster_do(admin,
                   "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE state = 'idle in transaction'");
        assert_code(HART_RETRY, next(&lost, 10, &completed, &error), error);
        assert_false(completed);
        reader_close(&lost);
        assert_int_equal(effects(), 0);
        reader_await(&one, 10);
        assert_int_equal(one.messages[0].attempts, 1);
        reader_complete(&one);
}

/* The end is one thing, the next delivery another. */
static void a_queue_that_is_off_completes_and_gives_nothing(void **state)
{
        (void)state;
        hart_error error = {0};
        bool completed = false;
        queue_send(pg, 1);
        queue_send(pg, 2);
        next_expect(&one, 1, 1);
        reader_work(&one);
        cluster_do(pg, "UPDATE broker.queue SET status = 'OFF'");
        assert_code(HART_RETRY, next(&one, 1, &completed, &error), error);
        assert_true(completed);
        assert_non_null(strstr(error.text, QUEUE " is off"));
        assert_int_equal(effects(), 1);
        assert_int_equal(unreleased(), 0);
        cluster_do(pg, "UPDATE broker.queue SET status = 'ON'");
        next_expect(&one, 1, 2);
        assert_int_equal(one.messages[0].attempts, 0);
        reader_complete(&one);
}

static void a_delivery_is_released_by_the_next_look(void **state)
{
        (void)state;
        queue_send(pg, 1);
        queue_send(pg, 2);
        reader_expect(&one, 1, "1");
        assert_int_equal(unreleased(), 1);
        reader_complete(&one);
        reader_expect(&one, 1, "2"); /* the lock of the first is gone, that of the second is there */
        assert_int_equal(unreleased(), 1);
        reader_put_back(&one);
        assert_int_equal(unreleased(), 0);
        reader_expect(&one, 1, "2");
        reader_complete(&one);
        reader_expect(&one, 1, "");
        assert_int_equal(unreleased(), 0);
}

/* A call that has nothing to complete and finds that it is time to tell figures must not forget the delivery that was
 * completed before and is still to be released. Time passes here: figures are told ten times a second. */
static void a_pause_does_not_keep_a_delivery_unreleased(void **state)
{
        (void)state;
        for (int64_t n = 1; n <= 2; n++) {
                queue_send(pg, n);
                next_expect(&one, 10, n);
                reader_complete(&one);
                poll(NULL, 0, 150);
                next_expect(&one, 10, 0);
                assert_int_equal(unreleased(), 0);
        }
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
                TEST(each_call_completes_what_the_one_before_gave),
                TEST(it_goes_together_with_the_other_ways_to_end),
                TEST(a_delivery_that_was_rolled_back_is_not_followed_by_another),
                TEST(a_constraint_that_is_checked_last_is_the_messages_own),
                TEST(a_lost_connection_leaves_the_end_open),
                TEST(a_queue_that_is_off_completes_and_gives_nothing),
                TEST(a_delivery_is_released_by_the_next_look),
                TEST(a_pause_does_not_keep_a_delivery_unreleased),
        };
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
