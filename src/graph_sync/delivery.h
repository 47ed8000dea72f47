/* One delivery: its messages are merged into sets of entities, portion by portion; their state is read from PostgreSQL
 * and written to Neo4j. */
#ifndef HARTONOMOUS_GRAPH_SYNC_DELIVERY_H
#define HARTONOMOUS_GRAPH_SYNC_DELIVERY_H

#include "graph_sync.h"
#include "keys.h"
#include "request.h"

/* Consecutive components of an atom, from..from+count. */
typedef struct sync_piece {
        int64_t tenant, parent;
        int64_t from, total; /* total: components the atom has in all */
        int64_t *components;
        size_t count;
        size_t linked;  /* of them are in the graph */
        size_t pending; /* of them are in the request being made */
        bool repair;    /* the graph did not look as if the piece was simply missing */
} sync_piece;

/* So many refusals end the search: then it is not single rows that Neo4j does not like. */
enum { SYNC_REFUSALS_MAX = 64 };

/* An entity that Neo4j does not take. */
typedef struct sync_refusal {
        const hart_graph_kind *kind;
        sync_key key;
        char *reason;
} sync_refusal;

typedef struct sync_delivery {
        struct graph_sync *sync;
        hart_worker_context *context;
        hart_pg *pg;
        const hart_graph_settings *settings;
        const sync_request *requests;
        size_t request_count;
        sync_keys *wanted; /* to be written, for each kind */
        sync_keys gone;    /* ids of one kind that are to be erased; filled and emptied kind by kind */
        sync_piece *pieces;
        size_t piece_count;
        size_t budget; /* components that may still be taken */
        sync_refusal *refusals;
        size_t refusal_count;
        size_t rows; /* written */
} sync_delivery;

/* Empties everything but what the caller set. */
void delivery_done(sync_delivery *delivery);
/* The whole of it. HART_POISON with *blamed set: that message asks for nothing but what Neo4j does not take. */
hart_code delivery_run(sync_delivery *delivery, size_t *blamed, hart_error *err);

/* One statement for Neo4j, and a sign of life. */
hart_code delivery_graph(sync_delivery *delivery, const char *statement, const hart_buffer *parameters,
                         hart_graph_result **ret, hart_error *err);
/* Of a failed statement: is it perhaps one row alone that Neo4j does not take, or are they too many at once? */
bool delivery_may_split(const hart_error *err);

/* collect.c: what requests[first … first+count), or of a single one ids[begin … end), name, with what that refers to,
 * joins `wanted`; what is not there any more is erased from the graph. */
typedef struct sync_portion {
        size_t first, count;
        size_t begin, end; /* of a single request */
} sync_portion;
hart_code collect_portion(sync_delivery *delivery, const sync_portion *portion, hart_error *err);
/* Ids of unknown tenants: those that are there join `found`, the others `gone` (either may be NULL). */
hart_code collect_locate(sync_delivery *delivery, const hart_graph_kind *kind, const int64_t *ids, size_t count,
                         sync_keys *found, sync_keys *gone, hart_error *err);
/* What the entities refer to joins `wanted`; *grown: something of their own kind was new. */
hart_code collect_references(sync_delivery *delivery, const hart_graph_kind *kind, const sync_keys *keys, bool *grown,
                             hart_error *err);

/* write.c: all of `wanted`, in the order of the kinds. */
hart_code write_wanted(sync_delivery *delivery, hart_error *err);

/* statements.c: the parameters of a statement with these rows of states. */
void write_put_rows(const hart_pg_result *states, size_t first, size_t count, hart_buffer *parameters);
/* Rows of states with one statement; where Neo4j refuses, in halves, down to the one row that is to blame. *ret may be
 * NULL; it is the result of the whole where nothing was refused, else NULL. */
hart_code write_rows(sync_delivery *delivery, const hart_graph_kind *kind, const char *statement,
                     const hart_pg_result *states, size_t first, size_t count, hart_graph_result **ret,
                     hart_error *err);
/* After the statement has failed with `err` (delivery_may_split): the same rows in halves. */
hart_code write_halves(sync_delivery *delivery, const hart_graph_kind *kind, const char *statement,
                       const hart_pg_result *states, size_t first, size_t count, hart_error *err);
hart_code write_erase(sync_delivery *delivery, const hart_graph_kind *kind, hart_error *err);

/* edges.c: was the statement that links DERIVED_FROM all that rows[first … first+count) needed? If not, the rest. */
hart_code edges_finish(sync_delivery *delivery, const hart_graph_kind *kind, const hart_pg_result *states, size_t first,
                       size_t count, const hart_graph_result *linked, hart_error *err);
/* The place of that statement among kind AtomProvenance's. */
enum { EDGES_UNLINK, EDGES_DERIVED_FROM, EDGES_SUPERSEDED_BY };

/* refusals.c */
void refusals_add(sync_delivery *delivery, const hart_graph_kind *kind, sync_key key, const hart_error *err);
/* Each refused entity has a message of its own to blame, now or, asked for by itself, later. As delivery_run. */
hart_code refusals_settle(sync_delivery *delivery, size_t *blamed, hart_error *err);

/* composition.c: reads a piece within the budget; its components join the atoms to be written. *more: there is a rest,
 * which begins at *next. */
hart_code composition_read(sync_delivery *delivery, const sync_key *parent, int64_t from, int64_t *next, bool *more,
                           hart_error *err);
hart_code composition_write(sync_delivery *delivery, hart_error *err);

#endif
