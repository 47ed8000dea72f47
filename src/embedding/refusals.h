/* Atoms whose text a server refuses. The others get their vectors; each of these ends in the dead letters, by itself.
 */
#ifndef EMBEDDING_REFUSALS_H
#define EMBEDDING_REFUSALS_H

#include "request.h"

struct refusal {
        int32_t model, tenant;
        int64_t atom;
        char *reason;
};

/* Zeroed is none. */
struct refusals {
        struct refusal *list;
        size_t count;
};

void refusals_add(struct refusals *refusals, int32_t model, int32_t tenant, int64_t atom, const char *reason);
/* HART_POISON and *blamed where a message names just such an atom; else sends, for each, a message that does. */
hart_code refusals_settle(const struct refusals *refusals, const struct request *request, hart_pg *pg, size_t *blamed,
                          hart_error *err);
void refusals_done(struct refusals *refusals);

#endif
