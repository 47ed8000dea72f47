/* Times as people write them. Only UTC is taken: a time without its zone means another moment on every machine. */
#include <string.h>
#include <time.h>

#include "values.h"

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)

/* `digits` digits, at *text, which moves behind them. */
static bool read_digits(const char **text, int digits, int *ret)
{
        int value = 0;
        for (int i = 0; i < digits; i++, (*text)++) {
                if (**text < '0' || **text > '9')
                        return false;
                value = value * 10 + (**text - '0');
        }
        *ret = value;
        return true;
}

static bool pass(const char **text, char expected)
{
        if (**text != expected)
                return false;
        (*text)++;
        return true;
}

static int days_of_month(int year, int month)
{
        static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        return month == 2 && leap ? 29 : days[month - 1];
}

/* Days since 1970-01-01 in the Gregorian calendar; years begin with March, so that the leap day is the last. */
static int64_t days_since_1970(int year, int month, int day)
{
        const int64_t y = month > 2 ? year : year - 1;
        const int64_t era = y / 400, of_era = y % 400;
        const int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* ".123456", 1 to 6 digits; nothing at all is 0. */
static bool read_fraction(const char **text, int64_t *ret)
{
        *ret = 0;
        if (!pass(text, '.'))
                return true;
        const char *begin = *text;
        int64_t unit = SECOND;
        for (; **text >= '0' && **text <= '9' && unit > 1; (*text)++) {
                unit /= 10;
                *ret += unit * (**text - '0');
        }
        return *text > begin;
}

/* "10:00Z", "10:00:00.5Z", to the end. */
static bool read_clock(const char *text, int64_t *ret)
{
        int hour = 0, minute = 0, second = 0;
        int64_t fraction = 0;
        if (!read_digits(&text, 2, &hour) || !pass(&text, ':') || !read_digits(&text, 2, &minute))
                return false;
        if (pass(&text, ':') && (!read_digits(&text, 2, &second) || !read_fraction(&text, &fraction)))
                return false;
        if (hour > 23 || minute > 59 || second > 59 || (strcmp(text, "Z") != 0 && strcmp(text, "+00:00") != 0))
                return false;
        *ret = ((hour * 60 + minute) * 60 + second) * SECOND + fraction;
        return true;
}

/* Read once: Neo4j and PostgreSQL are asked of the same moment. */
static int64_t now(void)
{
        struct timespec time = {0};
        clock_gettime(CLOCK_REALTIME, &time);
        return (int64_t)time.tv_sec * SECOND + time.tv_nsec / 1000;
}

bool provenance_read_time(const char *text, int64_t *ret)
{
        if (strcmp(text, "now") == 0) {
                *ret = now();
                return true;
        }
        int year = 0, month = 0, day = 0;
        int64_t clock = 0;
        if (!read_digits(&text, 4, &year) || !pass(&text, '-') || !read_digits(&text, 2, &month) || !pass(&text, '-') ||
            !read_digits(&text, 2, &day))
                return false;
        if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_of_month(year, month))
                return false;
        if (*text && (!pass(&text, 'T') || !read_clock(text, &clock)))
                return false;
        *ret = days_since_1970(year, month, day) * DAY + clock;
        return true;
}
