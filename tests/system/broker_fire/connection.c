/* Connections that come back. */
#include "fire.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <hartonomous/clock.h>

void pause_for(uint64_t microseconds)
{
        poll(NULL, 0, (int)(microseconds / HART_MILLISECOND));
}

uint64_t real_time(void)
{
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        return (uint64_t)now.tv_sec * HART_SECOND + (uint64_t)now.tv_nsec / 1000;
}

hart_code connection_open(struct connection *connection, hart_error *error)
{
        snprintf(connection->name, sizeof connection->name, "fire-%s.%d.%u", connection->options->name, (int)getpid(),
                 ++connection->times);
        const hart_pg_options options = {.conninfo = connection->options->conninfo,
                                         .application_name = connection->name,
                                         .connect_timeout = 10 * HART_SECOND};
        return hart_pg_open(&connection->pg, &options, error);
}

void connection_close(struct connection *connection)
{
        hart_pg_close(HART_TAKE(connection->pg));
}
