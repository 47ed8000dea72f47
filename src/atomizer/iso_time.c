/* iso_time: the Gregorian calendar in whole days, after Howard Hinnant's "chrono-compatible low-level date algorithms".
 */
#include "iso_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define DAY      INT64_C(86400)
#define ERA_DAYS INT64_C(146097) /* 400 years */

void iso_time_open(void)
{
        (void)setenv("TZ", "UTC0", 1);
        tzset();
}

/* Years begin in March, so that the leap day is their last. */
int64_t iso_time_of_date(int64_t year, unsigned month, unsigned day)
{
        if (month <= 2)
                year--;
        int64_t era = (year >= 0 ? year : year - 399) / 400;
        int64_t year_of_era = year - era * 400;
        int64_t day_of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        return (era * ERA_DAYS + day_of_era - 719468) * DAY;
}

const char *iso_time(int64_t seconds, char ret[ISO_TIME_SIZE])
{
        if (seconds < iso_time_of_date(0, 1, 1) || seconds >= iso_time_of_date(10000, 1, 1))
                return NULL;
        int64_t days = (seconds >= 0 ? seconds : seconds - (DAY - 1)) / DAY;
        unsigned rest = (unsigned)(seconds - days * DAY);
        days += 719468;
        int64_t era = (days >= 0 ? days : days - (ERA_DAYS - 1)) / ERA_DAYS;
        int64_t of_era = days - era * ERA_DAYS;
        int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
        unsigned of_year = (unsigned)(of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100));
        unsigned shifted = (5 * of_year + 2) / 153;
        unsigned day = of_year - (153 * shifted + 2) / 5 + 1, month = shifted < 10 ? shifted + 3 : shifted - 9;
        unsigned year = (unsigned)(year_of_era + era * 400 + (month <= 2 ? 1 : 0));
        (void)snprintf(ret, ISO_TIME_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ", year % 10000, month % 100, day % 100,
                       rest / 3600 % 100, rest / 60 % 60, rest % 60);
        return ret;
}
