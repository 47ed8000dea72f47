#include <hartonomous/clock.h>

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#define BREAKER_THRESHOLD 5
#define BREAKER_OPEN      (30 * HART_SECOND)
#define JITTER_DIVISOR    5 /* a fifth, 0.2 */

uint64_t hart_now(void)
{
        struct timespec now;

        if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
                abort();
        return (uint64_t)now.tv_sec * HART_SECOND + (uint64_t)now.tv_nsec / 1000;
}

uint64_t hart_backoff_delay(unsigned attempt, uint64_t base, uint64_t max, uint64_t random)
{
        uint64_t delay = base, jitter;

        for (unsigned n = 1; n < attempt && delay < max; n++)
                delay = delay > max / 2 ? max : delay * 2;
        if (delay > max)
                delay = max;
        jitter = delay / JITTER_DIVISOR;
        delay = delay - jitter + (jitter > 0 ? random % (2 * jitter + 1) : 0);
        return delay > base ? delay : base;
}

uint64_t hart_random(void)
{
        uint64_t value;

        /* Up to 256 bytes come whole once the kernel's pool is filled, which it is when userspace runs. */
        while (getrandom(&value, sizeof value, 0) != (ssize_t)sizeof value)
                continue;
        return value;
}

_Bool hart_breaker_allows(const hart_breaker *breaker, uint64_t now)
{
        return breaker->open_until == 0 || now >= breaker->open_until;
}

void hart_breaker_success(hart_breaker *breaker)
{
        *breaker = (hart_breaker){0};
}

/* A failed probe keeps the count at the threshold, so it opens the breaker again at once. */
void hart_breaker_failure(hart_breaker *breaker, uint64_t now)
{
        if (breaker->failures < BREAKER_THRESHOLD)
                breaker->failures++;
        if (breaker->failures >= BREAKER_THRESHOLD)
                breaker->open_until = now + BREAKER_OPEN;
}
