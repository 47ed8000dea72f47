/* Waiting for the server, in slices short enough that a daemon notices SIGTERM. */
#include "connection.h"

#include <errno.h>
#include <poll.h>

#include <hartonomous/clock.h>

#define CANCEL_PATIENCE (5 * HART_SECOND)

void hart_pg_on_waiting(hart_pg *pg, hart_pg_waiting waiting, void *data)
{
        pg->waiting = waiting;
        pg->waiting_data = data;
}

void hart_pg_begin_waiting(hart_pg *pg)
{
        pg->interrupted = HART_OK;
        pg->waited_at = hart_now();
}

void hart_pg_cancel(hart_pg *pg)
{
        PGcancel *request = PQgetCancel(pg->connection);
        char ignored[256];
        if (request)
                PQcancel(request, ignored, sizeof ignored);
        PQfreeCancel(request);
}

/* True while waiting makes sense: after a cancellation the server gets a few seconds to confirm it. */
static bool run_hook(hart_pg *pg)
{
        uint64_t now = hart_now();
        if (pg->interrupted != HART_OK)
                return now - pg->waited_at < CANCEL_PATIENCE;
        if (now - pg->waited_at < HART_PG_SLICE)
                return true;
        pg->waited_at = now;
        if (pg->waiting)
                pg->interrupted = pg->waiting(pg->waiting_data);
        if (pg->interrupted != HART_OK)
                hart_pg_cancel(pg);
        return true;
}

/* Until all is sent, and an answer is there where one is awaited. */
static hart_code wait_until_ready(hart_pg *pg, bool answer, hart_error *err)
{
        while (true) {
                int unsent = PQflush(pg->connection);
                if (unsent < 0)
                        return hart_pg_fail_connection(pg, "sending", err);
                if (unsent == 0 && (!answer || !PQisBusy(pg->connection)))
                        return HART_OK;
                struct pollfd server = {.fd = PQsocket(pg->connection), .events = POLLIN};
                if (unsent > 0)
                        server.events |= POLLOUT;
                int ready = poll(&server, 1, (int)(HART_PG_SLICE / HART_MILLISECOND));
                if (ready < 0 && errno != EINTR)
                        return hart_fail_errno(err, HART_FATAL, errno, "poll");
                if (ready > 0 && !PQconsumeInput(pg->connection))
                        return hart_pg_fail_connection(pg, "receiving", err);
                if (!run_hook(pg)) {
                        pg->broken = true;
                        return hart_fail(err, pg->interrupted, "PostgreSQL does not answer the cancellation");
                }
        }
}

hart_code hart_pg_await_input(hart_pg *pg, hart_error *err)
{
        struct pollfd server = {.fd = PQsocket(pg->connection), .events = POLLIN};
        int ready = poll(&server, 1, (int)(HART_PG_SLICE / HART_MILLISECOND));
        if (ready < 0 && errno != EINTR)
                return hart_fail_errno(err, HART_FATAL, errno, "poll");
        if (ready > 0 && !PQconsumeInput(pg->connection))
                return hart_pg_fail_connection(pg, "receiving", err);
        if (run_hook(pg))
                return HART_OK;
        pg->broken = true;
        return hart_fail(err, pg->interrupted, "PostgreSQL does not answer the cancellation");
}

hart_code hart_pg_flush(hart_pg *pg, hart_error *err)
{
        return wait_until_ready(pg, false, err);
}

hart_code hart_pg_next(hart_pg *pg, PGresult **ret, hart_error *err)
{
        hart_code code = wait_until_ready(pg, true, err);
        if (code != HART_OK)
                return code;
        *ret = PQgetResult(pg->connection);
        return HART_OK;
}

void hart_pg_drain(hart_pg *pg)
{
        PGresult *answer = NULL;
        while (hart_pg_next(pg, &answer, NULL) == HART_OK && answer)
                PQclear(answer);
}
