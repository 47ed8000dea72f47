/* What a message asks for. */
#ifndef HARTONOMOUS_GRAPH_SYNC_REQUEST_H
#define HARTONOMOUS_GRAPH_SYNC_REQUEST_H

#include <stdint.h>

#include <hartonomous/broker.h>
#include <hartonomous/error.h>

typedef enum sync_subject {
        SYNC_DOCUMENT, /* a source and the composition of its document atom */
        SYNC_ATOM,
        SYNC_COMPOSITION, /* an atom and its components */
        SYNC_PROVENANCE,  /* an atom and what it was derived from */
        SYNC_TENANT
} sync_subject;

typedef struct sync_request {
        sync_subject subject;
        int64_t id;
        int64_t from;  /* first sequence index; those before are in the graph already */
        int64_t since; /* microseconds since 1970: when it was asked first */
} sync_request;

/* HART_POISON where the message makes no sense, or asks for what PostgreSQL does not keep. */
hart_code sync_request_read(const hart_message *message, sync_request *ret, hart_error *err);

/* Asks for what is left of a composition, from sequence index `from` on. In the delivery's transaction. */
hart_code sync_request_continue(hart_pg *pg, const sync_request *request, int64_t tenant, int64_t from,
                                hart_error *err);

#endif
