/* Which hosts a list allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fetch.h"

static void patterns_allow_hosts(void **state)
{
        static const struct {
                const char *list, *host;
                int port;
                bool allowed;
        } rows[] = {
                {"", "example.org", 443, false},
                {"  ", "example.org", 443, false},
                {"example.org", "example.org", 443, true},
                {"example.org", "example.org", 80, true},
                {"Example.Org", "example.org", 80, true},
                {"example.org", "example.org", 8080, false},
                {"example.org", "www.example.org", 443, false},
                {"example.org", "badexample.org", 443, false},
                {"example.org", "example.org.evil.com", 443, false},
                {"example.org:8080", "example.org", 8080, true},
                {"example.org:8080", "example.org", 80, false},
                {"*.example.org", "www.example.org", 443, true},
                {"*.example.org", "a.b.example.org", 443, true},
                {"*.example.org", "example.org", 443, false},
                {"*.example.org", ".example.org", 443, false},
                {"*.example.org", "badexample.org", 443, false},
                {"*.example.org:81", "www.example.org", 81, true},
                {"a.org, b.org\tc.org", "b.org", 80, true},
                {"a.org, b.org\tc.org", "c.org", 80, true},
                {"[::1]", "[::1]", 80, true},
                {"[::1]:81", "[::1]", 81, true},
                {"[::1]:81", "[::1]", 80, false},
                {"*", "anything", 12345, true},
                {"*.", "anything", 80, false},
        };
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
                if (fetch_is_allowed(rows[i].list, rows[i].host, rows[i].port) != rows[i].allowed)
                        fail_msg("\"%s\" and %s:%d", rows[i].list, rows[i].host, rows[i].port);
}

static void a_list_that_is_none_is_refused(void **state)
{
        static char good[] = "*.example.org a.org:80, [::1]", bad[] = "https://example.org";
        fetch_settings settings = {.allow = good};
        hart_error err = {0};
        (void)state;
        assert_int_equal(fetch_check(&settings, &err), HART_OK);
        settings.allow = bad;
        assert_int_equal(fetch_check(&settings, &err), HART_CONFIG);
}

static void requests_are_read(void **state)
{
        static const struct {
                const char *type, *body;
                hart_code code;
        } rows[] = {
                {"FetchRequest", "{\"TenantId\":1,\"Uri\":\"http://a/\"}", HART_OK},
                {"FetchRequest", "{\"TenantId\":1,\"Uri\":\"http://a/\",\"ContentType\":null,\"Tries\":3}", HART_OK},
                {"FetchRequest", "{\"TenantId\":1}", HART_POISON},
                {"FetchRequest", "{\"TenantId\":-1,\"Uri\":\"http://a/\"}", HART_POISON},
                {"FetchRequest", "{\"TenantId\":1,\"Uri\":7}", HART_POISON},
                {"FetchRequest", "[", HART_POISON},
                {"IngestionRequest", "{\"TenantId\":1,\"Uri\":\"http://a/\"}", HART_POISON},
        };
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                const hart_message message = {
                        .type = rows[i].type, .body = rows[i].body, .body_size = __builtin_strlen(rows[i].body)};
                HART_CLEANUP(fetch_request_done) fetch_request request = {0};
                hart_error err = {0};
                assert_int_equal(fetch_request_read(&message, &request, &err), rows[i].code);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(patterns_allow_hosts),
                cmocka_unit_test(a_list_that_is_none_is_refused),
                cmocka_unit_test(requests_are_read),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
