/* What a message asks for. */
#ifndef EMBEDDING_REQUEST_H
#define EMBEDDING_REQUEST_H

#include <hartonomous/broker.h>
#include <hartonomous/error.h>

/* Atoms by tenant and number, of any number of messages; zeroed is empty. */
struct request {
        int32_t *tenants;
        int64_t *atoms;
        size_t count, capacity;
};

/* Adds the atoms of one message, EmbeddingRequest {TenantId, AtomIds}. HART_POISON, with the reason, where it is none.
 */
hart_code request_add(struct request *request, const hart_message *message, hart_error *err);
void request_done(struct request *request);

#endif
