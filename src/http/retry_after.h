/* The Retry-After field (RFC 9110, section 10.2.3): seconds, or a date. */
#ifndef HTTP_RETRY_AFTER_H
#define HTTP_RETRY_AFTER_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Microseconds from `now` on; 0 where the text is neither, or the date has passed. At most a day. */
uint64_t http_retry_after(const char *text, size_t size, time_t now);

#endif
