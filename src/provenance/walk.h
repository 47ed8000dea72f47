/* Private to the library: one step of a walk, from all atoms of a level at once. */
#ifndef HARTONOMOUS_PROVENANCE_WALK_H
#define HARTONOMOUS_PROVENANCE_WALK_H

#include <hartonomous/provenance.h>

/* Who is asked. */
typedef struct walk_side {
        void *connection;
        /* HART_EMPTY where there is no such atom. */
        hart_code (*find)(void *connection, int32_t tenant, int64_t atom, hart_error *err);
        /* Calls take, with depth 0, for at most `limit` steps from `atoms`, ordered by type, node, atom and id. */
        hart_code (*step)(void *connection, const hart_provenance_walk *walk, const int64_t *atoms, size_t count,
                          size_t limit, hart_provenance_visit_step *take, void *data, hart_error *err);
} walk_side;

/* Walks level by level. */
hart_code walk_levels(const walk_side *side, const hart_provenance_walk *walk, hart_provenance_visit_step *visit,
                      void *data, bool *more, hart_error *err);

#endif
