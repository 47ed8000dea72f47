/* Which addresses are public, and what a URL is taken apart into. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include <hartonomous/http.h>

static void addresses_are_judged(void **state)
{
        static const struct {
                const char *address;
                bool private;
        } rows[] = {
                {"8.8.8.8", false},
                {"93.184.216.34", false},
                {"172.15.255.255", false},
                {"172.32.0.0", false},
                {"100.63.255.255", false},
                {"192.169.0.1", false},
                {"223.255.255.255", false},
                {"0.0.0.0", true},
                {"10.1.2.3", true},
                {"100.64.0.1", true},
                {"127.0.0.1", true},
                {"127.255.255.254", true},
                {"169.254.169.254", true},
                {"172.16.0.1", true},
                {"172.31.255.255", true},
                {"192.0.0.8", true},
                {"192.168.255.255", true},
                {"198.19.0.1", true},
                {"224.0.0.1", true},
                {"255.255.255.255", true},
                {"2606:4700::1111", false},
                {"2001:4860:4860::8888", false},
                {"::ffff:8.8.8.8", false},
                {"64:ff9b::8.8.8.8", false},
                {"2002:808:808::1", false},
                {"::", true},
                {"::1", true},
                {"::127.0.0.1", true},
                {"::ffff:127.0.0.1", true},
                {"::ffff:169.254.169.254", true},
                {"64:ff9b::10.0.0.1", true},
                {"2002:7f00:1::1", true},
                {"2001::1", true},
                {"2001:db8::1", true},
                {"fc00::1", true},
                {"fd12:3456::1", true},
                {"fe80::1", true},
                {"ff02::1", true},
        };
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                struct sockaddr_in v4 = {.sin_family = AF_INET};
                struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
                const struct sockaddr *address = (const struct sockaddr *)&v4;
                if (strchr(rows[i].address, ':')) {
                        assert_int_equal(inet_pton(AF_INET6, rows[i].address, &v6.sin6_addr), 1);
                        address = (const struct sockaddr *)&v6;
                } else {
                        assert_int_equal(inet_pton(AF_INET, rows[i].address, &v4.sin_addr), 1);
                }
                if (hart_address_is_private(address) != rows[i].private)
                        fail_msg("%s is %s", rows[i].address, rows[i].private ? "not public" : "public");
        }
        const struct sockaddr_un local = {.sun_family = AF_UNIX};
        assert_true(hart_address_is_private((const struct sockaddr *)&local));
}

static void urls_have_hosts(void **state)
{
        static const struct {
                const char *url, *host;
                int port;
        } rows[] = {
                {"https://Example.ORG/a?b#c", "example.org", 443},
                {"http://example.org.:8080", "example.org", 8080},
                {"http://[::1]/", "[::1]", 80},
                {"http://2130706433/", "127.0.0.1", 80},
                {"http://0x7f.1/", "127.0.0.1", 80},
                {"ftp://example.org/", NULL, 0},
                {"file:///etc/passwd", NULL, 0},
                {"gopher://example.org", NULL, 0},
                {"http://user:secret@example.org/", NULL, 0},
                {"http://", NULL, 0},
                {"nonsense", NULL, 0},
                {"", NULL, 0},
        };
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                HART_CLEANUP(hart_free_p) char *host = NULL;
                hart_error err = {0};
                int port = 0;
                const hart_code code = hart_url_host(rows[i].url, &host, &port, &err);
                assert_int_equal(code, rows[i].host ? HART_OK : HART_POISON);
                assert_null(strstr(err.text, "secret"));
                if (!rows[i].host)
                        continue;
                assert_string_equal(host, rows[i].host);
                assert_int_equal(port, rows[i].port);
        }
}

static void locations_are_seen_from_where_they_are_said(void **state)
{
        static const char *const rows[][3] = {
                {"http://a.org/x/y?z", "../w", "http://a.org/w"},
                {"http://a.org/x", "//b.org/c", "http://b.org/c"},
                {"https://a.org/x", "http://c.org", "http://c.org/"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                HART_CLEANUP(hart_free_p) char *url = NULL;
                hart_error err = {0};
                assert_int_equal(hart_url_resolve(rows[i][0], rows[i][1], &url, &err), HART_OK);
                assert_string_equal(url, rows[i][2]);
        }
        hart_error err = {0};
        char *url = NULL;
        assert_int_equal(hart_url_resolve("http://a.org/", "http://a b/", &url, &err), HART_POISON);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(addresses_are_judged),
                cmocka_unit_test(urls_have_hosts),
                cmocka_unit_test(locations_are_seen_from_where_they_are_said),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
