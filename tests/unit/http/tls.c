/* TLS: who the peer is gets checked, and who we are gets said. The peer is openssl's own s_server. */
#include "../common/testing.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hartonomous/clock.h>
#include <hartonomous/http.h>

struct fixture {
        char *folder;
        char *authority, *certificate, *key; /* files */
        pid_t process;
        int port;
        hart_http_response response;
        hart_error err;
};

static const hart_http_options usual = {
        .connect_timeout = 5 * HART_SECOND, .total_timeout = 20 * HART_SECOND, .response_limit = 1000000};

static int run(const char *command)
{
        int status = system(command); /* no text of others is in it */

        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* An authority, and one certificate for both sides signed by it. */
static int make_certificates(struct fixture *fixture)
{
        HART_CLEANUP(hart_free_p)
        char *command = hart_format(
                "cd '%s' && exec >log 2>&1 && "
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -keyout ca.key "
                "-out ca.pem -subj /CN=authority && "
                "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem "
                "-subj /CN=localhost && "
                "echo subjectAltName=DNS:localhost,IP:127.0.0.1 >extensions && "
                "openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 "
                "-extfile extensions -out certificate.pem",
                fixture->folder);

        return run(command);
}

/* s_server says "ACCEPT 127.0.0.1:PORT" once it listens. */
static int start_server(struct fixture *fixture, bool ask_for_certificate)
{
        char line[200];
        FILE *output;
        int ends[2];

        if (pipe(ends) < 0)
                return -1;
        fixture->process = fork();
        if (fixture->process == 0) {
                (void)dup2(ends[1], STDOUT_FILENO);
                (void)close(ends[0]);
                (void)dup2(open("/dev/null", O_RDWR), STDERR_FILENO);
                (void)execlp("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-cert",
                             fixture->certificate, "-key", fixture->key, "-CAfile", fixture->authority,
                             "-verify_return_error", ask_for_certificate ? "-Verify" : "-naccept",
                             ask_for_certificate ? "1" : "1000", (char *)NULL);
                _exit(127);
        }
        (void)close(ends[1]);
        output = fdopen(ends[0], "r");
        fixture->port = 0;
        while (fixture->port == 0 && fgets(line, sizeof line, output) != NULL)
                if (strncmp(line, "ACCEPT", 6) == 0)
                        fixture->port = (int)strtol(strrchr(line, ':') + 1, NULL, 10);
        (void)fclose(output);
        return fixture->port > 0 ? 0 : -1;
}

static void stop_server(struct fixture *fixture)
{
        (void)kill(fixture->process, SIGKILL);
        (void)waitpid(fixture->process, NULL, 0);
}

static int start(void **state, bool ask_for_certificate)
{
        struct fixture *fixture = hart_allocate(sizeof *fixture);

        *state = fixture;
        fixture->folder = hart_duplicate("/tmp/hartonomous-tls-XXXXXX");
        if (mkdtemp(fixture->folder) == NULL)
                return -1;
        fixture->authority = hart_format("%s/ca.pem", fixture->folder);
        fixture->certificate = hart_format("%s/certificate.pem", fixture->folder);
        fixture->key = hart_format("%s/key.pem", fixture->folder);
        return make_certificates(fixture) == 0 ? start_server(fixture, ask_for_certificate) : -1;
}

static int start_open(void **state)
{
        return start(state, false);
}

static int start_asking(void **state)
{
        return start(state, true);
}

static int stop(void **state)
{
        struct fixture *fixture = *state;
        HART_CLEANUP(hart_free_p) char *command = hart_format("rm -r '%s'", fixture->folder);

        stop_server(fixture);
        (void)run(command);
        hart_http_response_done(&fixture->response);
        free(fixture->folder);
        free(fixture->authority);
        free(fixture->certificate);
        free(fixture->key);
        free(fixture);
        return 0;
}

static hart_code get(struct fixture *fixture, const hart_http_options *options)
{
        HART_CLEANUP(hart_free_p) char *url = hart_format("https://127.0.0.1:%d/", fixture->port);
        hart_http *http = NULL;
        hart_code code = hart_http_open(&http, options, &fixture->err);

        if (code == HART_OK)
                code = hart_http_request(http, "GET", url, NULL, NULL, 0, &fixture->response, &fixture->err);
        hart_http_close(http);
        return code;
}

static void the_peer_is_verified(void **state)
{
        struct fixture *fixture = *state;
        hart_http_options options = usual;

        assert_int_equal(get(fixture, &options), HART_CONFIG);
        assert_says(&fixture->err, "certificate");
        options.ca_file = fixture->authority;
        if (get(fixture, &options) != HART_OK)
                fail_msg("%s", fixture->err.text);
        assert_int_equal(fixture->response.status, 200);
        options.ca_file = "/nonexistent/authority.pem";
        assert_int_equal(get(fixture, &options), HART_CONFIG);
        assert_says(&fixture->err, "/nonexistent/authority.pem");
}

static void we_can_show_a_certificate(void **state)
{
        struct fixture *fixture = *state;
        hart_http_options options = usual;

        options.ca_file = fixture->authority;
        assert_int_not_equal(get(fixture, &options), HART_OK);
        assert_says(&fixture->err, "certificate required");
        options.client_certificate = fixture->certificate;
        options.client_key = fixture->key;
        if (get(fixture, &options) != HART_OK)
                fail_msg("%s", fixture->err.text);
        assert_int_equal(fixture->response.status, 200);
        options.client_key = "/nonexistent/key.pem";
        assert_int_equal(get(fixture, &options), HART_CONFIG);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(the_peer_is_verified, start_open, stop),
                cmocka_unit_test_setup_teardown(we_can_show_a_certificate, start_asking, stop),
        };

        (void)signal(SIGPIPE, SIG_IGN);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
