/* /health and /metrics over HTTP, on a Unix socket or a TCP port, answered by libmicrohttpd's own thread from the
 * atomics of metrics.h: it answers while a long step runs. That thread is the one exception to "no threads". The
 * supervisor of several processes, which has no long steps and forks, answers in its loop instead. */
#ifndef HARTONOMOUS_WORKER_TELEMETRY_H
#define HARTONOMOUS_WORKER_TELEMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include <hartonomous/error.h>

#include "metrics.h"

typedef struct worker_telemetry worker_telemetry;

#define TELEMETRY_HOST_MAX 256
/* "host:port", "[::1]:9100" or a directory ("/run/hartonomous"), told apart by its first byte. Checks the form only. */
typedef struct telemetry_address {
        char path[108];                /* of the Unix socket; "" for TCP */
        char host[TELEMETRY_HOST_MAX]; /* "" for every address */
        char port[8];
} telemetry_address;
/* `name` and `instance` make the socket's file name: NAME.sock or NAME@INSTANCE.sock. HART_CONFIG where malformed. */
hart_code telemetry_address_read(const char *listen, const char *name, const char *instance, telemetry_address *ret,
                                 hart_error *err);

/* HART_FAILED where the address cannot be had: a matter for a warning, work goes on without. A socket passed by
 * systemd is used instead of the address. */
hart_code telemetry_open(worker_telemetry **ret, const telemetry_address *address, const worker_metrics *metrics,
                         bool in_loop, hart_error *err);
/* In the loop: what to poll for reading (-1 for a thread's, or NULL), for how many microseconds at most, and what to do
 * then. */
int telemetry_fd(const worker_telemetry *telemetry);
uint64_t telemetry_longest_sleep(const worker_telemetry *telemetry);
void telemetry_step(worker_telemetry *telemetry);
/* In a process forked since: closes what it has inherited, without a word to anybody. The rest is the parent's. */
void telemetry_abandon(worker_telemetry *telemetry);
void telemetry_close(worker_telemetry *telemetry);

#endif
