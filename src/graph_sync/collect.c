/* From messages to entities: whose they are, what has to be written with them, and what is gone. */
#include <string.h>

#include "delivery.h"

hart_code collect_locate(sync_delivery *delivery, const hart_graph_kind *kind, const int64_t *ids, size_t count,
                         sync_keys *found, sync_keys *gone, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *result = NULL;
        HART_CLEANUP(keys_done) sync_keys there = {0};

        if (count == 0)
                return HART_OK;
        hart_pg_add_text(&parameters, kind->located_as ? kind->located_as : kind->name);
        hart_pg_add_int8_array(&parameters, ids, count);
        const hart_code code = hart_pg_run(delivery->pg, hart_graph_locate, &parameters, &result, err);
        if (code != HART_OK)
                return code;
        for (size_t row = 0; row < hart_pg_rows(result); row++) {
                keys_add(&there, hart_pg_integer(result, row, 0), hart_pg_integer(result, row, 1));
                if (found)
                        keys_add(found, hart_pg_integer(result, row, 0), hart_pg_integer(result, row, 1));
        }
        keys_sort_by_id(&there);
        for (size_t i = 0; gone && i < count; i++)
                if (!keys_find_id(&there, ids[i]))
                        keys_add(gone, 0, ids[i]);
        return HART_OK;
}

hart_code collect_references(sync_delivery *delivery, const hart_graph_kind *kind, const sync_keys *keys, bool *grown,
                             hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *result = NULL;
        sync_keys *own = &delivery->wanted[kind - hart_graph_kinds];
        const size_t before = own->count;

        *grown = false;
        if (keys->count == 0)
                return HART_OK;
        hart_pg_add_text(&parameters, kind->name);
        keys_add_parameters(keys, 0, keys->count, &parameters);
        const hart_code code = hart_pg_run(delivery->pg, hart_graph_references, &parameters, &result, err);
        if (code != HART_OK)
                return code;
        for (size_t row = 0; row < hart_pg_rows(result); row++) {
                size_t size = 0;
                const hart_graph_kind *to = hart_graph_kind_named(hart_pg_text(result, row, 0, &size));
                if (to)
                        keys_add(&delivery->wanted[to - hart_graph_kinds], hart_pg_integer(result, row, 1),
                                 hart_pg_integer(result, row, 2));
        }
        keys_sort(own);
        *grown = own->count > before;
        return HART_OK;
}

/* Documents lie in documents, revisions follow revisions: until nothing new of the kind appears. */
static hart_code follow_kind(sync_delivery *delivery, const hart_graph_kind *kind, hart_error *err)
{
        sync_keys *own = &delivery->wanted[kind - hart_graph_kinds];
        bool grown = kind->refers;
        hart_code code = HART_OK;

        keys_sort(own);
        while (code == HART_OK && grown)
                code = collect_references(delivery, kind, own, &grown, err);
        return code;
}

static void add_all(sync_keys *to, const sync_keys *from, bool tenants)
{
        for (size_t i = 0; i < from->count; i++)
                keys_add(to, tenants ? 0 : from->item[i].tenant, tenants ? from->item[i].tenant : from->item[i].id);
}

static sync_keys *wanted_of(sync_delivery *delivery, const char *kind)
{
        return &delivery->wanted[hart_graph_kind_named(kind) - hart_graph_kinds];
}

static hart_code follow(sync_delivery *delivery, hart_error *err)
{
        hart_code code = HART_OK;

        /* Edges need the atom at their hither end; those at the far end are there as a rule (edges.c). */
        add_all(wanted_of(delivery, "Atom"), wanted_of(delivery, "AtomProvenance"), false);
        for (size_t i = hart_graph_kind_count; code == HART_OK && i-- > 0;)
                code = follow_kind(delivery, &hart_graph_kinds[i], err);
        /* Where there is something of a tenant's, the tenant is, too. */
        for (size_t i = 0; code == HART_OK && i < hart_graph_kind_count; i++)
                if (!hart_graph_kinds[i].without_tenant)
                        add_all(wanted_of(delivery, "Tenant"), &delivery->wanted[i], true);
        return code;
}

/* Sorts ids of one request into those whose tenant is known and the others. */
static void sort_out(sync_delivery *delivery, const sync_request *request, size_t begin, size_t end, sync_keys *unknown)
{
        const size_t kind = (size_t)(request->kind - hart_graph_kinds);

        for (size_t i = begin; i < end; i++) {
                if (request->kind->without_tenant)
                        keys_add(&delivery->wanted[kind], 0, request->ids[i]);
                else if (request->tenant >= 0)
                        keys_add(&delivery->wanted[kind], request->tenant, request->ids[i]);
                else
                        keys_add(&unknown[kind], 0, request->ids[i]);
        }
}

static hart_code locate_unknown(sync_delivery *delivery, const hart_graph_kind *kind, sync_keys *unknown,
                                hart_error *err)
{
        HART_CLEANUP(hart_free_p) int64_t *ids = NULL;

        if (unknown->count == 0)
                return HART_OK;
        keys_sort(unknown);
        ids = keys_ids(unknown);
        const hart_code code = collect_locate(delivery, kind, ids, unknown->count,
                                              &delivery->wanted[kind - hart_graph_kinds], &delivery->gone, err);
        return code == HART_OK ? write_erase(delivery, kind, err) : code;
}

hart_code collect_portion(sync_delivery *delivery, const sync_portion *portion, hart_error *err)
{
        HART_CLEANUP(hart_free_p)
        sync_keys *unknown = hart_allocate_array(hart_graph_kind_count, sizeof *unknown);
        hart_code code = HART_OK;

        for (size_t i = 0; i < portion->count; i++) {
                const sync_request *request = &delivery->requests[portion->first + i];
                sort_out(delivery, request, portion->count == 1 ? portion->begin : 0,
                         portion->count == 1 ? portion->end : request->count, unknown);
        }
        /* What refers to something goes before that. */
        for (size_t i = hart_graph_kind_count; code == HART_OK && i-- > 0;)
                code = locate_unknown(delivery, &hart_graph_kinds[i], &unknown[i], err);
        for (size_t i = 0; i < hart_graph_kind_count; i++)
                keys_done(&unknown[i]);
        return code == HART_OK ? follow(delivery, err) : code;
}
