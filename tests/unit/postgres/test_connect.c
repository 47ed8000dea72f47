/* What a refused connection means, against a real server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <string.h>

#include <hartonomous/clock.h>

#include "cluster.h"

static struct cluster cluster;

static void opens(void **state)
{
        (void)state;
        HART_CLEANUP(hart_pg_close_p) hart_pg *pg = cluster_connect(&cluster, "postgres", "postgres");
        assert_true(hart_pg_is_up(pg));
        assert_true(hart_pg_server_version(pg) >= 150000);
        assert_true(hart_pg_socket(pg) >= 0);
        assert_int_equal(cluster_integer(pg, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'test' "
                                             "AND pid = pg_backend_pid()"),
                         1);
}

static const struct {
        const char *name, *database, *user, *password, *more;
        hart_code code;
        const char *foreign, *text;
} refusals[] = {
        {"right password", "postgres", "secret", "right", "", HART_OK, "", ""},
        {"wrong password", "postgres", "secret", "wrong", "", HART_CONFIG, "28P01", "password authentication failed"},
        {"no password", "postgres", "secret", NULL, "", HART_CONFIG, "", "credential database-password"},
        {"missing role", "postgres", "nobody_here", NULL, "", HART_CONFIG, "28000", "nobody_here"},
        {"missing database", "nowhere", "postgres", NULL, "", HART_CONFIG, "3D000", "nowhere"},
        {"wrong peer", "postgres", "peered", NULL, "", HART_CONFIG, "28000", "peered"},
        {"no such socket", "postgres", "postgres", NULL, "host=/nonexistent", HART_RETRY, "", "is PostgreSQL running?"},
        {"nothing listens", "postgres", "postgres", NULL, "host=127.0.0.1 port=1", HART_RETRY, "",
         "is PostgreSQL running?"},
        {"no port", "postgres", "postgres", NULL, "host=127.0.0.1 port=1,abc", HART_CONFIG, "", "port=1,abc"},
        {"port too big", "postgres", "postgres", NULL, "host=127.0.0.1 port=65536", HART_CONFIG, "", "port=65536"},
        {"value libpq refuses", "postgres", "postgres", NULL, "sslmode=maybe", HART_CONFIG, "", "sslmode"},
        {"misspelt option", "postgres", "postgres", NULL, "hots=x", HART_CONFIG, "", "hots"},
        {"German", "nowhere", "postgres", NULL, "options='-c lc_messages=de_DE.UTF-8'", HART_CONFIG, "3D000", ""},
};

static void refusals_have_codes(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
                HART_CLEANUP(hart_free_p)
                char *base = cluster_conninfo(&cluster, refusals[i].database, refusals[i].user);
                HART_CLEANUP(hart_free_p) char *conninfo = hart_format("%s %s", base, refusals[i].more);
                const hart_pg_options options = {.conninfo = conninfo,
                                                 .application_name = "test",
                                                 .password = refusals[i].password,
                                                 .connect_timeout = 5 * HART_SECOND};
                hart_error error = {0};
                HART_CLEANUP(hart_pg_close_p) hart_pg *pg = NULL;
                hart_code code = hart_pg_open(&pg, &options, &error);
                if (code != refusals[i].code || strcmp(error.foreign, refusals[i].foreign) != 0 ||
                    !strstr(error.text, refusals[i].text))
                        fail_msg("%s: %s, \"%s\", %s", refusals[i].name, hart_code_name(code), error.foreign,
                                 error.text);
                assert_null(strstr(error.text, "wrong"));
        }
}

static hart_code stop(void *data)
{
        ++*(int *)data;
        return HART_STOPPED;
}

static void too_many_and_stopped_servers_are_awaited(void **state)
{
        (void)state;
        HART_CLEANUP(hart_pg_close_p) hart_pg *admin = cluster_connect(&cluster, "postgres", "postgres");
        cluster_do(admin, "ALTER ROLE hartonomous CONNECTION LIMIT 0");
        HART_CLEANUP(hart_free_p) char *conninfo = cluster_conninfo(&cluster, "postgres", "hartonomous");
        const hart_pg_options options = {.conninfo = conninfo, .application_name = "test"};
        hart_error error = {0};
        hart_pg *pg = NULL;
        assert_code(HART_RETRY, hart_pg_open(&pg, &options, &error), error);
        assert_string_equal(error.foreign, "53300");
        cluster_do(admin, "ALTER ROLE hartonomous CONNECTION LIMIT -1");

        cluster_stop(&cluster, SIGINT);
        assert_code(HART_RETRY, hart_pg_open(&pg, &options, &error), error);
        cluster_start(&cluster);
}

static void losing_the_connection_is_a_retry(void **state)
{
        (void)state;
        static const hart_pg_statement one = {.name = "one", .text = "SELECT 1"};
        HART_CLEANUP(hart_pg_close_p) hart_pg *pg = cluster_connect(&cluster, "postgres", "postgres");
        HART_CLEANUP(hart_pg_close_p) hart_pg *admin = cluster_connect(&cluster, "postgres", "postgres");
        cluster_integer(pg, "SELECT 1");
        cluster_do(admin, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                          "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
        hart_error error = {0};
        assert_code(HART_RETRY, hart_pg_run(pg, &one, NULL, NULL, &error), error);
        assert_false(hart_pg_is_up(pg));
        assert_code(HART_RETRY, hart_pg_run(pg, &one, NULL, NULL, &error), error);
        const hart_pg_call call = {.statement = &one};
        assert_code(HART_RETRY, hart_pg_run_many(pg, &call, 1, &error), error);
        bool any = false;
        assert_code(HART_RETRY, hart_pg_take_notifications(pg, &any, &error), error);
}

static void the_hook_cancels(void **state)
{
        (void)state;
        static const hart_pg_statement sleeper = {.name = "sleeper", .text = "SELECT pg_sleep(60)"};
        HART_CLEANUP(hart_pg_close_p) hart_pg *pg = cluster_connect(&cluster, "postgres", "postgres");
        int calls = 0;
        hart_error error = {0};
        hart_pg_on_waiting(pg, stop, &calls);
        const uint64_t begin = hart_now();
        assert_code(HART_STOPPED, hart_pg_run(pg, &sleeper, NULL, NULL, &error), error);
        const hart_pg_call two[] = {{.statement = &sleeper}, {.statement = &sleeper}};
        assert_code(HART_STOPPED, hart_pg_run_many(pg, two, 2, &error), error);
        assert_code(HART_STOPPED, hart_pg_script(pg, "SELECT 1; SELECT pg_sleep(60)", &error), error);
        /* What was done all the same is not called cancelled. */
        assert_code(HART_OK,
                    hart_pg_script(pg,
                                   "DO $$ BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END $$",
                                   &error),
                    error);
        assert_true(hart_now() - begin < 10 * HART_SECOND);
        assert_int_equal(calls, 4);
        hart_pg_on_waiting(pg, NULL, NULL);
        assert_true(hart_pg_is_up(pg));
        assert_int_equal(cluster_integer(pg, "SELECT 7"), 7);
}

static void count_notice(const char *severity, const char *text, void *data)
{
        assert_string_equal(severity, "WARNING");
        assert_string_equal(text, "look out");
        ++*(int *)data;
}

static void notices_and_notifications_arrive(void **state)
{
        (void)state;
        HART_CLEANUP(hart_pg_close_p) hart_pg *pg = cluster_connect(&cluster, "postgres", "postgres");
        HART_CLEANUP(hart_pg_close_p) hart_pg *other = cluster_connect(&cluster, "postgres", "postgres");
        int notices = 0;
        hart_pg_on_notice(pg, count_notice, &notices);
        cluster_do(pg, "DO $$ BEGIN RAISE WARNING 'look out'; END $$; LISTEN bell");
        assert_int_equal(notices, 1);
        bool any = true;
        hart_error error = {0};
        assert_code(HART_OK, hart_pg_take_notifications(pg, &any, &error), error);
        assert_false(any);
        cluster_do(other, "NOTIFY bell");
        struct pollfd socket = {.fd = hart_pg_socket(pg), .events = POLLIN};
        assert_int_equal(poll(&socket, 1, 5000), 1);
        assert_code(HART_OK, hart_pg_take_notifications(pg, &any, &error), error);
        assert_true(any);
}

static int set_up(void **state)
{
        (void)state;
        cluster_open(&cluster);
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
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(opens),
                cmocka_unit_test(refusals_have_codes),
                cmocka_unit_test(the_hook_cancels),
                cmocka_unit_test(notices_and_notifications_arrive),
                cmocka_unit_test(losing_the_connection_is_a_retry),
                cmocka_unit_test(too_many_and_stopped_servers_are_awaited),
        };
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
