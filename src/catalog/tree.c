/* The tree of a document: two sequences of rows, nodes and components, read run by run and merged in their order. */
#include <string.h>

#include "catalog_sql.h"
#include "parameters.h"

#define NODES_OPEN_MAX 256

/* A run that is being read, row by row. */
struct cursor {
        hart_pg_result *rows;
        size_t row;
        int64_t next; /* where the run after it begins */
        bool ended;
};

struct walk {
        hart_pg *pg;
        int32_t tenant;
        int64_t root;
        int levels;
        struct cursor nodes, components;
        struct {
                int64_t node, end;
                int depth;
        } open[NODES_OPEN_MAX]; /* around the place in hand, the innermost last */
        size_t open_count;
};

static void walk_done(struct walk *walk)
{
        hart_pg_result_close(walk->nodes.rows);
        hart_pg_result_close(walk->components.rows);
}

static hart_code read_run(struct walk *walk, struct cursor *cursor, const hart_pg_statement *statement, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, walk->tenant);
        hart_pg_add_int8(&parameters, walk->root);
        hart_pg_add_int8(&parameters, cursor->next);
        if (cursor == &walk->nodes)
                hart_pg_add_int4(&parameters, walk->levels);
        hart_pg_result_close(HART_TAKE(cursor->rows));
        cursor->row = 0;
        const hart_code code = hart_pg_run(walk->pg, statement, &parameters, &cursor->rows, err);
        cursor->ended = code == HART_OK && hart_pg_rows(cursor->rows) == 0;
        return code;
}

/* Stands at a node, or at the end. */
static hart_code find_node(struct walk *walk, hart_error *err)
{
        struct cursor *cursor = &walk->nodes;
        while (!cursor->ended) {
                if (cursor->rows && cursor->row < hart_pg_rows(cursor->rows) &&
                    !hart_pg_is_null(cursor->rows, cursor->row, 1))
                        return HART_OK;
                const hart_code code = read_run(walk, cursor, &sql_tree_nodes, err);
                if (code != HART_OK)
                        return code;
                if (!cursor->ended)
                        cursor->next = hart_pg_integer(cursor->rows, 0, 0);
        }
        return HART_OK;
}

/* Stands at the component of this number, or at the end. */
static hart_code find_component(struct walk *walk, hart_error *err)
{
        struct cursor *cursor = &walk->components;
        if (cursor->ended)
                return HART_OK;
        if (cursor->rows) {
                const int64_t at = hart_pg_integer(cursor->rows, 0, 0);
                cursor->row = (size_t)(cursor->next - at);
                if (cursor->row < hart_pg_rows(cursor->rows))
                        return HART_OK;
        }
        return read_run(walk, cursor, &sql_tree_components, err);
}

static hart_tree_item node_at(const struct walk *walk)
{
        const hart_pg_result *rows = walk->nodes.rows;
        const size_t row = walk->nodes.row;
        return (hart_tree_item){
                .is_node = true,
                .node = hart_pg_integer(rows, row, 1),
                .parent = hart_pg_integer(rows, row, 2),
                .level = (int)hart_pg_integer(rows, row, 3),
                .kind = hart_pg_text(rows, row, 4, NULL),
                .label = hart_pg_text(rows, row, 5, NULL),
                .metadata = hart_pg_text(rows, row, 6, NULL),
                .first = hart_pg_integer(rows, row, 7),
                .end = hart_pg_integer(rows, row, 8),
        };
}

static hart_tree_item component_at(const struct walk *walk)
{
        const hart_pg_result *rows = walk->components.rows;
        const size_t row = walk->components.row;
        hart_tree_item item = {
                .node = -1,
                .parent = walk->open_count ? walk->open[walk->open_count - 1].node : -1,
                .level = walk->open_count ? walk->open[walk->open_count - 1].depth + 1 : 0,
                .first = hart_pg_integer(rows, row, 0),
                .layer = (int)hart_pg_integer(rows, row, 1),
                .position = hart_pg_integer(rows, row, 2),
                .size = hart_pg_integer(rows, row, 3),
                .atom = hart_pg_integer(rows, row, 4),
                .modality = hart_pg_text(rows, row, 5, NULL),
                .subtype = hart_pg_text(rows, row, 6, NULL),
        };
        if (!hart_pg_is_null(rows, row, 7))
                item.text = hart_pg_text(rows, row, 7, &item.text_size);
        return item;
}

static void close_nodes(struct walk *walk, int64_t sequence, int depth)
{
        while (walk->open_count > 0 &&
               (walk->open[walk->open_count - 1].depth >= depth ||
                (walk->open[walk->open_count - 1].end >= 0 && walk->open[walk->open_count - 1].end <= sequence)))
                walk->open_count--;
}

static void open_node(struct walk *walk, const hart_tree_item *item)
{
        if (walk->open_count == NODES_OPEN_MAX)
                walk->open_count--;
        walk->open[walk->open_count].node = item->node;
        walk->open[walk->open_count].end = item->end;
        walk->open[walk->open_count++].depth = item->level;
}

/* Components that lie deeper than is wanted are passed over as far as their node goes. */
static bool pass_over(struct walk *walk)
{
        if (walk->open_count == 0 || walk->open[walk->open_count - 1].depth + 1 < walk->levels)
                return false;
        const int64_t end = walk->open[walk->open_count - 1].end;
        if (end < 0)
                walk->components.ended = true;
        else
                walk->components.next = end;
        return true;
}

static hart_code step(struct walk *walk, hart_code (*visit)(const hart_tree_item *item, void *data), void *data)
{
        const bool has_node = !walk->nodes.ended, has_component = !walk->components.ended;
        const int64_t sequence = walk->components.next;
        if (has_node) {
                const hart_tree_item item = node_at(walk);
                if (!has_component || item.first <= sequence) {
                        close_nodes(walk, INT64_MIN, item.level);
                        open_node(walk, &item);
                        walk->nodes.row++;
                        return visit(&item, data);
                }
        }
        close_nodes(walk, sequence, INT32_MAX);
        if (pass_over(walk))
                return HART_OK;
        const hart_tree_item item = component_at(walk);
        walk->components.next++;
        return visit(&item, data);
}

hart_code hart_catalog_tree(hart_pg *pg, int32_t tenant, int64_t root, int levels,
                            hart_code (*visit)(const hart_tree_item *item, void *data), void *data, hart_error *err)
{
        HART_CLEANUP(walk_done)
        struct walk walk = {.pg = pg, .tenant = tenant, .root = root, .levels = levels > 0 ? levels : INT32_MAX};
        for (;;) {
                hart_code code = find_node(&walk, err);
                if (code == HART_OK)
                        code = find_component(&walk, err);
                if (code == HART_OK && walk.nodes.ended && walk.components.ended)
                        return HART_OK;
                if (code == HART_OK)
                        code = step(&walk, visit, data);
                if (code != HART_OK)
                        return code;
        }
}

struct children {
        void (*visit)(const hart_child *child, void *data);
        void *data;
        size_t seen;
};

static hart_code visit_children(const hart_pg_result *rows, void *data, hart_error *err)
{
        (void)err;
        struct children *children = data;
        for (size_t row = 0; row < hart_pg_rows(rows); row++) {
                const hart_child child = {
                        .source = hart_pg_integer(rows, row, 0),
                        .relation = hart_pg_text(rows, row, 1, NULL),
                        .file_name = hart_pg_text(rows, row, 2, NULL),
                        .content_type = hart_pg_text(rows, row, 3, NULL),
                        .size = hart_pg_integer(rows, row, 4),
                        .state = hart_pg_text(rows, row, 5, NULL),
                        .problem = hart_pg_text(rows, row, 6, NULL),
                };
                children->visit(&child, children->data);
        }
        children->seen += hart_pg_rows(rows);
        return HART_OK;
}

hart_code hart_catalog_children(hart_pg *pg, int32_t tenant, int64_t source,
                                void (*visit)(const hart_child *child, void *data), void *data, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        struct children children = {.visit = visit, .data = data};
        hart_pg_add_int4(&parameters, tenant);
        hart_pg_add_int8(&parameters, source);
        const hart_code code = hart_pg_stream(pg, &sql_children, &parameters, visit_children, &children, err);
        return code == HART_OK && children.seen == 0 ? HART_EMPTY : code;
}
