/* What messages ask for. */
#ifndef EMBEDDING_REQUEST_H
#define EMBEDDING_REQUEST_H

#include <stdbool.h>

#include <hartonomous/broker.h>
#include <hartonomous/error.h>

struct request_message {
        int32_t model; /* a model's number; 0: those that new atoms get vectors of */
        size_t first, count;
};

/* Atoms by tenant and number, of any number of messages; zeroed is empty. */
struct request {
        int32_t *tenants;
        int64_t *atoms;
        size_t count, capacity;
        struct request_message *messages;
        size_t message_count;
};

/* Adds the atoms of one message, EmbeddingRequest {TenantId, AtomIds, ModelId?}. HART_POISON, with the reason, where it
 * is none. */
hart_code request_add(struct request *request, const hart_message *message, hart_error *err);
void request_done(struct request *request);

/* The atoms that are asked for of a model; `wanted`: also those of messages that name none. */
void request_of_model(const struct request *request, int32_t model, bool wanted, struct request *ret);
/* The message that names this model and this atom alone; message_count where there is none. */
size_t request_alone(const struct request *request, int32_t model, int32_t tenant, int64_t atom);

#endif
