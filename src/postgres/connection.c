/* Opening and closing. */
#include "connection.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include <hartonomous/clock.h>

static void pass_notice(void *data, const PGresult *notice)
{
        const hart_pg *pg = data;
        const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
        const char *text = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
        if (pg->notice)
                pg->notice(severity ? severity : "NOTICE", text ? text : "", pg->notice_data);
}

void hart_pg_on_notice(hart_pg *pg, hart_pg_notice notice, void *data)
{
        pg->notice = notice;
        pg->notice_data = data;
}

/* "5432", or several for several hosts, where an empty one is the default. */
static bool is_port_list(const char *text)
{
        for (const char *at = text;; at++) {
                const size_t digits = strspn(at, "0123456789");
                const long port = digits > 0 && digits < 6 ? strtol(at, NULL, 10) : 0;
                if (digits > 0 && (port < 1 || port > 65535))
                        return false;
                at += digits;
                if (*at != ',')
                        return *at == '\0';
        }
}

/* libpq looks at the ports only when it connects, and then like at a server that is away. */
static hart_code check_conninfo(const char *conninfo, hart_error *err)
{
        char *problem = NULL;
        PQconninfoOption *options = PQconninfoParse(conninfo, &problem);
        hart_code code = HART_OK;
        if (!options)
                code = hart_fail(err, HART_CONFIG, "[database] conninfo is not understood: %s",
                                 problem ? problem : "no memory");
        for (const PQconninfoOption *one = options; one && one->keyword; one++)
                if (strcmp(one->keyword, "port") == 0 && one->val && !is_port_list(one->val))
                        code = hart_fail(err, HART_CONFIG, "[database] conninfo: port=%s: not a port (1 to 65535)",
                                         one->val);
        PQconninfoFree(options);
        PQfreemem(problem);
        return code;
}

/* Of two values for one option libpq takes the later, so defaults come before the conninfo, the secret behind it.
 * The keep-alives are asked of both sides: a server that waits hours for a dead host keeps that reader's locks. */
#define OPTIONS_MAX 12
struct connection_options {
        const char *keys[OPTIONS_MAX], *values[OPTIONS_MAX];
};

static void fill(struct connection_options *ret, const hart_pg_options *options)
{
        static const char *const defaults[][2] = {
                {"keepalives_idle", "30"},
                {"keepalives_interval", "10"},
                {"keepalives_count", "3"},
                {"tcp_user_timeout", "60000"},
                {"options", "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3 "
                            "-c tcp_user_timeout=60000"},
        };
        enum { DEFAULTS = sizeof defaults / sizeof *defaults };
        _Static_assert(DEFAULTS + 5 <= OPTIONS_MAX, "room for the four below and the end");
        const char **keys = ret->keys, **values = ret->values;
        size_t count = 0;
        for (; count < DEFAULTS; count++) {
                keys[count] = defaults[count][0];
                values[count] = defaults[count][1];
        }
        keys[count] = "application_name";
        values[count++] = options->application_name;
        keys[count] = "dbname";
        values[count++] = options->conninfo ? options->conninfo : "";
        keys[count] = "client_encoding";
        values[count++] = "UTF8";
        if (options->password) {
                keys[count] = "password";
                values[count++] = options->password;
        }
}

static hart_code finish_connecting(PGconn *connection, uint64_t timeout, hart_pg_waiting waiting, void *waiting_data,
                                   hart_error *err)
{
        uint64_t deadline = hart_now() + timeout;
        PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
        while (wanted != PGRES_POLLING_OK) {
                if (wanted == PGRES_POLLING_FAILED || PQstatus(connection) == CONNECTION_BAD)
                        return hart_pg_fail_connect(connection, err);
                uint64_t now = hart_now();
                if (now >= deadline)
                        return hart_fail(err, HART_RETRY, "no connection to PostgreSQL within %.1f s; is it running?",
                                         (double)timeout / (double)HART_SECOND);
                struct pollfd server = {.fd = PQsocket(connection),
                                        .events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT};
                uint64_t slice = deadline - now < HART_PG_SLICE ? deadline - now : HART_PG_SLICE;
                int ready = poll(&server, 1, (int)(slice / HART_MILLISECOND) + 1);
                if (ready < 0 && errno != EINTR)
                        return hart_fail_errno(err, HART_FATAL, errno, "poll");
                if (ready > 0)
                        wanted = PQconnectPoll(connection);
                hart_code code = ready == 0 && waiting ? waiting(waiting_data) : HART_OK;
                if (code != HART_OK)
                        return hart_fail(err, code, "asked to end while connecting to PostgreSQL");
        }
        return HART_OK;
}

hart_code hart_pg_open(hart_pg **ret, const hart_pg_options *options, hart_error *err)
{
        hart_code code = check_conninfo(options->conninfo ? options->conninfo : "", err);
        if (code != HART_OK)
                return code;
        HART_CLEANUP(hart_pg_close_p) hart_pg *pg = hart_allocate(sizeof *pg);
        struct connection_options words = {0};
        fill(&words, options);
        pg->connection = PQconnectStartParams(words.keys, words.values, 1);
        if (!pg->connection)
                return hart_fail(err, HART_FATAL, "no memory for a connection");
        PQsetNoticeReceiver(pg->connection, pass_notice, pg);
        PQsetErrorVerbosity(pg->connection, PQERRORS_VERBOSE);
        /* Values libpq refuses (sslmode=maybe) look like a server that is away; only PQping tells them apart. */
        if (PQstatus(pg->connection) == CONNECTION_BAD &&
            PQpingParams(words.keys, words.values, 1) == PQPING_NO_ATTEMPT)
                return hart_fail(err, HART_CONFIG, "[database] conninfo cannot be used: %s",
                                 PQerrorMessage(pg->connection));
        code = finish_connecting(pg->connection, options->connect_timeout ? options->connect_timeout : 10 * HART_SECOND,
                                 options->waiting, options->waiting_data, err);
        if (code != HART_OK)
                return code;
        PQsetErrorVerbosity(pg->connection, PQERRORS_DEFAULT);
        PQsetnonblocking(pg->connection, 1);
        hart_pg_on_waiting(pg, options->waiting, options->waiting_data);
        *ret = HART_TAKE(pg);
        return HART_OK;
}

void hart_pg_close(hart_pg *pg)
{
        if (!pg)
                return;
        PQfinish(pg->connection);
        for (size_t i = 0; i < pg->prepared_count; i++) {
                free(pg->prepared[i].name);
                free(pg->prepared[i].server_name);
        }
        free(pg->prepared);
        free(pg);
}

void hart_pg_close_p(hart_pg **pg)
{
        hart_pg_close(*pg);
}

bool hart_pg_is_up(const hart_pg *pg)
{
        return pg && !pg->broken && PQstatus(pg->connection) == CONNECTION_OK;
}

int hart_pg_socket(const hart_pg *pg)
{
        return PQsocket(pg->connection);
}

int hart_pg_server_version(const hart_pg *pg)
{
        return PQserverVersion(pg->connection);
}

hart_code hart_pg_take_notifications(hart_pg *pg, bool *any, hart_error *err)
{
        if (!PQconsumeInput(pg->connection))
                return hart_pg_fail_connection(pg, "waiting", err);
        bool some = false;
        for (PGnotify *one; (one = PQnotifies(pg->connection)); PQfreemem(one))
                some = true;
        *any = some;
        return HART_OK;
}
