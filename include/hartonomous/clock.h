/* Time, back-off and the circuit breaker. */
#ifndef HARTONOMOUS_CLOCK_H
#define HARTONOMOUS_CLOCK_H

#include <stdint.h>

#define HART_SECOND      UINT64_C(1000000)
#define HART_MILLISECOND UINT64_C(1000)

/* Microseconds of CLOCK_MONOTONIC. */
uint64_t hart_now(void);

/* delay(n) = max(base, min(base·2^(n−1), max) ± jitter 0.2), n from 1; `random` is 64 random bits. Pure. */
uint64_t hart_backoff_delay(unsigned attempt, uint64_t base, uint64_t max, uint64_t random);
uint64_t hart_random(void); /* getrandom(2) */

/* Circuit breaker: opens after 5 consecutive transient failures, for 30 s; one probe closes it. Zeroed is closed. */
typedef struct hart_breaker {
        unsigned failures;
        uint64_t open_until; /* hart_now() time; 0 when closed */
} hart_breaker;
/* May a call be made now? After open_until one probe is let through. */
_Bool hart_breaker_allows(const hart_breaker *breaker, uint64_t now);
void hart_breaker_success(hart_breaker *breaker);
void hart_breaker_failure(hart_breaker *breaker, uint64_t now);

#endif
