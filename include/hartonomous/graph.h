/* The graph: a client of Neo4j's HTTP interfaces, and the graph's schema.
 *
 * A failure of Neo4j becomes a code by Neo4j's own code, never by the HTTP status alone; err->foreign holds it.
 *   HART_RETRY   what passes by itself: Neo.TransientError, most of Neo.DatabaseError, a cut connection, 429 and 5xx.
 *                Deadlocks and lock time-outs come here only after the client itself has tried five times.
 *                With hart_graph_is_memory the same statement will not do either: send fewer rows at once; where it is
 *                a single row already, treat it as HART_FAILED.
 *   HART_CONFIG  a wrong password, a missing database or interface, no Neo4j at all.
 *   HART_POISON  what the data or the statement will bring about every time: any other Neo.ClientError, a value that is
 *                too large for its index, an integer over 64 bits. With several rows, halve them until the bad one is
 *                alone.
 *   HART_FAILED  may pass, may be the data, nobody can say (Neo.DatabaseError.Statement, a transaction that timed out):
 *                halve as for HART_POISON, but let a single row have a few attempts.
 * Values reach Neo4j as parameters only, labels and relationship types are fixed text of the .cypher files. */
#ifndef HARTONOMOUS_GRAPH_H
#define HARTONOMOUS_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>
#include <hartonomous/json.h>
#include <hartonomous/memory.h>
#include <hartonomous/settings.h>

/* The two interfaces a server may have; auto decides by what the server says of itself. */
typedef enum hart_graph_api { HART_GRAPH_API_AUTO, HART_GRAPH_API_QUERY, HART_GRAPH_API_TRANSACTION } hart_graph_api;

/* Section [neo4j] of graph-sync.conf (and [sync], which only the daemon heeds). */
typedef struct hart_graph_settings {
        char *url;                /* http://127.0.0.1:7474 */
        char *database;           /* neo4j */
        char *user;               /* neo4j */
        int api;                  /* hart_graph_api */
        int64_t batch_size;       /* rows per request */
        uint64_t connect_timeout; /* microseconds */
        uint64_t timeout;         /* microseconds, of one request */
        uint64_t response_limit;  /* bytes */
        int64_t lanes;            /* statements beside one another */
        char *ca_file;            /* "" for the system's */
        char *client_certificate, *client_key;
        int64_t piece;   /* [sync] components taken over in one transaction */
        char *leave_out; /* modalities, separated by blanks */
        int64_t levels;  /* how deep documents go: 0 alone, 1 with their components */
} hart_graph_settings;
extern const hart_settings_schema hart_graph_settings_schema;

/* For programs other than the daemon: graph-sync.conf and the credential neo4j-password of `directory`, and a client
 * opened with them. Does not talk to the server. */
typedef struct hart_graph hart_graph;
hart_code hart_graph_open_configured(hart_graph **ret, const char *directory, hart_error *err);

/* `password` may be NULL where the server asks for none. Does not talk to the server yet; copies what it needs. */
hart_code hart_graph_open(hart_graph **ret, const hart_graph_settings *settings, const char *password, hart_error *err);
void hart_graph_close(hart_graph *graph);
void hart_graph_close_p(hart_graph **graph);
const char *hart_graph_database(const hart_graph *graph); /* its name; borrowed */
/* As hart_http_on_waiting. */
void hart_graph_on_waiting(hart_graph *graph, hart_code (*waiting)(void *data), void *data);

/* What the server says of itself. */
typedef struct hart_graph_server {
        char version[32];   /* "5.26.30" */
        char edition[32];   /* "community" */
        hart_graph_api api; /* the one that is used: never auto */
} hart_graph_server;
/* Reads the discovery document, then logs in with a statement that does nothing. */
hart_code hart_graph_hello(hart_graph *graph, hart_graph_server *ret, hart_error *err);

/* Runs one statement in a transaction of its own. `parameters` is the text of a JSON object, NULL for none; `ret`
 * may be NULL where rows are of no interest. HART_OK means committed; HART_RETRY may mean that the outcome is unknown,
 * so statements must bear repeating. */
typedef struct hart_graph_result hart_graph_result;
hart_code hart_graph_run(hart_graph *graph, const char *statement, const hart_buffer *parameters,
                         hart_graph_result **ret, hart_error *err);
void hart_graph_result_close(hart_graph_result *result);
void hart_graph_result_close_p(hart_graph_result **result);
size_t hart_graph_rows(const hart_graph_result *result);
const hart_json *hart_graph_value(const hart_graph_result *result, size_t row, size_t column); /* borrowed */
/* What the statement changed, by both interfaces under the same names: "nodes_created", "nodes_deleted",
 * "relationships_created", "relationships_deleted", "properties_set"; 0 for any other. */
int64_t hart_graph_counter(const hart_graph_result *result, const char *name);
uint64_t hart_graph_requests(const hart_graph *graph); /* sent so far */
uint64_t hart_graph_retries(const hart_graph *graph);  /* those of them that repeated a statement */

/* Of a failed statement: was it too much at once for the server's memory; did two wait for each other's locks? */
bool hart_graph_is_memory(const hart_error *err);
bool hart_graph_is_deadlock(const hart_error *err);

/* --- statements beside one another ------------------------------------------------------------------------------ */

/* Begins a statement on a free lane ([neo4j] lanes); HART_EMPTY when none is free. Statement and parameters are
 * copied at once. The request leaves while this call lasts, unless the server is slow to take it: the rest of it leaves
 * with any later call. Between two calls nothing moves, and [neo4j] timeout runs on: who works on for long calls
 * hart_graph_pump now and then. Failures of the statement come from hart_graph_collect; from here only those of
 * finding out who the server is (before the first statement, and after a lost connection). */
hart_code hart_graph_submit(hart_graph *graph, const char *statement, const hart_buffer *parameters, void *tag,
                            hart_error *err);
/* Waits for the next statement that is over, in any order. *tag is set whatever the code, which is the statement's own,
 * as from hart_graph_run; so are *ret (may be NULL) and the microseconds from the request's leaving until its
 * answer was seen (may be NULL). HART_EMPTY with *tag NULL when none is under way. The waiting hook's code with
 * *tag NULL: everything under way is abandoned. */
hart_code hart_graph_collect(hart_graph *graph, void **tag, hart_graph_result **ret, uint64_t *duration,
                             hart_error *err);
size_t hart_graph_lanes_free(const hart_graph *graph);
/* Lets bytes travel and repeats what is due, without waiting. */
void hart_graph_pump(hart_graph *graph);
/* Drops what is under way; the outcome of each is unknown. */
void hart_graph_abandon(hart_graph *graph);

/* The reply of one of the interfaces, judged; for tests and the fuzzer. *ret as in hart_graph_run. */
hart_code hart_graph_read_reply(hart_graph_api api, long status, const void *body, size_t size, hart_graph_result **ret,
                                hart_error *err);

/* --- the graph's schema ----------------------------------------------------------------------------------------- */

typedef enum hart_graph_step_state {
        HART_GRAPH_STEP_DONE,
        HART_GRAPH_STEP_SKIPPED,
        HART_GRAPH_STEP_FAILED
} hart_graph_step_state;
/* One line of what apply does: a step's own line has object NULL and comes after the lines of its objects. */
typedef struct hart_graph_step {
        int number, total;  /* 3 of 6 */
        const char *title;  /* "constraints" */
        const char *object; /* "atom_unique"; NULL for the step as a whole */
        hart_graph_step_state state;
        size_t done, skipped, expected; /* of the step as a whole: 9 done, 1 skipped of 10 */
        const char *text; /* for people: "Neo4j 5.26.30 community", a reason, …; "" where there is nothing to say */
        const char *statements; /* step 2 only: Cypher that makes the schema found there again; else NULL */
} hart_graph_step;
/* What it returns is heeded after step 2, which changes nothing yet: anything but HART_OK ends it there. */
typedef hart_code hart_graph_step_report(const hart_graph_step *step, void *data);
/* Makes the schema: constraints, indexes, reference nodes. Steps that exist already are done, nothing is ever dropped.
 * Not HART_OK unless all of it is there afterwards, but for what this edition of Neo4j cannot have, which is
 * reported as skipped. */
hart_code hart_graph_schema_apply(hart_graph *graph, hart_graph_step_report *step, void *data, hart_error *err);
/* Takes away what apply makes, and nothing else: what only has the name of an object of ours is reported as skipped.
 * Not HART_OK while any of it is there. */
hart_code hart_graph_schema_drop(hart_graph *graph, hart_graph_step_report *step, void *data, hart_error *err);

/* Compares the live schema with what apply makes, and calls `report` for each object that is not as stated: kind is
 * "missing", "differs", "offline" or "skipped" (needs Neo4j Enterprise: not counted as a difference). Texts may be ""
 * but never NULL. */
hart_code hart_graph_schema_verify(hart_graph *graph,
                                   void (*report)(const char *kind, const char *object, const char *expected,
                                                  const char *found, void *data),
                                   void *data, size_t *differences, hart_error *err);
/* Are the constraints there that writing needs? HART_CONFIG naming `hartonomousctl graph apply` if not. */
hart_code hart_graph_schema_require(hart_graph *graph, hart_error *err);

#endif
