/* An HTTP server of the test's own, in a child process, with every bad habit a peer may have. */
#ifndef UNIT_SERVER_H
#define UNIT_SERVER_H

#include <sys/types.h>

struct server {
        pid_t process; /* its own process group: ending it ends the children that hold connections */
        int port;
        size_t *received; /* shared with the children */
};

/* Paths:
 *   /echo      the request itself, as it came
 *   /count     "connection N request M"
 *   /thousand  a body of 1000 bytes
 *   /empty     204
 *   /missing   404
 *   /busy      503 with Retry-After: 7
 *   /busy-date 503 with Retry-After: a date a minute from now
 *   /moved     302 to /echo
 *   /late      no answer until the client goes
 *   /drip      an answer without end, a byte at a time, slowly
 *   /flood     an answer without end, fast
 *   /cut       10 of 100 promised bytes, then the connection is closed
 *   /hang-up   the connection is closed without an answer
 *   /received  200, once server_received has told how much body there was */
int server_start(struct server *server);
/* The size of the body sent to /received, once it is there whole; 0 until then. */
size_t server_received(struct server *server);
void server_stop(struct server *server);

#endif
