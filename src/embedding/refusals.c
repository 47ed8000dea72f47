#include "refusals.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/memory.h>

void refusals_add(struct refusals *refusals, int32_t model, int32_t tenant, int64_t atom, const char *reason)
{
        refusals->list = hart_reallocate_array(refusals->list, refusals->count + 1, sizeof *refusals->list);
        refusals->list[refusals->count++] = (struct refusal){model, tenant, atom, hart_duplicate(reason)};
}

static hart_code ask_alone(hart_pg *pg, const struct refusal *refusal, hart_error *err)
{
        static const hart_route route = {"EmbeddingService", "EmbeddingService", "EmbeddingContract",
                                         "EmbeddingRequest"};
        HART_CLEANUP(hart_free_p)
        char *body = hart_format("{\"TenantId\":%" PRId32 ",\"AtomIds\":[%" PRId64 "],\"ModelId\":%" PRId32 "}",
                                 refusal->tenant, refusal->atom, refusal->model);

        return hart_broker_send(pg, &route, body, strlen(body), err);
}

hart_code refusals_settle(const struct refusals *refusals, const struct request *request, hart_pg *pg, size_t *blamed,
                          hart_error *err)
{
        hart_code code = HART_OK;

        /* One message is given up at a time; the rest of the delivery comes again. */
        for (size_t i = 0; i < refusals->count; i++) {
                const struct refusal *refusal = &refusals->list[i];
                const size_t message = request_alone(request, refusal->model, refusal->tenant, refusal->atom);
                if (message == request->message_count)
                        continue;
                *blamed = message;
                return hart_fail(err, HART_POISON, "atom %" PRId64 " of tenant %" PRId32 ": %s", refusal->atom,
                                 refusal->tenant, refusal->reason);
        }
        for (size_t i = 0; code == HART_OK && i < refusals->count; i++)
                code = ask_alone(pg, &refusals->list[i], err);
        return code;
}

void refusals_done(struct refusals *refusals)
{
        for (size_t i = 0; i < refusals->count; i++)
                free(refusals->list[i].reason);
        free(refusals->list);
        *refusals = (struct refusals){0};
}
