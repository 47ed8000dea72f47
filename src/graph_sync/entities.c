/* Entities from PostgreSQL to Neo4j: one statement reads the state of a slice of a set as JSON, others write it. What
 * kinds there are is a table. */
#include "delivery.h"
#include "graph_sync_cypher.h"
#include "graph_sync_sql.h"

typedef struct entity_kind {
        size_t set; /* keys in a delivery */
        const hart_pg_statement *read;
        const char *write[5]; /* in this order, each with the same $rows; NULL ends */
} entity_kind;

/* Nodes before the relationships between them. */
static const entity_kind kinds[] = {
        {offsetof(sync_delivery, tenants), &sql_read_tenants, {cypher_write_tenants}},
        {offsetof(sync_delivery, atoms), &sql_read_atoms, {cypher_write_atoms}},
        {offsetof(sync_delivery, sources),
         &sql_read_sources,
         {cypher_write_sources, cypher_link_tenant, cypher_unlink_source, cypher_link_source}},
        {offsetof(sync_delivery, children), &sql_read_edges, {cypher_unlink_edges, cypher_link_edges}},
};

typedef struct deletion_kind {
        size_t set;
        const char *statement;
} deletion_kind;

static const deletion_kind deletions[] = {
        {offsetof(sync_delivery, gone_atoms), cypher_delete_atoms},
        {offsetof(sync_delivery, gone_sources), cypher_delete_sources},
        {offsetof(sync_delivery, gone_tenants), cypher_delete_tenants},
};

static sync_keys *set_at(sync_delivery *delivery, size_t offset)
{
        return (sync_keys *)(void *)((char *)delivery + offset);
}

static void begin_rows(hart_json_writer *writer, hart_buffer *parameters)
{
        hart_buffer_clear(parameters);
        *writer = (hart_json_writer){.out = parameters};
        hart_json_begin_object(writer);
        hart_json_key(writer, "rows");
        hart_json_begin_array(writer);
}

static void end_rows(hart_json_writer *writer)
{
        hart_json_end_array(writer);
        hart_json_end_object(writer);
}

static hart_code read_slice(sync_delivery *delivery, const entity_kind *kind, size_t first, size_t count,
                            hart_buffer *parameters, size_t *rows, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters wanted = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *state = NULL;
        hart_json_writer writer;

        keys_add_parameters(set_at(delivery, kind->set), first, count, &wanted);
        const hart_code code = hart_pg_run(delivery->pg, kind->read, &wanted, &state, err);
        if (code != HART_OK)
                return code;
        begin_rows(&writer, parameters);
        for (size_t row = 0; row < hart_pg_rows(state); row++) {
                size_t size = 0;
                const char *json = hart_pg_text(state, row, 0, &size);
                hart_json_put_raw(&writer, json, size);
        }
        end_rows(&writer);
        *rows = hart_pg_rows(state);
        return HART_OK;
}

static hart_code write_slice(sync_delivery *delivery, const entity_kind *kind, size_t first, size_t count,
                             hart_buffer *parameters, hart_error *err)
{
        size_t rows = 0;
        hart_code code = read_slice(delivery, kind, first, count, parameters, &rows, err);

        for (size_t i = 0; code == HART_OK && rows && kind->write[i]; i++)
                code = delivery_graph(delivery, kind->write[i], parameters, NULL, err);
        delivery->rows += rows;
        return code;
}

static hart_code write_kind(sync_delivery *delivery, const entity_kind *kind, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        sync_keys *set = set_at(delivery, kind->set);
        const size_t batch = (size_t)delivery->settings->batch_size;
        hart_code code = HART_OK;

        keys_sort(set);
        for (size_t first = 0; code == HART_OK && first < set->count; first += batch) {
                const size_t left = set->count - first;
                code = write_slice(delivery, kind, first, left < batch ? left : batch, &parameters, err);
        }
        return code;
}

static hart_code delete_kind(sync_delivery *delivery, const deletion_kind *kind, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        const sync_keys *set = set_at(delivery, kind->set);
        hart_json_writer writer;

        if (set->count == 0)
                return HART_OK;
        begin_rows(&writer, &parameters);
        for (size_t i = 0; i < set->count; i++)
                hart_json_put_integer(&writer, set->item[i].id);
        end_rows(&writer);
        delivery->rows += set->count;
        return delivery_graph(delivery, kind->statement, &parameters, NULL, err);
}

hart_code entities_write(sync_delivery *delivery, hart_error *err)
{
        hart_code code = HART_OK;

        for (size_t i = 0; code == HART_OK && i < sizeof deletions / sizeof *deletions; i++)
                code = delete_kind(delivery, &deletions[i], err);
        for (size_t i = 0; code == HART_OK && i < sizeof kinds / sizeof *kinds; i++)
                code = write_kind(delivery, &kinds[i], err);
        return code;
}
