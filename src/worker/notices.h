/* What the processes of a daemon tell their supervisor: the same datagrams that systemd takes, on a socket of the
 * supervisor's own that stands in their $NOTIFY_SOCKET. */
#ifndef HARTONOMOUS_WORKER_NOTICES_H
#define HARTONOMOUS_WORKER_NOTICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <hartonomous/error.h>

#include "supervision.h"

typedef struct worker_notice {
        pid_t sender; /* as the kernel says */
        bool ready, patted, stopping;
        uint64_t extension; /* microseconds; 0: none asked for */
        bool has_status;
        char status[SUPERVISION_STATUS_MAX];
} worker_notice;

/* One datagram's lines. Those it does not know count for nothing, and so does a number that is none. Pure. */
void notices_parse(const char *text, size_t size, worker_notice *ret);

/* A socket in the abstract namespace, close-on-exec and non-blocking, and $NOTIFY_SOCKET's text for it. */
hart_code notices_open(int *ret, char address[static 120], hart_error *err);
/* The next that came; false where there is none. */
bool notices_read(int fd, worker_notice *ret);

#endif
