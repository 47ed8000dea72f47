/* Sockets to listen on: systemd's, a Unix socket or a TCP port. */
#ifndef HARTONOMOUS_WORKER_LISTEN_H
#define HARTONOMOUS_WORKER_LISTEN_H

#include "telemetry.h"

/* *ret is a listening socket, non-blocking and close-on-exec. *made is set where a file at address->path is ours
 * to remove. */
hart_code listen_open(const telemetry_address *address, int *ret, bool *made, hart_error *err);

#endif
