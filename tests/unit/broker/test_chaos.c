/* Half a minute of everything at once: four readers that are killed at random, messages that fail and messages that
 * kill, a server that stops in three ways. Afterwards every effect is there exactly once, in order inside each
 * conversation, and exactly the messages that deserve it are dead letters, after exactly the limit of attempts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hartonomous/clock.h>
#include <hartonomous/json.h>

#include "queue.h"

#define READERS       4
#define CONVERSATIONS 20
#define DURATION      (30 * HART_SECOND)
/* Far above what random kills do to one innocent message. */
#define LIMIT      "12"
#define UNEXPECTED 3

static struct cluster cluster;

/* A reader as a daemon has it, without cmocka: its failures are exit statuses. */
static void give_up(const char *what, const hart_error *error)
{
        fprintf(stderr, "reader: %s: %s\n", what, error->text);
        _exit(UNEXPECTED);
}

static hart_code handle(hart_pg *pg, const hart_message *message, hart_error *error)
{
        static const hart_pg_statement insert = {.name = "effect",
                                                 .text = "INSERT INTO public.effect (conversation, n) VALUES ($1, $2)"};
        HART_CLEANUP(hart_json_close_p) hart_json *body = NULL;
        int64_t n = 0;
        if (hart_json_parse(message->body, message->body_size, &body, error) != HART_OK ||
            !hart_json_integer(hart_json_member(body, "n"), &n))
                return HART_FATAL;
        hart_pg_parameters parameters = {0};
        hart_pg_add_int8(&parameters, message->conversation);
        hart_pg_add_int8(&parameters, n);
        hart_code code = hart_pg_run(pg, &insert, &parameters, NULL, error);
        hart_pg_parameters_done(&parameters);
        const char *kind = hart_json_text(hart_json_member(body, "kind"), NULL);
        if (code == HART_OK && strcmp(kind, "kill") == 0)
                raise(SIGKILL);
        if (code == HART_OK && strcmp(kind, "fail") == 0)
                return hart_fail(error, HART_FAILED, "as asked");
        return code;
}

static hart_code handle_all(hart_pg *pg, hart_broker *broker, const hart_message *messages, size_t count,
                            hart_error *error)
{
        hart_code code = HART_OK;
        size_t i = 0;
        while (i < count && (code = handle(pg, &messages[i], error)) == HART_OK)
                i++;
        const hart_error reason = *error;
        bool dead = false;
        if (code == HART_OK)
                return hart_broker_complete(broker, error);
        if (code == HART_FAILED)
                return hart_broker_fail(broker, i, false, &reason, &dead, error);
        return code;
}

static hart_code wait_for_more(hart_pg *pg, hart_broker *broker, hart_error *error)
{
        hart_code code = hart_broker_sleep(broker, error);
        if (code != HART_OK)
                return code;
        const uint64_t nap = hart_broker_nap(broker);
        struct pollfd socket = {.fd = hart_pg_socket(pg), .events = POLLIN};
        poll(&socket, 1, nap > 10 * HART_SECOND ? 10000 : (int)(nap / HART_MILLISECOND));
        bool any;
        return hart_pg_take_notifications(pg, &any, error);
}

/* Ends when the connection is gone. */
static void read_on(hart_pg *pg, hart_broker *broker)
{
        while (hart_pg_is_up(pg)) {
                hart_error error = {0};
                const hart_message *messages = NULL;
                size_t count = 0;
                hart_code code = hart_broker_receive(broker, 20, &messages, &count, &error);
                if (code == HART_OK)
                        code = handle_all(pg, broker, messages, count, &error);
                else if (code == HART_EMPTY)
                        code = wait_for_more(pg, broker, &error);
                if (code < HART_OK && code != HART_RETRY)
                        give_up("reading", &error);
        }
}

static void reader_main(const char *conninfo)
{
        const hart_pg_options options = {.conninfo = conninfo, .application_name = "chaos"};
        while (true) {
                hart_error error = {0};
                hart_pg *pg = NULL;
                hart_broker *broker = NULL;
                hart_code code = hart_pg_open(&pg, &options, &error);
                if (code == HART_OK)
                        code = hart_broker_open(&broker, pg, QUEUE, &error);
                if (code == HART_OK)
                        read_on(pg, broker);
                else if (code != HART_RETRY)
                        give_up("opening", &error);
                hart_broker_close(broker);
                hart_pg_close(pg);
                poll(NULL, 0, 20);
        }
}

static pid_t start_reader(const char *conninfo)
{
        pid_t child = fork();
        if (child == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                reader_main(conninfo);
        }
        assert_true(child > 0);
        return child;
}

/* Starts again who has died. */
static void tend(pid_t *readers, const char *conninfo)
{
        for (size_t i = 0; i < READERS; i++) {
                int status = 0;
                if (readers[i] && waitpid(readers[i], &status, WNOHANG) == 0)
                        continue;
                assert_false(WIFEXITED(status) && WEXITSTATUS(status) == UNEXPECTED);
                readers[i] = start_reader(conninfo);
        }
}

/* One transaction of a few messages, noted in table sent; now and then rolled back. */
static hart_code send_some(hart_pg *pg, hart_error *error)
{
        static const hart_pg_statement some = {
                .name = "some", .text = "SELECT count(public.send_some($1)) FROM generate_series(1, $2)"};
        static const hart_pg_statement begin = {.name = "begin", .text = "BEGIN"};
        static const hart_pg_statement commit = {.name = "commit", .text = "COMMIT"};
        static const hart_pg_statement rollback = {.name = "rollback", .text = "ROLLBACK"};
        hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, (int32_t)(hart_random() % CONVERSATIONS));
        hart_pg_add_int4(&parameters, 1 + (int32_t)(hart_random() % 8));
        const hart_pg_call calls[] = {{.statement = &begin},
                                      {.statement = &some, .parameters = &parameters},
                                      {.statement = hart_random() % 10 ? &commit : &rollback}};
        hart_code code = hart_pg_run_many(pg, calls, 3, error);
        hart_pg_parameters_done(&parameters);
        return code;
}

static const char set_up_sql[] =
        "UPDATE broker.queue SET max_attempts = " LIMIT ", max_rollbacks = " LIMIT ";"
        "CREATE TABLE handle (i integer PRIMARY KEY, handle bigint);"
        "INSERT INTO handle SELECT i, broker.begin_conversation('ClientService', 'InferenceService', "
        "'InferenceJobContract') "
        "FROM generate_series(0, 19) i;"
        "CREATE TABLE sent (n bigserial PRIMARY KEY, i integer, kind text);"
        "CREATE FUNCTION send_some(integer) RETURNS void LANGUAGE plpgsql AS $$"
        "DECLARE one public.sent; r float8 := random();"
        "BEGIN"
        /* one sender a conversation at a time, so that n grows with the order of sending */
        "  PERFORM FROM public.handle h WHERE h.i = $1 FOR UPDATE;"
        "  INSERT INTO public.sent (i, kind) VALUES ($1, CASE WHEN r < 0.002 THEN 'kill' WHEN r < 0.006 THEN 'fail' "
        "ELSE 'well' END) "
        "    RETURNING * INTO one;"
        "  PERFORM broker.send(h.handle, 'InferenceJobRequest', jsonb_build_object('n', one.n, 'kind', one.kind)) "
        "    FROM public.handle h WHERE h.i = $1;"
        "END $$";

static const struct {
        const char *what, *query;
} checks[] = {
        {"lost",
         "SELECT count(*) FROM sent s WHERE kind = 'well' AND NOT EXISTS (SELECT FROM effect e WHERE e.n = s.n)"},
        {"twice", "SELECT count(*) FROM (SELECT n FROM effect GROUP BY n HAVING count(*) > 1) d"},
        {"effects of what failed", "SELECT count(*) FROM effect e JOIN sent s USING (n) WHERE s.kind <> 'well'"},
        {"effects of what was not sent",
         "SELECT count(*) FROM effect e WHERE NOT EXISTS (SELECT FROM sent s WHERE s.n = e.n)"},
        {"out of order",
         "SELECT count(*) FROM (SELECT n < lag(n) OVER (PARTITION BY conversation ORDER BY at) AS wrong FROM effect) o "
         "WHERE wrong"},
        {"not given up", "SELECT count(*) FROM sent s WHERE kind <> 'well' AND NOT EXISTS "
                         "(SELECT FROM broker.dead_letter d WHERE d.body ->> 'n' = s.n::text)"},
        {"given up wrongly",
         "SELECT count(*) FROM broker.dead_letter d LEFT JOIN sent s ON s.n = (d.body ->> 'n')::bigint "
         "WHERE s.kind IS DISTINCT FROM 'fail' AND s.kind IS DISTINCT FROM 'kill'"},
        {"given up too early or too late", "SELECT count(*) FROM broker.dead_letter "
                                           "WHERE attempt_count - (metadata ->> 'rollbacks')::integer <> " LIMIT
                                           " AND (metadata ->> 'rollbacks')::integer <> " LIMIT},
};

static void wait_until_done(hart_pg *pg, pid_t *readers, const char *conninfo)
{
        const uint64_t deadline = hart_now() + 60 * HART_SECOND;
        while (cluster_integer(pg, "SELECT count(*) FROM broker.message") > 0) {
                if (hart_now() > deadline)
                        fail_msg("the queue does not become empty");
                tend(readers, conninfo);
                poll(NULL, 0, 10);
        }
}

static void everything_at_once(void **state)
{
        (void)state;
        static const int ways[] = {SIGINT, SIGQUIT, SIGKILL};
        HART_CLEANUP(hart_free_p) char *conninfo = cluster_conninfo(&cluster, "broker", "hartonomous");
        hart_pg *pg = queue_connect(&cluster);
        cluster_do(pg, set_up_sql);
        pid_t readers[READERS] = {0};
        const uint64_t begin = hart_now();
        uint64_t next_kill = begin, restarts = 0;
        while (hart_now() - begin < DURATION) {
                hart_error error = {0};
                tend(readers, conninfo);
                assert_code(HART_OK, send_some(pg, &error), error);
                if (hart_now() > next_kill) {
                        kill(readers[hart_random() % READERS], SIGKILL);
                        next_kill = hart_now() + 100 * HART_MILLISECOND + hart_random() % (300 * HART_MILLISECOND);
                }
                if (restarts < 3 && hart_now() - begin > (restarts + 1) * DURATION / 4) {
                        cluster_stop(&cluster, ways[restarts++]);
                        cluster_start(&cluster);
                        hart_pg_close(pg);
                        pg = queue_connect(&cluster);
                }
                poll(NULL, 0, 2);
        }
        cluster_do(pg, "SELECT send_some(1) FROM generate_series(1, 3)");
        cluster_do(
                pg,
                "INSERT INTO sent (i, kind) VALUES (0, 'kill'), (0, 'fail')"); /* whatever chance gave, one of each */
        cluster_do(pg,
                   "SELECT broker.send(h.handle, 'InferenceJobRequest', jsonb_build_object('n', s.n, 'kind', s.kind)) "
                   "FROM handle h JOIN sent s USING (i) WHERE s.n > (SELECT max(n) - 2 FROM sent) ORDER BY s.n");
        wait_until_done(pg, readers, conninfo);
        for (size_t i = 0; i < READERS; i++) {
                kill(readers[i], SIGKILL);
                waitpid(readers[i], NULL, 0);
        }
        int64_t wrong = 0;
        for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
                const int64_t found = cluster_integer(pg, checks[i].query);
                if (found)
                        print_error("%lld %s\n", (long long)found, checks[i].what);
                wrong += found;
        }
        print_message("%lld messages, %lld dead letters\n", (long long)cluster_integer(pg, "SELECT count(*) FROM sent"),
                      (long long)cluster_integer(pg, "SELECT count(*) FROM broker.dead_letter"));
        assert_int_equal(wrong, 0);
        assert_true(cluster_integer(pg, "SELECT count(*) FROM effect") > 100);
        hart_pg_close(pg);
}

static int set_up(void **state)
{
        (void)state;
        queue_open(&cluster);
        return 0;
}

static int tear_down(void **state)
{
        (void)state;
        cluster_close(&cluster);
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(everything_at_once)};
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
