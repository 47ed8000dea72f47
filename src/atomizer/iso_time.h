/* Points in time as text, without the machine's time zone: libraries that ask for it get UTC. */
#ifndef ATOMIZER_ISO_TIME_H
#define ATOMIZER_ISO_TIME_H

#include <stdint.h>

#define ISO_TIME_SIZE sizeof("9999-12-31T23:59:59Z")

/* Makes UTC the process's time zone, so that libc reads no file for it later and results are the same everywhere. */
void iso_time_open(void);

/* Seconds since 1970 as "2024-02-29T12:00:00Z"; NULL for years before 0 and after 9999. */
const char *iso_time(int64_t seconds, char ret[ISO_TIME_SIZE]);

/* Seconds since 1970 of a date of the Gregorian calendar; the month from 1 on. */
int64_t iso_time_of_date(int64_t year, unsigned month, unsigned day);

#endif
