/* One delivery: all its messages merged into sets of entities, whose state is read from PostgreSQL and written to
 * Neo4j. */
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

typedef struct sync_delivery {
        struct graph_sync *sync;
        hart_worker_context *context;
        hart_pg *pg;
        const hart_graph_settings *settings;
        const sync_request *requests;
        size_t request_count;
        sync_keys tenants, sources, atoms, children;      /* to be written */
        sync_keys gone_tenants, gone_sources, gone_atoms; /* to be deleted; of no tenant */
        sync_piece *pieces;
        size_t piece_count;
        size_t budget; /* components that may still be taken */
        size_t rows;   /* written */
} sync_delivery;

/* Empties everything but what the caller set. */
void delivery_done(sync_delivery *delivery);
/* The whole of it. */
hart_code delivery_run(sync_delivery *delivery, hart_error *err);

/* One statement for Neo4j, and a sign of life. */
hart_code delivery_graph(sync_delivery *delivery, const char *statement, const hart_buffer *parameters,
                         hart_graph_result **ret, hart_error *err);

/* entities.c: tenants, atoms, sources and edges of the sets, and deletion of what is gone. */
hart_code entities_write(sync_delivery *delivery, hart_error *err);

/* composition.c: reads a piece within the budget; its components join the atoms to be written. *more: there is a rest,
 * which begins at *next. */
hart_code composition_read(sync_delivery *delivery, const sync_key *parent, int64_t from, int64_t *next, bool *more,
                           hart_error *err);
hart_code composition_write(sync_delivery *delivery, hart_error *err);

#endif
