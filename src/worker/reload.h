/* The signals between `--reload=PID` and the daemon. */
#ifndef HARTONOMOUS_WORKER_RELOAD_H
#define HARTONOMOUS_WORKER_RELOAD_H

#include <signal.h>

#define RELOAD_ANSWER SIGUSR1
enum {
        RELOAD_MARK = 0x48415254, /* "HART": the value of a SIGHUP that wants an answer */
        RELOAD_DONE = 1,
        RELOAD_REFUSED = 2
};

#endif
