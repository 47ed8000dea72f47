/* The sandbox: what a parser that was taken over can still do. Each row is tried by a process of its own. */
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <hartonomous/memory.h>

static const struct {
        const char *action;
        int signal, status; /* how the probe ends */
} rows[] = {
        {"nothing", 0, 0},       {"compute", 0, 0},        {"talk", 0, 0},          {"greed", 0, 1},
        {"open", SIGSYS, 0},     {"socket", SIGSYS, 0},    {"send", SIGSYS, 0},     {"execute", SIGSYS, 0},
        {"fork", SIGSYS, 0},     {"kill", SIGSYS, 0},      {"trace", SIGSYS, 0},    {"chmod", SIGSYS, 0},
        {"map-code", SIGSYS, 0}, {"make-code", SIGSYS, 0}, {"map-file", SIGSYS, 0}, {"signal", SIGSYS, 0},
        {"abort", SIGABRT, 0},   {"read-0", SIGSYS, 0},    {"write-1", SIGSYS, 0},  {"copy-3", SIGSYS, 0},
};

static int run(const char *action)
{
        char *arguments[] = {hart_duplicate("sandbox_probe"), hart_duplicate(action), NULL};
        char *environment[] = {NULL};
        pid_t pid;
        int status = -1;
        assert_int_equal(posix_spawn(&pid, PROBE_PROGRAM, NULL, NULL, arguments, environment), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        free(arguments[0]);
        free(arguments[1]);
        return status;
}

static void test_rows(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                int status = run(rows[i].action);
                int killed_by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
                if (killed_by != rows[i].signal || (killed_by == 0 && WEXITSTATUS(status) != rows[i].status))
                        fail_msg("%s: signal %d, exit status %d", rows[i].action, killed_by, WEXITSTATUS(status));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
