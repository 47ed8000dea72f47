/* settings: fetch.conf, and which hosts it allows. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <hartonomous/clock.h>

#include "fetch.h"

#define AT(member) offsetof(fetch_settings, member)
#define MIB        (INT64_C(1) << 20)

static const hart_setting rows[] = {
        {"fetch", "allow", HART_SETTING_TEXT, AT(allow), "", 0, 65536, NULL,
         "Hosts that documents may come from, separated by spaces: example.org, *.example.org for all below it, "
         "example.org:8080 for another port, * for any; empty: none"},
        {"fetch", "private_addresses", HART_SETTING_FLAG, AT(private_addresses), "no", 0, 0, NULL,
         "May they have addresses that are not public: this machine, 10.0.0.0/8, 169.254.169.254, fc00::/7, …"},
        {"fetch", "max_size", HART_SETTING_SIZE, AT(max_size), "1G", 1, INT64_C(1) << 40, NULL, "Longest document"},
        {"fetch", "redirects", HART_SETTING_COUNT, AT(redirects), "5", 0, 20, NULL,
         "Redirects that are followed, each only to a host that is allowed"},
        {"fetch", "connect_timeout", HART_SETTING_TIME, AT(connect_timeout), "10s", (int64_t)HART_SECOND / 10,
         (int64_t)HART_SECOND * 300, NULL, "How long a connection may take to be made"},
        {"fetch", "timeout", HART_SETTING_TIME, AT(timeout), "10min", (int64_t)HART_SECOND,
         (int64_t)HART_SECOND * 86400, NULL, "How long a document may take"},
        {"fetch", "stall_timeout", HART_SETTING_TIME, AT(stall_timeout), "1min", (int64_t)HART_SECOND,
         (int64_t)HART_SECOND * 3600, NULL, "How long it may come with under 1000 bytes a second"},
        {"fetch", "tries", HART_SETTING_COUNT, AT(tries), "8", 1, 100, NULL,
         "How often a server that is busy or away is asked before the request is given up"},
        {"fetch", "retry_first", HART_SETTING_TIME, AT(retry_first), "30s", (int64_t)HART_SECOND / 100,
         (int64_t)HART_SECOND * 3600, NULL,
         "Pause before the second try; it doubles each time, up to an hour. A server's Retry-After may make it longer"},
        {"fetch", "user_agent", HART_SETTING_TEXT, AT(user_agent), "", 0, 255, NULL,
         "What it calls itself; empty: hartonomous/VERSION"},
};

const hart_settings_schema fetch_settings_schema = {
        .file = "fetch",
        .title = "fetch.conf: settings of hartonomous-fetch",
        .rows = rows,
        .count = sizeof rows / sizeof *rows,
};

static bool fits(const char *pattern, size_t size, const char *host, int port)
{
        const char *colon = memrchr(pattern, ':', size);
        if (size == 1 && *pattern == '*')
                return true;
        if (colon && memchr(colon, ']', size - (size_t)(colon - pattern)))
                colon = NULL; /* within [::1] */
        const size_t name = colon ? (size_t)(colon - pattern) : size;
        if (colon ? strtol(colon + 1, NULL, 10) != port : port != 80 && port != 443)
                return false;
        const size_t length = strlen(host);
        if (name > 2 && pattern[0] == '*' && pattern[1] == '.')
                return length > name - 1 && strncasecmp(host + length - (name - 1), pattern + 1, name - 1) == 0;
        return length == name && strncasecmp(host, pattern, name) == 0;
}

bool fetch_is_allowed(const char *list, const char *host, int port)
{
        static const char between[] = " \t,";
        for (const char *at = list + strspn(list, between); *at; at += strspn(at, between)) {
                const size_t size = strcspn(at, between);
                if (fits(at, size, host, port))
                        return true;
                at += size;
        }
        return false;
}

hart_code fetch_check(const void *settings, hart_error *err)
{
        const fetch_settings *of = settings;
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]* \t,";
        const size_t good = strspn(of->allow, allowed);
        if (of->allow[good])
                return hart_fail(err, HART_CONFIG, "[fetch] allow: '%c' is of no host; write them as example.org",
                                 of->allow[good]);
        return HART_OK;
}
