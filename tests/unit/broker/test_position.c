/* Where a reader looks: the urgent first and nobody never, and what lies behind it is found all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>

#include "queue.h"

static struct cluster cluster;
static hart_pg *pg;
static struct reader one, two;

static void send_with(int64_t n, int priority)
{
        char script[256];
        snprintf(script, sizeof script,
                 "SELECT broker.send_one('ClientService', 'InferenceService', 'InferenceJobContract', "
                 "'InferenceJobRequest', '{\"n\": %lld}', %d)",
                 (long long)n, priority);
        cluster_do(pg, script);
}

static void the_urgent_come_first(void **state)
{
        (void)state;
        static const int priorities[] = {1, 10, 5, 1, 10, 5};
        for (int i = 0; i < 6; i++)
                send_with(i + 1, priorities[i]);
        reader_expect(&one, 10, "2 5 3 6 1 4");
        for (size_t i = 0; i < 6; i++)
                assert_int_equal(one.messages[i].priority, i < 2 ? 10 : i < 4 ? 5 : 1);
        reader_complete(&one);
}

/* Nine of ten looks begin at the most urgent. That 200 of them do so in a row happens once in a billion runs. */
static void the_least_urgent_does_not_starve(void **state)
{
        (void)state;
        send_with(1000, 1);
        for (int n = 1; n <= 200; n++)
                send_with(n, 10);
        int64_t n = 0;
        int before = -1;
        for (; n != 1000; before++) {
                reader_await(&one, 1);
                n = message_number(one.messages);
                reader_complete(&one);
        }
        assert_true(before < 200);
        assert_int_equal(cluster_integer(pg, "SELECT count(*) FROM broker.message"), 200 - before);
}

static void a_priority_that_is_new_is_looked_for(void **state)
{
        (void)state;
        send_with(1, 5);
        reader_expect(&one, 10, "1");
        reader_complete(&one);
        reader_expect(&one, 10, "");
        send_with(2, 9);
        reader_expect(&one, 10, "2");
        reader_complete(&one);
        send_with(3, 2);
        reader_expect(&one, 10, "3");
        reader_complete(&one);
}

static void what_is_put_back_behind_a_reader_is_found(void **state)
{
        (void)state;
        for (int round = 0; round < 20; round++) { /* more than there are looks between two wide ones */
                queue_send(pg, 1);
                reader_expect(&two, 1, "1");
                queue_send(pg, 2);
                reader_expect(&one, 10, "2");
                reader_complete(&one);
                reader_expect(&one, 10, "");
                reader_put_back(&two);
                reader_expect(&one, 10, "1");
                reader_complete(&one);
        }
}

/* Ids are given out before the COMMIT, so a smaller one can come later. */
static void what_is_committed_behind_a_reader_is_found(void **state)
{
        (void)state;
        HART_CLEANUP(hart_pg_close_p) hart_pg *late = queue_connect(&cluster);
        for (int round = 0; round < 20; round++) {
                cluster_do(late, "BEGIN");
                queue_send(late, 1);
                queue_send(pg, 2);
                reader_expect(&one, 10, "2");
                reader_complete(&one);
                reader_expect(&one, 10, "");
                cluster_do(late, "COMMIT");
                reader_expect(&one, 10, "1");
                reader_complete(&one);
        }
}

/* A TRUNCATE and new rows with the old ids, under a reader that is far ahead of them. */
static void what_was_compacted_behind_a_reader_is_found(void **state)
{
        (void)state;
        queue_send(pg, 1);
        reader_expect(&two, 1, "1");
        for (int64_t n = 2; n <= 50; n++)
                queue_send(pg, n);
        reader_expect(&one, 49,
                      "2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 "
                      "33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50");
        reader_complete(&one);
        reader_put_back(&two);
        cluster_do(pg, "SELECT broker.compact(min_bytes => 0)");
        reader_expect(&one, 10, "1");
        assert_int_equal(one.messages[0].attempts, 0);
        reader_complete(&one);
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
                TEST(the_urgent_come_first),
                TEST(the_least_urgent_does_not_starve),
                TEST(a_priority_that_is_new_is_looked_for),
                TEST(what_is_put_back_behind_a_reader_is_found),
                TEST(what_is_committed_behind_a_reader_is_found),
                TEST(what_was_compacted_behind_a_reader_is_found),
        };
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
