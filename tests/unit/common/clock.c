#include "testing.h"

#include <hartonomous/clock.h>

static const struct {
        unsigned attempt;
        uint64_t base, max, random, expected;
} delays[] = {
        /* Publishing: 250 ms doubling up to 10 s. The random numbers are the least, the middle and the most of the
           jitter. */
        {1, 250000, 10000000, 50000, 250000},
        {1, 250000, 10000000, 0, 250000}, /* never below the base */
        {1, 250000, 10000000, 100000, 300000},
        {2, 250000, 10000000, 100000, 500000},
        {2, 250000, 10000000, 0, 400000},
        {2, 250000, 10000000, 200000, 600000},
        {5, 250000, 10000000, 800000, 4000000},
        {7, 250000, 10000000, 2000000, 10000000},
        {100, 250000, 10000000, 2000000, 10000000},
        {4000000000, 250000, 10000000, 0, 8000000},
        {0, 500000, 15000000, 100000, 500000},
        {64, 1, UINT64_MAX, 0, (UINT64_C(1) << 63) - (UINT64_C(1) << 63) / 5},
        {5, 0, 10, 7, 0},
        {3, 20, 10, 0, 20}, /* a maximum below the base: the base */
};

static void backoff_follows_the_formula(void **state)
{
        (void)state;
        for (size_t i = 0; i < COUNT_OF(delays); i++)
                assert_int_equal(hart_backoff_delay(delays[i].attempt, delays[i].base, delays[i].max, delays[i].random),
                                 delays[i].expected);
}

static void backoff_stays_within_its_jitter(void **state)
{
        (void)state;
        for (int i = 0; i < 1000; i++) {
                uint64_t delay = hart_backoff_delay(4, 1000, 1000000, hart_random());
                assert_in_range(delay, 6400, 9600);
        }
}

static void breaker_opens_after_five_failures(void **state)
{
        hart_breaker breaker = {0};
        uint64_t now = 1000;

        (void)state;
        for (int i = 0; i < 4; i++)
                hart_breaker_failure(&breaker, now);
        assert_true(hart_breaker_allows(&breaker, now));
        hart_breaker_success(&breaker);
        for (int i = 0; i < 4; i++)
                hart_breaker_failure(&breaker, now);
        assert_true(hart_breaker_allows(&breaker, now));
        hart_breaker_failure(&breaker, now);
        assert_false(hart_breaker_allows(&breaker, now));
        assert_false(hart_breaker_allows(&breaker, now + 30 * HART_SECOND - 1));
        assert_true(hart_breaker_allows(&breaker, now + 30 * HART_SECOND));
}

static void breaker_is_decided_by_one_probe(void **state)
{
        hart_breaker breaker = {.failures = 5, .open_until = 100};

        (void)state;
        hart_breaker_failure(&breaker, 200);
        assert_false(hart_breaker_allows(&breaker, 201));
        assert_true(hart_breaker_allows(&breaker, 200 + 30 * HART_SECOND));
        hart_breaker_success(&breaker);
        assert_true(hart_breaker_allows(&breaker, 0));
        hart_breaker_failure(&breaker, 300);
        assert_true(hart_breaker_allows(&breaker, 300));
}

static void time_does_not_run_backwards(void **state)
{
        uint64_t before = hart_now();

        (void)state;
        for (int i = 0; i < 1000; i++) {
                uint64_t now = hart_now();
                assert_true(now >= before);
                before = now;
        }
        assert_int_not_equal(hart_random(), hart_random());
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(backoff_follows_the_formula),       cmocka_unit_test(backoff_stays_within_its_jitter),
                cmocka_unit_test(breaker_opens_after_five_failures), cmocka_unit_test(breaker_is_decided_by_one_probe),
                cmocka_unit_test(time_does_not_run_backwards),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
