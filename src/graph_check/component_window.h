/* Components of some parents, as both sides have them. */
#ifndef HARTONOMOUS_GRAPH_CHECK_COMPONENT_WINDOW_H
#define HARTONOMOUS_GRAPH_CHECK_COMPONENT_WINDOW_H

#include "run.h"

/* Components that are compared at once. */
enum { COMPONENT_WINDOW = 50000 };

typedef struct parents_scope {
        check_run *run;
        int32_t tenant;
        bool known;
} parents_scope;

/* One component of a parent. */
typedef struct component {
        int64_t parent, sequence, atom;
} component;

/* Components of the parents (after, to] with indexes from `from` to before `until`, as both sides have them, in order.
 * `to` is INT64_MAX at the end. */
typedef struct component_window {
        int64_t after, to, from, until;
        component *item;
        size_t count, capacity;
        hart_graph_result *graph;
} component_window;

void window_done(component_window *window);
hart_code window_read(const parents_scope *scope, component_window *window, hart_error *err);

/* Gets each difference: atoms are -1 for none, and 0 for what is no atom of the tenant. Ends the comparison with false.
 */
typedef bool differ(const parents_scope *scope, const char *what, int64_t parent, int64_t sequence, int64_t database,
                    int64_t graph, void *data);

void window_compare(const parents_scope *scope, const component_window *window, differ *visit, void *data);

#endif
