/* Private to `status`: pages of the daemons' telemetry, "/health" and "/metrics". */
#ifndef CTL_TELEMETRY_H
#define CTL_TELEMETRY_H

#include <hartonomous/error.h>
#include <hartonomous/memory.h>

/* The whole answer of a socket, head and body; 0 or an errno, which is EAGAIN when none came within 2 s. */
int telemetry_ask(const char *path, const char *page, hart_buffer *answer);
/* The body that host:port gives. */
hart_code telemetry_ask_address(const char *listen, const char *page, hart_buffer *body, hart_error *err);

#endif
