/* Entities that Neo4j does not take. The others are written; each of these ends in the dead letters, by itself. */
#include <inttypes.h>
#include <string.h>

#include "delivery.h"

void refusals_add(sync_delivery *delivery, const hart_graph_kind *kind, sync_key key, const hart_error *err)
{
        for (size_t i = 0; i < delivery->refusal_count; i++) {
                const sync_refusal *known = &delivery->refusals[i];
                if (known->kind == kind && known->key.tenant == key.tenant && known->key.id == key.id)
                        return;
        }
        delivery->refusals =
                hart_reallocate_array(delivery->refusals, delivery->refusal_count + 1, sizeof *delivery->refusals);
        delivery->refusals[delivery->refusal_count++] = (sync_refusal){kind, key, hart_duplicate(err->text)};
}

/* The message that names the entity and nothing else; request_count where there is none. */
static size_t find_message(const sync_delivery *delivery, const sync_refusal *refusal)
{
        size_t i = 0;

        for (; i < delivery->request_count; i++) {
                const sync_request *request = &delivery->requests[i];
                if (request->kind == refusal->kind && request->count == 1 && request->ids[0] == refusal->key.id)
                        break;
        }
        return i;
}

hart_code refusals_settle(sync_delivery *delivery, size_t *blamed, hart_error *err)
{
        hart_code code = HART_OK;

        /* One message is given up at a time; the rest of the delivery comes again. */
        for (size_t i = 0; i < delivery->refusal_count; i++) {
                const sync_refusal *refusal = &delivery->refusals[i];
                const size_t message = find_message(delivery, refusal);
                if (message == delivery->request_count)
                        continue;
                *blamed = message;
                return hart_fail(err, HART_POISON, "%s %" PRId64 " of tenant %" PRId64 ": %s", refusal->kind->name,
                                 refusal->key.id, refusal->key.tenant, refusal->reason);
        }
        for (size_t i = 0; code == HART_OK && i < delivery->refusal_count; i++) {
                const sync_refusal *refusal = &delivery->refusals[i];
                code = sync_request_alone(delivery->pg, refusal->kind,
                                          refusal->kind->without_tenant ? -1 : refusal->key.tenant, refusal->key.id,
                                          delivery->requests[0].since, err);
        }
        return code;
}
