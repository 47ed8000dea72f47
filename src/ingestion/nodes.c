/* nodes: the tree of a document on its way into hartonomous.structure_run. */
#include "nodes.h"

#include <string.h>

#include "ingestion_sql.h"

/* Nodes of one row, as components of a composition run. */
#define RUN_NODES  1024
#define NODES_MANY 16384
#define TEXTS_MANY ((size_t)8 << 20)

static const char *copy(struct nodes *nodes, const char *data, size_t size)
{
        if (data == NULL)
                return NULL;
        char *text = (char *)arena_copy(&nodes->texts, data, size + 1);
        text[size] = '\0';
        return text;
}

/* Also where nothing waits: arrays that are grown when they are full. */
#define GROW(array, count, capacity)                                                                                   \
        do {                                                                                                           \
                if ((count) == (capacity)) {                                                                           \
                        (capacity) = (capacity) == 0 ? 64 : 2 * (capacity);                                            \
                        (array) = hart_reallocate_array((array), (capacity), sizeof *(array));                         \
                }                                                                                                      \
        } while (0)

void nodes_open(struct nodes *nodes, bool stored, const atomize_event *event, int64_t sequence)
{
        size_t waiting = SIZE_MAX;
        if (!stored) {
                GROW(nodes->waiting, nodes->count, nodes->capacity);
                nodes->waiting[nodes->count] = (struct node){
                        .kind = copy(nodes, event->texts[0].data, event->texts[0].size),
                        .label = copy(nodes, event->texts[1].data, event->texts[1].size),
                        .metadata = copy(nodes, event->texts[2].data, event->texts[2].size),
                        .parent = nodes->depth > 0 ? nodes->open[nodes->depth - 1].number : -1,
                        .depth = (int32_t)nodes->depth,
                        .begin = sequence,
                        .end = -1,
                };
                waiting = nodes->count++;
        }
        GROW(nodes->open, nodes->depth, nodes->open_capacity);
        nodes->open[nodes->depth++] = (struct open_node){nodes->next++, waiting};
}

static void note_late(struct nodes *nodes, int64_t number, int64_t end)
{
        GROW(nodes->late, 2 * nodes->late_count, nodes->late_capacity);
        nodes->late[2 * nodes->late_count] = number;
        nodes->late[2 * nodes->late_count + 1] = end;
        nodes->late_count++;
}

void nodes_close(struct nodes *nodes, int64_t sequence)
{
        const struct open_node *node = &nodes->open[--nodes->depth];
        if (node->waiting != SIZE_MAX)
                nodes->waiting[node->waiting].end = sequence;
        else if (sequence >= 0)
                note_late(nodes, node->number, sequence);
}

void nodes_set_metadata(struct nodes *nodes, const char *metadata, size_t size)
{
        size_t waiting = nodes->open[nodes->depth - 1].waiting;
        if (waiting != SIZE_MAX)
                nodes->waiting[waiting].metadata = copy(nodes, metadata, size);
}

bool nodes_are_many(const struct nodes *nodes)
{
        return nodes->count >= NODES_MANY || nodes->late_count >= NODES_MANY || nodes->texts.size >= TEXTS_MANY;
}

static hart_pg_bytes text_of(const char *text)
{
        return (hart_pg_bytes){text, text != NULL ? strlen(text) : 0};
}

static void add_texts(hart_pg_parameters *p, const struct node *nodes, size_t count)
{
        HART_CLEANUP(hart_free_p) hart_pg_bytes *texts = hart_allocate_array(3 * count, sizeof *texts);
        for (size_t i = 0; i < count; i++) {
                texts[i] = text_of(nodes[i].kind);
                texts[count + i] = text_of(nodes[i].label);
                texts[2 * count + i] = text_of(nodes[i].metadata);
        }
        hart_pg_add_text_array(p, texts, count);
        hart_pg_add_text_array(p, texts + count, count);
        hart_pg_add_text_array(p, texts + 2 * count, count);
}

static hart_code store_run(const struct node *nodes, size_t count, int64_t first, struct batch *batch,
                           const struct document *document, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        HART_CLEANUP(hart_free_p) int64_t *numbers = hart_allocate_array(3 * count, sizeof *numbers);
        HART_CLEANUP(hart_free_p) int32_t *depths = hart_allocate_array(count, sizeof *depths);
        for (size_t i = 0; i < count; i++) {
                numbers[i] = nodes[i].parent;
                numbers[count + i] = nodes[i].begin;
                numbers[2 * count + i] = nodes[i].end;
                depths[i] = nodes[i].depth;
        }
        hart_pg_add_int4(&p, document->tenant);
        hart_pg_add_int8(&p, document->root);
        hart_pg_add_int8(&p, first);
        add_texts(&p, nodes, count);
        hart_pg_add_int8_array(&p, numbers, count);
        hart_pg_add_int4_array(&p, depths, count);
        hart_pg_add_int8_array(&p, numbers + count, count);
        hart_pg_add_int8_array(&p, numbers + 2 * count, count);
        return hart_pg_run(batch->pg, &sql_insert_nodes, &p, NULL, err);
}

static hart_code store_late(struct nodes *nodes, struct batch *batch, const struct document *document, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        size_t count = nodes->late_count;
        if (count == 0)
                return HART_OK;
        HART_CLEANUP(hart_free_p) int64_t *columns = hart_allocate_array(2 * count, sizeof *columns);
        for (size_t i = 0; i < count; i++) {
                columns[i] = nodes->late[2 * i];
                columns[count + i] = nodes->late[2 * i + 1];
        }
        hart_pg_add_int4(&p, document->tenant);
        hart_pg_add_int8(&p, document->root);
        hart_pg_add_int8_array(&p, columns, count);
        hart_pg_add_int8_array(&p, columns + count, count);
        nodes->late_count = 0;
        return hart_pg_run(batch->pg, &sql_end_nodes, &p, NULL, err);
}

hart_code nodes_flush(struct nodes *nodes, struct batch *batch, const struct document *document, hart_error *err)
{
        hart_code code = store_late(nodes, batch, document, err);
        int64_t first = nodes->next - (int64_t)nodes->count;
        for (size_t i = 0, count; code == HART_OK && i < nodes->count; i += count) {
                count = nodes->count - i < RUN_NODES ? nodes->count - i : RUN_NODES;
                code = store_run(nodes->waiting + i, count, first + (int64_t)i, batch, document, err);
        }
        nodes->count = 0;
        for (size_t i = 0; i < nodes->depth; i++)
                nodes->open[i].waiting = SIZE_MAX;
        arena_clear(&nodes->texts);
        return code;
}

void nodes_done(struct nodes *nodes)
{
        free(nodes->waiting);
        free(nodes->open);
        free(nodes->late);
        arena_done(&nodes->texts);
}
