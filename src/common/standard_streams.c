#include <hartonomous/standard_streams.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

void hart_standard_streams_open(void)
{
        /* Each in the direction nobody uses it in: to read from it or to write to it is EBADF, as before. */
        static const int modes[] = {[STDIN_FILENO] = O_WRONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_RDONLY};

        for (int number = 0; number < (int)(sizeof modes / sizeof modes[0]); number++)
                if (fcntl(number, F_GETFD) < 0) /* open() gives the lowest free number, which is this one */
                        (void)open("/dev/null", modes[number]);
}

hart_code hart_standard_output_finish(hart_error *err)
{
        const int lost_before = ferror(stdout);

        errno = 0;
        if (fflush(stdout) == 0 && !lost_before)
                return HART_OK;
        if (errno == EPIPE)
                return HART_OK;
        return errno != 0 ? hart_fail_errno(err, HART_FAILED, errno, "standard output: cannot be written")
                          : hart_fail(err, HART_FAILED, "standard output: could not be written to its end");
}
