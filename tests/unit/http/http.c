/* The HTTP adapter against a real peer with bad habits (server.h). */
#include "../common/testing.h"

#include <signal.h>
#include <stdlib.h>

#include <hartonomous/clock.h>
#include <hartonomous/http.h>

#include "server.h"

struct fixture {
        struct server server;
        hart_http *http;
        hart_http_response response;
        hart_error err;
};

static const hart_http_options usual = {.user = "neo4j",
                                        .password = "pass:word",
                                        .connect_timeout = 5 * HART_SECOND,
                                        .total_timeout = 20 * HART_SECOND,
                                        .response_limit = 100000};

static int start(void **state)
{
        struct fixture *fixture = hart_allocate(sizeof *fixture);

        *state = fixture;
        if (server_start(&fixture->server) < 0)
                return -1;
        return hart_http_open(&fixture->http, &usual, &fixture->err) == HART_OK ? 0 : -1;
}

static int stop(void **state)
{
        struct fixture *fixture = *state;

        hart_http_close(fixture->http);
        hart_http_response_done(&fixture->response);
        server_stop(&fixture->server);
        free(fixture);
        return 0;
}

static void reopen(struct fixture *fixture, const hart_http_options *options)
{
        hart_http_close(fixture->http);
        fixture->http = NULL;
        assert_int_equal(hart_http_open(&fixture->http, options, &fixture->err), HART_OK);
}

static hart_code get(struct fixture *fixture, const char *path)
{
        HART_CLEANUP(hart_free_p) char *url = hart_format("http://127.0.0.1:%d%s", fixture->server.port, path);

        return hart_http_request(fixture->http, "GET", url, NULL, NULL, 0, &fixture->response, &fixture->err);
}

static void assert_answer(struct fixture *fixture, const char *path, const char *body)
{
        if (get(fixture, path) != HART_OK)
                fail_msg("%s: %s", path, fixture->err.text);
        assert_int_equal(fixture->response.status, 200);
        assert_string_equal((char *)fixture->response.body.data, body);
}

static void a_post_arrives_whole(void **state)
{
        struct fixture *fixture = *state;
        HART_CLEANUP(hart_free_p) char *url = hart_format("http://127.0.0.1:%d/echo", fixture->server.port);
        const char *said;

        assert_int_equal(hart_http_request(fixture->http, "POST", url, "application/json", "{\"a\":\0}", 7,
                                           &fixture->response, &fixture->err),
                         HART_OK);
        said = (const char *)fixture->response.body.data;
        assert_ptr_equal(strstr(said, "POST /echo HTTP/1.1\r\n"), said);
        assert_non_null(strstr(said, "\r\nContent-Type: application/json\r\n"));
        assert_non_null(strstr(said, "\r\nContent-Length: 7\r\n"));
        assert_non_null(strstr(said, "\r\nAuthorization: Basic bmVvNGo6cGFzczp3b3Jk\r\n"));
        assert_non_null(strstr(said, "\r\nUser-Agent: hartonomous/" HARTONOMOUS_VERSION "\r\n"));
        assert_null(strstr(said, "\r\nExpect:"));
        assert_memory_equal(said + fixture->response.body.size - 7, "{\"a\":\0}", 7);
}

static void a_bearer_token_is_sent(void **state)
{
        struct fixture *fixture = *state;
        const hart_http_options options = {.bearer = "a-secret.token",
                                           .connect_timeout = HART_SECOND,
                                           .total_timeout = 5 * HART_SECOND,
                                           .response_limit = 1 << 16};

        reopen(fixture, &options);
        assert_int_equal(get(fixture, "/echo"), HART_OK);
        assert_non_null(
                strstr((const char *)fixture->response.body.data, "\r\nAuthorization: Bearer a-secret.token\r\n"));
}

/* A GET after a POST is a plain GET again, and an empty POST says that it is empty. */
static void methods_do_not_leak_into_each_other(void **state)
{
        struct fixture *fixture = *state;
        HART_CLEANUP(hart_free_p) char *url = hart_format("http://127.0.0.1:%d/echo", fixture->server.port);
        const char *said;

        assert_int_equal(
                hart_http_request(fixture->http, "POST", url, "text/plain", "x", 1, &fixture->response, &fixture->err),
                HART_OK);
        assert_int_equal(get(fixture, "/echo"), HART_OK);
        said = (const char *)fixture->response.body.data;
        assert_ptr_equal(strstr(said, "GET /echo"), said);
        assert_null(strstr(said, "Content-"));
        assert_int_equal(
                hart_http_request(fixture->http, "POST", url, NULL, NULL, 0, &fixture->response, &fixture->err),
                HART_OK);
        assert_non_null(strstr((const char *)fixture->response.body.data, "\r\nContent-Length: 0\r\n"));
        assert_int_equal(
                hart_http_request(fixture->http, "BREW", url, NULL, NULL, 0, &fixture->response, &fixture->err),
                HART_FATAL);
}

static void any_status_is_an_answer(void **state)
{
        static const struct {
                const char *path, *body;
                long status;
                uint64_t least_retry, most_retry;
        } rows[] = {
                {"/missing", "none", 404, 0, 0},
                {"/busy", "busy", 503, 7 * HART_SECOND, 7 * HART_SECOND},
                {"/empty", "", 204, 0, 0}, /* what the answer before said is forgotten */
                {"/busy-date", "", 503, 30 * HART_SECOND, 60 * HART_SECOND},
                {"/moved", "", 302, 0, 0}, /* not followed */
        };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                assert_int_equal(get(fixture, rows[i].path), HART_OK);
                assert_int_equal(fixture->response.status, rows[i].status);
                assert_int_equal(fixture->response.body.size, strlen(rows[i].body));
                assert_memory_equal(fixture->response.body.data != NULL ? (char *)fixture->response.body.data : "",
                                    rows[i].body, strlen(rows[i].body));
                assert_in_range(fixture->response.retry_after, rows[i].least_retry, rows[i].most_retry);
        }
}

static void the_connection_is_kept(void **state)
{
        struct fixture *fixture = *state;

        assert_answer(fixture, "/count", "connection 1 request 1");
        assert_answer(fixture, "/count", "connection 1 request 2");
        assert_int_equal(get(fixture, "/cut"), HART_RETRY);
        assert_answer(fixture, "/count", "connection 2 request 1");
}

static void cut_and_closed_connections_are_tried_again_later(void **state)
{
        struct fixture *fixture = *state;

        assert_int_equal(get(fixture, "/cut"), HART_RETRY);
        assert_says(&fixture->err, "/cut: ");
        assert_int_equal(get(fixture, "/hang-up"), HART_RETRY);
        assert_says(&fixture->err, "/hang-up: ");
        kill(-fixture->server.process, 9);
        assert_int_equal(get(fixture, "/echo"), HART_RETRY);
}

static void a_late_peer_costs_the_time_out_and_no_more(void **state)
{
        static const char *const paths[] = {"/late", "/drip"};
        struct fixture *fixture = *state;
        hart_http_options hasty = usual;

        hasty.total_timeout = 300 * HART_MILLISECOND;
        reopen(fixture, &hasty);
        for (size_t i = 0; i < COUNT_OF(paths); i++) {
                uint64_t begin = hart_now(), took;
                assert_int_equal(get(fixture, paths[i]), HART_RETRY);
                took = hart_now() - begin;
                assert_in_range(took, 290 * HART_MILLISECOND, 10 * HART_SECOND);
                assert_says(&fixture->err, "timed out");
        }
        assert_int_equal(get(fixture, "/echo"), HART_OK);
}

static hart_code count_and_give_up(void *data)
{
        int *calls = data;

        return ++*calls < 2 ? HART_OK : HART_STOPPED;
}

static void the_waiting_hook_can_end_it(void **state)
{
        static const char *const paths[] = {"/late", "/drip"};
        struct fixture *fixture = *state;

        for (size_t i = 0; i < COUNT_OF(paths); i++) {
                int calls = 0;
                uint64_t begin = hart_now(), took;
                hart_http_on_waiting(fixture->http, count_and_give_up, &calls);
                assert_int_equal(get(fixture, paths[i]), HART_STOPPED);
                took = hart_now() - begin;
                assert_int_equal(calls, 2);
                assert_in_range(took, HART_SECOND, 8 * HART_SECOND);
                hart_http_on_waiting(fixture->http, NULL, NULL);
                assert_int_equal(get(fixture, "/echo"), HART_OK);
        }
}

static void the_answer_has_a_limit(void **state)
{
        struct fixture *fixture = *state;
        hart_http_options small = usual;

        assert_int_equal(get(fixture, "/flood"), HART_FAILED);
        assert_says(&fixture->err, "/flood: the answer is longer than 100000 bytes");
        assert_int_equal(get(fixture, "/echo"), HART_OK);
        small.response_limit = 999;
        reopen(fixture, &small);
        assert_int_equal(get(fixture, "/thousand"), HART_FAILED);
        small.response_limit = 1000;
        reopen(fixture, &small);
        assert_int_equal(get(fixture, "/thousand"), HART_OK);
        assert_int_equal(fixture->response.body.size, 1000);
}

/* --- requests beside one another --------------------------------------------------------------------------------- */

static const hart_http_options three = {
        .connect_timeout = 5 * HART_SECOND, .total_timeout = 20 * HART_SECOND, .response_limit = 100000, .lanes = 3};

static hart_code begin(struct fixture *fixture, const char *path, const void *body, size_t size,
                       hart_http_response *response)
{
        HART_CLEANUP(hart_free_p) char *url = hart_format("http://127.0.0.1:%d%s", fixture->server.port, path);

        return hart_http_begin(fixture->http, body ? "POST" : "GET", url, NULL, body, size, response, response,
                               &fixture->err);
}

static void what_is_over_first_comes_first(void **state)
{
        struct fixture *fixture = *state;
        hart_http_response late = {0}, cut = {0}, quick = {0}, none = {0};
        int seen_cut = 0, seen_quick = 0;
        void *tag = state;

        reopen(fixture, &three);
        assert_int_equal(begin(fixture, "/late", NULL, 0, &late), HART_OK);
        assert_int_equal(begin(fixture, "/cut", NULL, 0, &cut), HART_OK);
        assert_int_equal(begin(fixture, "/count", NULL, 0, &quick), HART_OK);
        assert_int_equal(begin(fixture, "/count", NULL, 0, &none), HART_EMPTY);
        assert_int_equal(get(fixture, "/count"), HART_OK); /* has a connection of its own */
        for (int i = 0; i < 2; i++) {
                const hart_code code = hart_http_next(fixture->http, 10 * HART_SECOND, &tag, &fixture->err);
                assert_int_equal(code, tag == &cut ? HART_RETRY : HART_OK);
                seen_cut += tag == &cut;
                seen_quick += tag == &quick;
        }
        assert_int_equal(seen_cut, 1);
        assert_int_equal(seen_quick, 1);
        assert_int_equal(quick.status, 200);
        assert_int_equal(hart_http_next(fixture->http, 0, &tag, &fixture->err), HART_EMPTY);
        assert_null(tag);
        assert_int_equal(begin(fixture, "/empty", NULL, 0, &none), HART_OK);
        assert_int_equal(hart_http_next(fixture->http, 10 * HART_SECOND, &tag, &fixture->err), HART_OK);
        assert_ptr_equal(tag, &none);
        assert_int_equal(none.status, 204);
        hart_http_abandon(fixture->http);
        hart_http_response_done(&quick);
        hart_http_response_done(&cut);
}

/* The server sits on the answer; that the whole request has left is what it says about itself. */
static void a_request_leaves_while_it_is_begun(void **state)
{
        enum { SIZE = 60000 };
        struct fixture *fixture = *state;
        HART_CLEANUP(hart_free_p) char *body = hart_allocate(SIZE);
        hart_http_response response = {0};
        void *tag;

        reopen(fixture, &three);
        memset(body, 'x', SIZE);
        for (int i = 0; i < 3; i++) {
                assert_int_equal(begin(fixture, "/received", body, SIZE, &response), HART_OK);
                /* Over another connection, while nothing moves on the first. */
                const uint64_t begun = hart_now();
                size_t received = 0;
                while (received < SIZE && hart_now() - begun < 10 * HART_SECOND)
                        received = server_received(&fixture->server);
                assert_int_equal(received, SIZE);
                assert_int_equal(hart_http_next(fixture->http, 10 * HART_SECOND, &tag, &fixture->err), HART_OK);
                assert_int_equal(response.status, 200);
        }
        hart_http_response_done(&response);
}

static void connections_beside_one_another_are_kept(void **state)
{
        struct fixture *fixture = *state;
        hart_http_response responses[3] = {0};
        void *tag;

        reopen(fixture, &three);
        for (int round = 0; round < 5; round++) {
                for (size_t i = 0; i < 3; i++)
                        assert_int_equal(begin(fixture, "/count", NULL, 0, &responses[i]), HART_OK);
                for (size_t i = 0; i < 3; i++)
                        assert_int_equal(hart_http_next(fixture->http, 10 * HART_SECOND, &tag, &fixture->err), HART_OK);
                for (size_t i = 0; i < 3; i++) {
                        const char *said = (const char *)responses[i].body.data;
                        const unsigned long number = strtoul(said + strlen("connection "), NULL, 10);
                        assert_in_range(number, 1, 3);
                }
        }
        for (size_t i = 0; i < 3; i++)
                hart_http_response_done(&responses[i]);
}

static void the_waiting_hook_drops_all_that_is_under_way(void **state)
{
        struct fixture *fixture = *state;
        hart_http_response responses[2] = {0};
        int calls = 0;
        void *tag;

        reopen(fixture, &three);
        hart_http_on_waiting(fixture->http, count_and_give_up, &calls);
        assert_int_equal(begin(fixture, "/late", NULL, 0, &responses[0]), HART_OK);
        assert_int_equal(begin(fixture, "/drip", NULL, 0, &responses[1]), HART_OK);
        assert_int_equal(hart_http_next(fixture->http, 60 * HART_SECOND, &tag, &fixture->err), HART_STOPPED);
        assert_null(tag);
        hart_http_on_waiting(fixture->http, NULL, NULL);
        assert_int_equal(hart_http_next(fixture->http, 0, &tag, &fixture->err), HART_EMPTY);
        for (size_t i = 0; i < 3; i++)
                assert_int_equal(begin(fixture, "/empty", NULL, 0, &responses[0]), HART_OK);
        hart_http_abandon(fixture->http);
        hart_http_response_done(&responses[0]);
        hart_http_response_done(&responses[1]);
}

static void wrong_addresses(void **state)
{
        static const struct {
                const char *url;
                hart_code code;
        } rows[] = {
                {"", HART_CONFIG},
                {"http://", HART_CONFIG},
                {"http://127.0.0.1:99999/", HART_CONFIG},
                {"ftp://127.0.0.1/", HART_CONFIG},
                {"file:///etc/passwd", HART_CONFIG},
                {"http://127.0.0.1:1/", HART_RETRY},
                {"http://name.invalid/", HART_RETRY},
        };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                hart_code code = hart_http_request(fixture->http, "GET", rows[i].url, NULL, NULL, 0, &fixture->response,
                                                   &fixture->err);
                if (code != rows[i].code)
                        fail_msg("%s: %s: %s", rows[i].url, hart_code_name(code), fixture->err.text);
        }
}

static void messages_keep_the_password(void **state)
{
        struct fixture *fixture = *state;

        assert_int_equal(hart_http_request(fixture->http, "GET", "http://user:secret@127.0.0.1:1/path?x=1", NULL, NULL,
                                           0, &fixture->response, &fixture->err),
                         HART_RETRY);
        assert_ptr_equal(strstr(fixture->err.text, "127.0.0.1:1/path"), fixture->err.text);
        assert_null(strstr(fixture->err.text, "secret"));
}

static void what_has_no_limits_is_not_opened(void **state)
{
        static const hart_http_options rows[] = {
                {.connect_timeout = 1, .total_timeout = 1},
                {.connect_timeout = 1, .response_limit = 1},
                {.total_timeout = 1, .response_limit = 1},
        };
        hart_http *http = NULL;
        hart_error err = {0};

        (void)state;
        for (size_t i = 0; i < COUNT_OF(rows); i++)
                assert_int_equal(hart_http_open(&http, &rows[i], &err), HART_CONFIG);
        assert_null(http);
        hart_http_close(NULL);
        hart_http_response_done(NULL);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_SERVER(a_post_arrives_whole),
                WITH_SERVER(a_bearer_token_is_sent),
                WITH_SERVER(methods_do_not_leak_into_each_other),
                WITH_SERVER(any_status_is_an_answer),
                WITH_SERVER(the_connection_is_kept),
                WITH_SERVER(cut_and_closed_connections_are_tried_again_later),
                WITH_SERVER(a_late_peer_costs_the_time_out_and_no_more),
                WITH_SERVER(the_waiting_hook_can_end_it),
                WITH_SERVER(the_answer_has_a_limit),
                WITH_SERVER(what_is_over_first_comes_first),
                WITH_SERVER(a_request_leaves_while_it_is_begun),
                WITH_SERVER(connections_beside_one_another_are_kept),
                WITH_SERVER(the_waiting_hook_drops_all_that_is_under_way),
                WITH_SERVER(wrong_addresses),
                WITH_SERVER(messages_keep_the_password),
                cmocka_unit_test(what_has_no_limits_is_not_opened),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
