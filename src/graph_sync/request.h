/* What a message asks for. */
#ifndef HARTONOMOUS_GRAPH_SYNC_REQUEST_H
#define HARTONOMOUS_GRAPH_SYNC_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <hartonomous/broker.h>
#include <hartonomous/error.h>
#include <hartonomous/graph_state.h>

enum { SYNC_IDS_MAX = 10000 /* entities that one message may name */ };

typedef struct sync_request {
        const hart_graph_kind *kind;
        bool composition; /* with what the atom, or the source's document, is made of */
        int64_t tenant;   /* -1: the message does not say */
        int64_t *ids;
        size_t count;
        int64_t from;  /* first sequence index; those before are in the graph already */
        int64_t since; /* microseconds since 1970: when it was asked first */
} sync_request;

/* HART_POISON where the message makes no sense. */
hart_code sync_request_read(const hart_message *message, sync_request *ret, hart_error *err);
void sync_request_done(sync_request *request);

/* Asks for one of the request's entities again, with what is left of its composition from sequence index `from` on. In
 * the delivery's transaction. */
hart_code sync_request_continue(hart_pg *pg, const sync_request *request, int64_t tenant, int64_t id, int64_t from,
                                hart_error *err);
/* Asks for one entity by itself. */
hart_code sync_request_alone(hart_pg *pg, const hart_graph_kind *kind, int64_t tenant, int64_t id, int64_t since,
                             hart_error *err);

#endif
