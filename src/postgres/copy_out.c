/* COPY … TO STDOUT: rows as the server writes them, handed on one by one. */
#include "connection.h"

#include <string.h>

/* The server's "here it comes", or its refusal. */
static hart_code begin(hart_pg *pg, const char *statement, hart_error *err)
{
        PGresult *answer = NULL;
        hart_pg_begin_waiting(pg);
        if (!PQsendQuery(pg->connection, statement))
                return hart_pg_fail_connection(pg, "COPY", err);
        hart_code code = hart_pg_next(pg, &answer, err);
        if (code == HART_OK && PQresultStatus(answer) != PGRES_COPY_OUT) {
                code = pg->interrupted != HART_OK ? hart_fail(err, pg->interrupted, "COPY: cancelled on request")
                                                  : hart_pg_fail(pg, answer, "COPY", NULL, err);
                hart_pg_drain(pg);
        }
        PQclear(answer);
        return code;
}

/* The next row; *size 0 at the end. */
static hart_code next_row(hart_pg *pg, char **row, int *size, hart_error *err)
{
        while ((*size = PQgetCopyData(pg->connection, row, 1)) == 0) {
                const hart_code code = hart_pg_await_input(pg, err);
                if (code != HART_OK)
                        return code;
        }
        if (*size < -1)
                return hart_pg_fail_connection(pg, "COPY", err);
        *size = *size < 0 ? 0 : *size;
        return HART_OK;
}

/* Rows until the end; after a failure of `take` the rest is read and thrown away, once the server is asked to give up.
 */
static hart_code take_rows(hart_pg *pg, hart_code (*take)(const void *row, size_t size, void *data, hart_error *err),
                           void *data, hart_error *err)
{
        hart_code taken = HART_OK;
        for (;;) {
                char *row = NULL;
                int size = 0;
                const hart_code code = next_row(pg, &row, &size, taken == HART_OK ? err : NULL);
                if (code != HART_OK)
                        return taken == HART_OK ? code : taken;
                if (size == 0)
                        return taken;
                if (taken == HART_OK) {
                        taken = take(row, (size_t)size, data, err);
                        if (taken != HART_OK)
                                hart_pg_cancel(pg);
                }
                PQfreemem(row);
        }
}

hart_code hart_pg_copy_out(hart_pg *pg, const char *statement,
                           hart_code (*take)(const void *row, size_t size, void *data, hart_error *err), void *data,
                           hart_error *err)
{
        PGresult *answer = NULL;
        hart_code code = begin(pg, statement, err);
        if (code != HART_OK)
                return code;
        code = take_rows(pg, take, data, err);
        const hart_code ended = hart_pg_is_up(pg) ? hart_pg_next(pg, &answer, code == HART_OK ? err : NULL) : code;
        if (code == HART_OK)
                code = ended;
        if (code == HART_OK && PQresultStatus(answer) != PGRES_COMMAND_OK)
                code = pg->interrupted != HART_OK ? hart_fail(err, pg->interrupted, "COPY: cancelled on request")
                                                  : hart_pg_fail(pg, answer, "COPY", NULL, err);
        PQclear(answer);
        hart_pg_drain(pg);
        return code;
}

char *hart_pg_uri(const hart_pg *pg)
{
        const char *host = PQhost(pg->connection), *port = PQport(pg->connection);
        const bool local = !host || !*host || *host == '/' || *host == '@';
        const bool colons = !local && strchr(host, ':');
        return hart_format("postgresql://%s%s%s:%s/%s", colons ? "[" : "", local ? "localhost" : host,
                           colons ? "]" : "", port && *port ? port : "5432", PQdb(pg->connection));
}
