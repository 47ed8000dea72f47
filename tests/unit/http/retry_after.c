#include "../common/testing.h"

#include <hartonomous/clock.h>

#include "retry_after.h"

#define DAY (UINT64_C(86400) * HART_SECOND)

static void seconds_dates_and_nonsense(void **state)
{
        /* RFC 9110's own example date, 1994-11-06 08:49:37 UTC, is 784111777. */
        static const struct {
                const char *text;
                time_t now;
                uint64_t expected;
        } rows[] = {
                {"120", 0, 120 * HART_SECOND},
                {" 120\r\n", 0, 120 * HART_SECOND},
                {"0", 0, 0},
                {"86401", 0, DAY},
                {"99999999999999999999999999", 0, DAY},
                {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777 - 90, 90 * HART_SECOND},
                {" Sun, 06 Nov 1994 08:49:37 GMT\r\n", 784111777 - 1, HART_SECOND},
                {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777 - 5, 5 * HART_SECOND},
                {"Sun Nov  6 08:49:37 1994", 784111777 - 5, 5 * HART_SECOND},
                {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777, 0},
                {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777 + 100, 0},
                {"Sun, 06 Nov 1994 08:49:37 GMT", 0, DAY},
                {"", 0, 0},
                {"soon", 0, 0},
                {"-5", 0, 0},
                {"5 minutes from now, or when it suits the server, whichever comes later", 0, 0},
        };

        (void)state;
        for (size_t i = 0; i < COUNT_OF(rows); i++)
                assert_int_equal(http_retry_after(rows[i].text, strlen(rows[i].text), rows[i].now), rows[i].expected);
        assert_int_equal(http_retry_after("5\0", 2, 0), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(seconds_dates_and_nonsense)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
