/* One kind's entities of one tenant: what both sides say of them, and what becomes of those that differ. */
#ifndef HARTONOMOUS_GRAPH_CHECK_ENTITY_SIDES_H
#define HARTONOMOUS_GRAPH_CHECK_ENTITY_SIDES_H

#include "run.h"

/* Rows of the graph that are taken at once. */
enum { GRAPH_PAGE = 4000 };

typedef struct entity_scope {
        check_run *run;
        const hart_graph_kind *kind;
        const char *links; /* NULL: it has no relationship that there may be one of */
        int32_t tenant;
        bool known, is_atom;
} entity_scope;

/* What both sides say of some ids. */
typedef struct two_sides {
        hart_pg_result *database; /* tenant, id, state */
        hart_graph_result *graph; /* id, state */
        hart_graph_result *links; /* id, what, number: only what is wrong */
} two_sides;
void sides_done(two_sides *sides);
/* The rows of both sides; of the graph those of (after, to] that fit, ascending. */
hart_code sides_read_database(const entity_scope *scope, const check_ids *ids, hart_pg_result **ret, hart_error *err);
hart_code sides_read_graph(const entity_scope *scope, int64_t after, const int64_t *to, two_sides *sides,
                           hart_error *err);
hart_code sides_read_links(const entity_scope *scope, int64_t after, const int64_t *to, two_sides *sides,
                           hart_error *err);

/* PostgreSQL's row of an id, SIZE_MAX where there is none; how many the graph has, from *first on. */
size_t sides_database_row(const hart_pg_result *rows, int64_t id);
size_t sides_graph_rows(const hart_graph_result *rows, int64_t id, size_t *first);
/* Is nothing wrong with it? */
bool sides_agree(const entity_scope *scope, const two_sides *sides, int64_t id);
/* Gives what is wrong with it to the caller of the check. */
void sides_name(const entity_scope *scope, const two_sides *sides, int64_t id);

/* Looks again at ids that differed at first sight until they are equal, or named by a message, or nothing but a
 * difference: that is named, and the remedy of the run applied. */
hart_code entities_settle(const entity_scope *scope, check_ids *ids, hart_error *err);

#endif
