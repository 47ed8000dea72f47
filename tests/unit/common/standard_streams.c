/* Each case runs in a child of its own: it closes and fills what the test itself prints to. */
#include <hartonomous/standard_streams.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "testing.h"

static void close_all(void)
{
        for (int number = 0; number <= STDERR_FILENO; number++)
                (void)close(number);
}

static void to_full_disk(void)
{
        (void)dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
}

static void to_gone_reader(void)
{
        int ends[2];
        if (pipe(ends) == 0) {
                (void)dup2(ends[1], STDOUT_FILENO);
                (void)close(ends[0]);
        }
}

static void close_output(void)
{
        (void)close(STDOUT_FILENO);
}

static void to_file(void)
{
        (void)dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
}

/* The exit status says what finish returned; 99: a new file got the number of a standard stream. */
static int finish_in_child(void (*prepare)(void), size_t printed)
{
        pid_t child = fork();
        if (child == 0) {
                (void)signal(SIGPIPE, SIG_IGN);
                prepare();
                hart_standard_streams_open();
                if (open("/dev/null", O_RDONLY) <= STDERR_FILENO)
                        _exit(99);
                (void)setvbuf(stdout, NULL, _IOFBF, 4096);
                for (size_t i = 0; i < printed; i++)
                        (void)putchar('x');
                hart_error err = {0};
                _exit(hart_standard_output_finish(&err) == HART_OK ? 0 : err.text[0] != '\0');
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

static void outcomes(void **state)
{
        static const struct {
                const char *name;
                void (*prepare)(void);
                size_t printed;
                int expected;
        } rows[] = {
                {"all is written", to_file, 10000, 0},
                {"nothing printed, disk full", to_full_disk, 0, 0},
                {"disk full", to_full_disk, 10, 1},
                {"disk full, noticed before the end", to_full_disk, 4097, 1},
                {"the reader went away", to_gone_reader, 10000, 0},
                {"closed, nothing printed", close_output, 0, 0},
                {"closed", close_output, 10, 1},
                {"all closed, nothing printed", close_all, 0, 0},
                {"all closed", close_all, 10000, 1},
        };
        (void)state;
        (void)fflush(stdout);
        for (size_t i = 0; i < COUNT_OF(rows); i++)
                if (finish_in_child(rows[i].prepare, rows[i].printed) != rows[i].expected)
                        fail_msg("%s", rows[i].name);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(outcomes)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
