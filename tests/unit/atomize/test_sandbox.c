/* The sandbox: what a parser that was taken over can still do. Each row is tried by a process of its own. */
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <hartonomous/memory.h>

enum { MAY = 0, IS_REFUSED = 1 };
static const struct {
        const char *action;
        int signal, status; /* how the probe ends */
} rows[] = {
        {"nothing", 0, MAY},
        {"compute", 0, MAY},
        {"talk", 0, MAY},
        {"ask system", 0, MAY},
        {"ask descriptor", 0, MAY},
        {"handle signal", 0, MAY},
        {"receive", 0, MAY},
        {"read document", 0, MAY},
        {"map document", 0, MAY},
        {"close document", 0, MAY},
        /* What libraries try and can do without. */
        {"greed", 0, IS_REFUSED},
        {"open", 0, IS_REFUSED},
        {"look at file", 0, IS_REFUSED},
        {"look for link", 0, IS_REFUSED},
        {"look for terminal", 0, IS_REFUSED},
        {"name process", 0, IS_REFUSED},
        {"thread", 0, IS_REFUSED},
        {"fork", 0, IS_REFUSED},
        {"socket", 0, IS_REFUSED},
        {"new descriptors", 0, IS_REFUSED},
        {"copy descriptor", 0, IS_REFUSED},
        {"close socket", 0, IS_REFUSED},
        {"open up document", 0, IS_REFUSED},
        /* What nobody does who reads a document. */
        {"write document", SIGSYS, 0},
        {"cut document", SIGSYS, 0},
        {"map document writable", SIGSYS, 0},
        {"map document code", SIGSYS, 0},
        {"receive elsewhere", SIGSYS, 0},
        {"read 0", SIGSYS, 0},
        {"pread 0", SIGSYS, 0},
        {"write 0", SIGSYS, 0},
        {"copy 3", SIGSYS, 0},
        {"send", SIGSYS, 0},
        {"execute", SIGSYS, 0},
        {"vfork", SIGSYS, 0},
        {"kill", SIGSYS, 0},
        {"tkill", SIGSYS, 0},
        {"signal", SIGSYS, 0},
        {"trace", SIGSYS, 0},
        {"chmod", SIGSYS, 0},
        {"unlink", SIGSYS, 0},
        {"map code", SIGSYS, 0},
        {"make code", SIGSYS, 0},
        {"map socket", SIGSYS, 0},
        {"raise limit", SIGSYS, 0},
        {"unshare", SIGSYS, 0},
        {"io_uring", SIGSYS, 0},
        {"keyctl", SIGSYS, 0},
        {"bpf", SIGSYS, 0},
        {"abort", SIGABRT, 0},
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
        bool sound = true;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                int status = run(rows[i].action);
                int killed_by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
                if (killed_by == rows[i].signal && (killed_by != 0 || WEXITSTATUS(status) == rows[i].status))
                        continue;
                print_error("%s: signal %d, exit status %d\n", rows[i].action, killed_by, WEXITSTATUS(status));
                sound = false;
        }
        assert_true(sound);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
