#include "delivery.h"

#include "graph_sync_sql.h"

void delivery_done(sync_delivery *delivery)
{
        sync_keys *const sets[] = {&delivery->tenants,   &delivery->sources,      &delivery->atoms,
                                   &delivery->children,  &delivery->gone_tenants, &delivery->gone_sources,
                                   &delivery->gone_atoms};

        for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
                keys_done(sets[i]);
        for (size_t i = 0; i < delivery->piece_count; i++)
                free(delivery->pieces[i].components);
        free(delivery->pieces);
        delivery->pieces = NULL;
        delivery->piece_count = 0;
}

hart_code delivery_graph(sync_delivery *delivery, const char *statement, const hart_buffer *parameters,
                         hart_graph_result **ret, hart_error *err)
{
        const hart_code code = hart_graph_run(delivery->sync->graph, statement, parameters, ret, err);

        delivery->sync->failed = code != HART_OK;
        if (code != HART_OK)
                return code;
        return hart_worker_progress(delivery->context) == HART_STOPPED ? hart_fail(err, HART_STOPPED, "asked to stop")
                                                                       : HART_OK;
}

/* Messages name entities by a number alone. What PostgreSQL does not have any more is to leave the graph. */
static hart_code locate(sync_delivery *delivery, const hart_pg_statement *statement, const sync_keys *wanted,
                        sync_keys *found, sync_keys *gone, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *result = NULL;
        HART_CLEANUP(hart_free_p) int64_t *ids = hart_allocate_array(wanted->count, sizeof *ids);

        if (wanted->count == 0)
                return HART_OK;
        for (size_t i = 0; i < wanted->count; i++)
                ids[i] = wanted->item[i].id;
        hart_pg_add_int8_array(&parameters, ids, wanted->count);
        const hart_code code = hart_pg_run(delivery->pg, statement, &parameters, &result, err);
        if (code != HART_OK)
                return code;
        for (size_t row = 0; row < hart_pg_rows(result); row++)
                keys_add(found, hart_pg_integer(result, row, 0), hart_pg_integer(result, row, 1));
        for (size_t i = 0; i < wanted->count; i++)
                if (!keys_have_id(found, ids[i]))
                        keys_add(gone, 0, ids[i]);
        return HART_OK;
}

static bool is_atom(sync_subject subject)
{
        return subject == SYNC_ATOM || subject == SYNC_COMPOSITION || subject == SYNC_PROVENANCE;
}

static bool is_source(sync_subject subject)
{
        return subject == SYNC_DOCUMENT;
}

static bool is_tenant(sync_subject subject)
{
        return subject == SYNC_TENANT;
}

static hart_code locate_subjects(sync_delivery *delivery, bool (*fits)(sync_subject subject),
                                 const hart_pg_statement *statement, sync_keys *found, sync_keys *gone, hart_error *err)
{
        sync_keys wanted = {0};

        for (size_t i = 0; i < delivery->request_count; i++)
                if (fits(delivery->requests[i].subject))
                        keys_add(&wanted, 0, delivery->requests[i].id);
        keys_sort(&wanted);
        const hart_code code = locate(delivery, statement, &wanted, found, gone, err);
        keys_done(&wanted);
        return code;
}

static hart_code locate_all(sync_delivery *delivery, hart_error *err)
{
        hart_code code =
                locate_subjects(delivery, is_atom, &sql_locate_atoms, &delivery->atoms, &delivery->gone_atoms, err);

        if (code == HART_OK)
                code = locate_subjects(delivery, is_source, &sql_locate_sources, &delivery->sources,
                                       &delivery->gone_sources, err);
        if (code == HART_OK)
                code = locate_subjects(delivery, is_tenant, &sql_locate_tenants, &delivery->tenants,
                                       &delivery->gone_tenants, err);
        /* Where there is something of a tenant's, the tenant is, too. */
        const sync_keys *const found[] = {&delivery->atoms, &delivery->sources};
        for (size_t set = 0; set < sizeof found / sizeof *found; set++)
                for (size_t i = 0; i < found[set]->count; i++)
                        keys_add(&delivery->tenants, found[set]->item[i].tenant, found[set]->item[i].tenant);
        return code;
}

static const sync_key *find_key(const sync_keys *set, int64_t id)
{
        for (size_t i = 0; i < set->count; i++)
                if (set->item[i].id == id)
                        return &set->item[i];
        return NULL;
}

static const sync_piece *find_piece(const sync_delivery *delivery, int64_t parent, int64_t from)
{
        for (size_t i = 0; i < delivery->piece_count; i++)
                if (delivery->pieces[i].parent == parent && delivery->pieces[i].from == from)
                        return &delivery->pieces[i];
        return NULL;
}

/* Reads a piece for the request, and asks for the rest in a message of its own. */
static hart_code take_composition(sync_delivery *delivery, const sync_request *request, const sync_key *parent,
                                  hart_error *err)
{
        const sync_piece *same = find_piece(delivery, parent->id, request->from); /* sources with equal content */
        int64_t next = 0;
        bool more = false;
        hart_code code = HART_OK;

        if (same) {
                next = same->from + (int64_t)same->count;
                more = next < same->total;
        } else {
                code = composition_read(delivery, parent, request->from, &next, &more, err);
        }
        return code == HART_OK && more ? sync_request_continue(delivery->pg, request, parent->tenant, next, err) : code;
}

/* Sources bring the atoms of their documents along, and what these are made of. */
static hart_code follow_sources(sync_delivery *delivery, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *roots = NULL;

        if (delivery->sources.count == 0)
                return HART_OK;
        keys_add_parameters(&delivery->sources, 0, delivery->sources.count, &parameters);
        hart_code code = hart_pg_run(delivery->pg, &sql_read_roots, &parameters, &roots, err);
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(roots); row++) {
                if (hart_pg_is_null(roots, row, 2))
                        continue;
                const sync_key root = {hart_pg_integer(roots, row, 0), hart_pg_integer(roots, row, 2)};
                const int64_t source = hart_pg_integer(roots, row, 1);
                keys_add(&delivery->atoms, root.tenant, root.id);
                for (size_t i = 0; code == HART_OK && i < delivery->request_count; i++)
                        if (delivery->requests[i].subject == SYNC_DOCUMENT && delivery->requests[i].id == source)
                                code = take_composition(delivery, &delivery->requests[i], &root, err);
        }
        return code;
}

/* Compositions and edges bring the atoms at their other ends along. */
static hart_code follow_atoms(sync_delivery *delivery, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *parents = NULL;
        hart_code code = HART_OK;

        for (size_t i = 0; code == HART_OK && i < delivery->request_count; i++) {
                const sync_request *request = &delivery->requests[i];
                const sync_key *atom = is_atom(request->subject) ? find_key(&delivery->atoms, request->id) : NULL;
                if (!atom)
                        continue;
                const sync_key copy = *atom; /* the set grows below */
                if (request->subject == SYNC_PROVENANCE)
                        keys_add(&delivery->children, copy.tenant, copy.id);
                else if (request->subject == SYNC_COMPOSITION)
                        code = take_composition(delivery, request, &copy, err);
        }
        keys_sort(&delivery->children);
        if (code != HART_OK || delivery->children.count == 0)
                return code;
        keys_add_parameters(&delivery->children, 0, delivery->children.count, &parameters);
        code = hart_pg_run(delivery->pg, &sql_read_parents, &parameters, &parents, err);
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(parents); row++)
                keys_add(&delivery->atoms, hart_pg_integer(parents, row, 0), hart_pg_integer(parents, row, 1));
        return code;
}

hart_code delivery_run(sync_delivery *delivery, hart_error *err)
{
        hart_code code = hart_pg_run(delivery->pg, &sql_lock_graph, NULL, NULL, err);

        if (code == HART_OK)
                code = locate_all(delivery, err);
        if (code == HART_OK)
                code = follow_atoms(delivery, err);
        if (code == HART_OK)
                code = follow_sources(delivery, err);
        if (code == HART_OK)
                code = entities_write(delivery, err);
        return code == HART_OK ? composition_write(delivery, err) : code;
}
