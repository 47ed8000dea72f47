#include "retry_after.h"

#include <stdbool.h>
#include <string.h>

#include <curl/curl.h>

#include <hartonomous/clock.h>

#define LONGEST UINT64_C(86400) /* seconds */

static bool blank(char byte)
{
        return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

uint64_t http_retry_after(const char *text, size_t size, time_t now)
{
        char value[64];
        uint64_t seconds = 0;
        size_t digits;
        time_t date;

        while (size > 0 && blank(text[size - 1]))
                size--;
        while (size > 0 && blank(*text)) {
                text++;
                size--;
        }
        if (size == 0 || size >= sizeof value || memchr(text, '\0', size) != NULL)
                return 0;
        memcpy(value, text, size);
        value[size] = '\0';
        digits = strspn(value, "0123456789");
        if (digits == size) {
                for (size_t i = 0; i < size && seconds < LONGEST; i++)
                        seconds = seconds * 10 + (uint64_t)(value[i] - '0');
        } else {
                date = curl_getdate(value, NULL);
                seconds = date > now ? (uint64_t)(date - now) : 0;
        }
        return (seconds < LONGEST ? seconds : LONGEST) * HART_SECOND;
}
