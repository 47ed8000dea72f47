/* Inside src/postgres: what a connection and a result are made of, and the two steps every statement goes
 * through: wait for the server without becoming unkillable, turn its answer into a code. */
#ifndef HARTONOMOUS_POSTGRES_CONNECTION_H
#define HARTONOMOUS_POSTGRES_CONNECTION_H

#include <stdio.h>
#include <stdlib.h>

#include <libpq-fe.h>

#include <hartonomous/clock.h>
#include <hartonomous/postgres.h>

/* No wait is longer before the waiting hook runs. */
#define HART_PG_SLICE (200 * HART_MILLISECOND)

/* As assert, but in every build: what comes behind it would read or write memory that is not meant. */
#define need(condition)                                                                                                \
        do {                                                                                                           \
                if (!(condition)) {                                                                                    \
                        fprintf(stderr, "hartonomous: %s: broken promise: %s\n", __func__, #condition);                \
                        abort();                                                                                       \
                }                                                                                                      \
        } while (0)

struct hart_pg {
        PGconn *connection;
        hart_pg_waiting waiting;
        void *waiting_data;
        uint64_t waited_at;    /* when the hook ran last */
        hart_code interrupted; /* what the hook answered; HART_OK while nothing is to be cancelled */
        hart_pg_notice notice;
        void *notice_data;
        struct hart_pg_prepared *prepared;
        size_t prepared_count;
        unsigned named; /* names given to statements on the server so far */
        bool broken;    /* an answer was given up: what comes next on the wire belongs to nobody */
};

/* A statement the server has. It gets a new name there when it went stale, since the old one may still be taken; the
 * generation tells that it did. */
struct hart_pg_prepared {
        char *name;        /* hart_pg_statement's */
        char *server_name; /* NULL: to be prepared (again) */
        unsigned generation;
};

/* Rows of one or, when streaming, of many answers with one row each. */
struct hart_pg_result {
        PGresult **parts;
        size_t part_count;
        size_t rows;
};

hart_pg_result *hart_pg_result_new(PGresult *only);
/* Adds a one-row answer, which the result owns from then on. */
void hart_pg_result_add(hart_pg_result *result, PGresult *row);

/* Every statement begins with this: forgets an earlier interruption. */
void hart_pg_begin_waiting(hart_pg *pg);
/* Waits for the next answer; *ret is NULL at the end of a statement. Runs the waiting hook; when that wants to
 * stop, the statement is cancelled and answers go on to be read, as the protocol demands. */
hart_code hart_pg_next(hart_pg *pg, PGresult **ret, hart_error *err);
/* Waits for anything from the server, a slice at most, as hart_pg_next does. */
hart_code hart_pg_await_input(hart_pg *pg, hart_error *err);
/* Waits until the server's side has taken what was sent, as hart_pg_next does. */
hart_code hart_pg_flush(hart_pg *pg, hart_error *err);
/* Asks the server to give up the statement in hand; its answers are still to be read. */
void hart_pg_cancel(hart_pg *pg);
/* Reads and throws away what is left of a statement. */
void hart_pg_drain(hart_pg *pg);

/* Has the server lost or outgrown the prepared statement? (DISCARD ALL, a pooler, a migration) */
bool hart_pg_is_stale(const PGresult *answer);
/* The code for a SQLSTATE; HART_RETRY for none. */
hart_code hart_pg_code(const char *sqlstate);
/* Fills *err from a failed answer. `what` names the statement; `text` is a script to tell the line of, or NULL. */
hart_code hart_pg_fail(const hart_pg *pg, const PGresult *answer, const char *what, const char *text, hart_error *err);
/* Fills *err for a connection that does not stand or broke. */
hart_code hart_pg_fail_connection(const hart_pg *pg, const char *what, hart_error *err);
/* Fills *err for a connection that could not be made. */
hart_code hart_pg_fail_connect(const PGconn *connection, hart_error *err);

#endif
