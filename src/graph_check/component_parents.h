/* Parents of components, compared one by one, and what becomes of those that differ. */
#ifndef HARTONOMOUS_GRAPH_CHECK_COMPONENT_PARENTS_H
#define HARTONOMOUS_GRAPH_CHECK_COMPONENT_PARENTS_H

#include "component_window.h"

typedef struct parent_atom {
        int64_t id, count; /* components: of the side that has more */
        bool again;        /* it differed at the last look, too */
} parent_atom;

/* A differ that adds the parent to a check_ids. */
bool parents_note(const parents_scope *scope, const char *what, int64_t parent, int64_t sequence, int64_t database,
                  int64_t graph, void *data);
/* Piece by piece up to `count`; what lies beyond or before is in the last piece. */
hart_code parents_compare(const parents_scope *scope, int64_t parent, int64_t count, differ *visit, void *data,
                          hart_error *err);
/* Looks again at parents that differed at first sight; what is wrong is named, and the remedy of the run applied. */
hart_code parents_settle(const parents_scope *scope, parent_atom *parents, size_t count, hart_error *err);

#endif
