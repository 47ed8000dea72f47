/* From what PostgreSQL says to what the caller must do. */
#include "connection.h"

#include <string.h>

/* The first row whose prefix fits decides. */
static const struct {
        const char *prefix;
        hart_code code;
        const char *advice;
} meaning[] = {
        {"08", HART_RETRY, NULL},  /* connection exceptions */
        {"22", HART_POISON, NULL}, /* the data */
        {"23", HART_POISON, NULL}, /* a constraint, so the data */
        {"25006", HART_RETRY, "it is a standby, or set read-only; where it may write, work goes on by itself"},
        {"25P03", HART_RETRY, NULL}, /* idle-in-transaction timeout: the connection is gone */
        {"26000", HART_RETRY, NULL}, /* a prepared statement was dropped behind our back: it is forgotten now */
        {"28P01", HART_CONFIG, "check the credential database-password"},
        {"28", HART_CONFIG, "check [database] conninfo, the role and pg_hba.conf"},
        {"3D000", HART_CONFIG,
         "correct [database] conninfo, or as a superuser: createdb -O hartonomous hartonomous; then hartonomousctl "
         "schema "
         "apply"},
        {"40", HART_RETRY, NULL}, /* serialization failure, deadlock */
        {"42501", HART_CONFIG,
         "schema commands run as role hartonomous (sudo -u hartonomous), people need GRANT hartonomous_operator, "
         "daemons "
         "what `hartonomousctl schema apply` grants them"},
        {"53100", HART_RETRY, "PostgreSQL's disk is full: free space there, work then goes on by itself"},
        {"53", HART_RETRY, NULL},    /* other resources: memory, connections */
        {"54", HART_POISON, NULL},   /* a limit exceeded by the data */
        {"55006", HART_RETRY, NULL}, /* object in use */
        {"55P03", HART_RETRY, NULL}, /* lock not available */
        {"57014", HART_RETRY, NULL}, /* cancelled by statement_timeout or by hand */
        {"57P", HART_RETRY, NULL},   /* the server stops, starts or recovers */
        {"58", HART_RETRY, NULL},    /* errors of the server's operating system */
};

static size_t meaning_of(const char *sqlstate)
{
        size_t row = 0;
        while (row < sizeof meaning / sizeof *meaning &&
               strncmp(meaning[row].prefix, sqlstate, strlen(meaning[row].prefix)) != 0)
                row++;
        return row;
}

hart_code hart_pg_code(const char *sqlstate)
{
        if (!sqlstate || !*sqlstate)
                return HART_RETRY;
        size_t row = meaning_of(sqlstate);
        return row < sizeof meaning / sizeof *meaning ? meaning[row].code : HART_FATAL;
}

static const char *advice_for(const char *sqlstate)
{
        size_t row = meaning_of(sqlstate);
        return row < sizeof meaning / sizeof *meaning ? meaning[row].advice : NULL;
}

bool hart_pg_is_stale(const PGresult *answer)
{
        const char *sqlstate = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
        const char *function = PQresultErrorField(answer, PG_DIAG_SOURCE_FUNCTION);
        if (!sqlstate)
                return false;
        return strcmp(sqlstate, "26000") == 0 ||
               (strcmp(sqlstate, "0A000") == 0 && function && strcmp(function, "RevalidateCachedQuery") == 0);
}

/* The line of a script that a character position (from 1) lies in. */
static size_t line_at(const char *text, const char *position)
{
        unsigned long characters = strtoul(position, NULL, 10);
        size_t line = 1;
        for (const char *byte = text; *byte && characters > 1; byte++) {
                line += *byte == '\n';
                characters -= ((unsigned char)byte[1] & 0xC0) != 0x80; /* the next byte begins a character */
        }
        return line;
}

hart_code hart_pg_fail(const hart_pg *pg, const PGresult *answer, const char *what, const char *text, hart_error *err)
{
        const char *sqlstate = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
        const char *message = PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
        const char *hint = PQresultErrorField(answer, PG_DIAG_MESSAGE_HINT);
        const char *position = PQresultErrorField(answer, PG_DIAG_STATEMENT_POSITION);
        if (!sqlstate) /* libpq's own: the connection broke */
                return hart_pg_fail_connection(pg, what, err);
        if (advice_for(sqlstate))
                hint = advice_for(sqlstate);
        char line[32] = "";
        if (text && position)
                snprintf(line, sizeof line, " in line %zu", line_at(text, position));
        hart_code code = hart_pg_is_stale(answer) ? HART_RETRY : hart_pg_code(sqlstate);
        hart_fail(err, code, "%s%s: %s%s%s", what, line, message ? message : "failed", hint ? ". " : "",
                  hint ? hint : "");
        hart_error_foreign(err, sqlstate);
        return code;
}

/* libpq's messages have several lines, of which the first says it. */
static char *first_line(const char *message)
{
        const char *end = strchr(message, '\n');
        return hart_duplicate_n(message, end ? (size_t)(end - message) : strlen(message));
}

hart_code hart_pg_fail_connection(const hart_pg *pg, const char *what, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *said = first_line(PQerrorMessage(pg->connection));
        return hart_fail(err, HART_RETRY, "%s: connection to PostgreSQL lost: %s", what, *said ? said : "closed");
}

/* libpq does not give the SQLSTATE of a refused connection, but in verbose mode its message carries it, in
 * every language the server speaks: "…: FATAL:  28P01: password authentication failed…". */
static const char *find_sqlstate(const char *message)
{
        static const char allowed[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        for (const char *at = message; (at = strstr(at, ":  ")); at++)
                if (strspn(at + 3, allowed) == 5 && strncmp(at + 8, ": ", 2) == 0)
                        return at + 3;
        return NULL;
}

hart_code hart_pg_fail_connect(const PGconn *connection, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *said = first_line(PQerrorMessage(connection));
        const char *found = find_sqlstate(PQerrorMessage(connection));
        if (!found) {
                if (PQconnectionNeedsPassword(connection))
                        return hart_fail(err, HART_CONFIG, "%s; put it into the credential database-password", said);
                return hart_fail(err, HART_RETRY, "%s; is PostgreSQL running?", said);
        }
        char sqlstate[6];
        memcpy(sqlstate, found, 5);
        sqlstate[5] = '\0';
        HART_CLEANUP(hart_free_p) char *reason = first_line(found + 7);
        const char *advice = advice_for(sqlstate);
        hart_fail(err, hart_pg_code(sqlstate), "PostgreSQL refuses the connection: %s%s%s", reason, advice ? "; " : "",
                  advice ? advice : "");
        hart_error_foreign(err, sqlstate);
        return hart_pg_code(sqlstate);
}
