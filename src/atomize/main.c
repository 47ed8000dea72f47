/* hartonomous-atomize: takes documents apart in a cage. Started by hartonomous-ingestion, of no use by hand:
 *     hartonomous-atomize MEMORY_BYTES CPU_SECONDS     with a socket to the daemon as descriptor 3 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <hartonomous/atomizer.h>

#include "protocol.h"
#include "sandbox.h"
#include "serve.h"

enum { EXIT_USAGE = 64 };

static bool parse(const char *text, uint64_t *ret)
{
        char *end;
        errno = 0;
        *ret = strtoull(text, &end, 10);
        return errno == 0 && *end == '\0' && *text >= '1' && *text <= '9';
}

int main(int argc, char *argv[])
{
        sandbox_limits limits;
        hart_error err = {0};
        const char *what;
        int type = 0;
        socklen_t length = sizeof type;
        if (argc != 3 || !parse(argv[1], &limits.memory) || !parse(argv[2], &limits.cpu_seconds) ||
            getsockopt(ATOMIZE_FD, SOL_SOCKET, SO_TYPE, &type, &length) != 0) {
                fprintf(stderr, "hartonomous-atomize is started by hartonomous-ingestion, not by hand\n");
                return EXIT_USAGE;
        }
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        hart_code code = hart_atomizers_open(&err);
        int error = code == HART_OK ? sandbox_enter(&limits, &what) : 0;
        if (error != 0)
                code = hart_fail(&err, HART_FATAL, "the sandbox cannot be entered: %s: %s", what, strerror(error));
        if (code == HART_OK)
                code = serve(ATOMIZE_FD, &err);
        hart_atomizers_close();
        if (code == HART_OK)
                return EXIT_SUCCESS;
        fprintf(stderr, "hartonomous-atomize: %s\n", err.text);
        return EXIT_FAILURE;
}
