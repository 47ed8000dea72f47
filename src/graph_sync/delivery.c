#include "delivery.h"

#include <string.h>

#include "graph_sync_sql.h"

static void portion_done(sync_delivery *delivery)
{
        for (size_t i = 0; i < hart_graph_kind_count; i++)
                keys_done(&delivery->wanted[i]);
        keys_done(&delivery->gone);
        for (size_t i = 0; i < delivery->piece_count; i++)
                free(delivery->pieces[i].components);
        free(delivery->pieces);
        delivery->pieces = NULL;
        delivery->piece_count = 0;
}

void delivery_done(sync_delivery *delivery)
{
        if (delivery->wanted)
                portion_done(delivery);
        free(delivery->wanted);
        delivery->wanted = NULL;
        for (size_t i = 0; i < delivery->refusal_count; i++)
                free(delivery->refusals[i].reason);
        free(delivery->refusals);
        delivery->refusals = NULL;
        delivery->refusal_count = 0;
}

static hart_code sign_of_life(sync_delivery *delivery, hart_error *err)
{
        return hart_worker_progress(delivery->context) == HART_STOPPED ? hart_fail(err, HART_STOPPED, "asked to stop")
                                                                       : HART_OK;
}

hart_code delivery_graph(sync_delivery *delivery, const char *statement, const hart_buffer *parameters,
                         hart_graph_result **ret, hart_error *err)
{
        const hart_code code = hart_graph_run(delivery->sync->graph, statement, parameters, ret, err);

        delivery->sync->failed = code != HART_OK;
        return code == HART_OK ? sign_of_life(delivery, err) : code;
}

bool delivery_may_split(const hart_error *err)
{
        return err->code == HART_POISON || err->code == HART_FAILED || hart_graph_is_memory(err);
}

static const sync_piece *find_piece(const sync_delivery *delivery, int64_t parent, int64_t from)
{
        for (size_t i = 0; i < delivery->piece_count; i++)
                if (delivery->pieces[i].parent == parent && delivery->pieces[i].from == from)
                        return &delivery->pieces[i];
        return NULL;
}

/* Reads a piece for one of the request's entities, and asks for the rest in a message of its own. */
static hart_code take_composition(sync_delivery *delivery, const sync_request *request, int64_t id,
                                  const sync_key *parent, hart_error *err)
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
        return code == HART_OK && more ? sync_request_continue(delivery->pg, request, parent->tenant, id, next, err)
                                       : code;
}

/* What the documents of sources[…] are made of. */
static hart_code take_documents(sync_delivery *delivery, const sync_request *request, const sync_keys *sources,
                                hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *roots = NULL;

        keys_add_parameters(sources, 0, sources->count, &parameters);
        hart_code code = hart_pg_run(delivery->pg, &sql_read_roots, &parameters, &roots, err);
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(roots); row++) {
                const sync_key root = {hart_pg_integer(roots, row, 0), hart_pg_integer(roots, row, 2)};
                code = take_composition(delivery, request, hart_pg_integer(roots, row, 1), &root, err);
        }
        return code;
}

/* The entities of one request that are there. */
static void select_keys(const sync_delivery *delivery, const sync_request *request, size_t begin, size_t end,
                        sync_keys *ret)
{
        const sync_keys *wanted = &delivery->wanted[request->kind - hart_graph_kinds];
        HART_CLEANUP(keys_done) sync_keys known = {0};

        for (size_t i = 0; i < wanted->count; i++)
                keys_add(&known, wanted->item[i].tenant, wanted->item[i].id);
        keys_sort_by_id(&known);
        for (size_t i = begin; i < end; i++) {
                const sync_key *key = keys_find_id(&known, request->ids[i]);
                if (key)
                        keys_add(ret, key->tenant, key->id);
        }
}

static hart_code take_request(sync_delivery *delivery, const sync_request *request, size_t begin, size_t end,
                              hart_error *err)
{
        HART_CLEANUP(keys_done) sync_keys keys = {0};
        hart_code code = HART_OK;

        select_keys(delivery, request, begin, end, &keys);
        if (keys.count && strcmp(request->kind->name, "Source") == 0)
                return take_documents(delivery, request, &keys, err);
        for (size_t i = 0; code == HART_OK && i < keys.count; i++)
                code = take_composition(delivery, request, keys.item[i].id, &keys.item[i], err);
        return code;
}

static hart_code take_compositions(sync_delivery *delivery, const sync_portion *portion, hart_error *err)
{
        hart_code code = HART_OK;

        for (size_t i = 0; code == HART_OK && delivery->settings->levels > 0 && i < portion->count; i++) {
                const sync_request *request = &delivery->requests[portion->first + i];
                if (request->composition)
                        code = take_request(delivery, request, portion->count == 1 ? portion->begin : 0,
                                            portion->count == 1 ? portion->end : request->count, err);
        }
        return code;
}

static hart_code run_portion(sync_delivery *delivery, const sync_portion *portion, hart_error *err)
{
        hart_code code = collect_portion(delivery, portion, err);

        if (code == HART_OK)
                code = take_compositions(delivery, portion, err);
        if (code == HART_OK)
                code = write_wanted(delivery, err);
        if (code == HART_OK)
                code = composition_write(delivery, err);
        portion_done(delivery);
        return code == HART_OK ? sign_of_life(delivery, err) : code;
}

/* Requests one after another while they are small, a part of one that is not. */
static sync_portion next_portion(const sync_delivery *delivery, size_t request, size_t begin, size_t most)
{
        const sync_request *requests = delivery->requests;
        sync_portion portion = {.first = request, .count = 1, .begin = begin};
        size_t ids = requests[request].count - begin;

        if (ids > most) {
                portion.end = begin + most;
                return portion;
        }
        portion.end = requests[request].count;
        while (begin == 0 && request + portion.count < delivery->request_count) {
                ids += requests[request + portion.count].count;
                if (ids > most)
                        break;
                portion.count++;
        }
        return portion;
}

hart_code delivery_run(sync_delivery *delivery, size_t *blamed, hart_error *err)
{
        const size_t most = (size_t)delivery->settings->batch_size;
        size_t request = 0, begin = 0;
        hart_code code = hart_pg_run(delivery->pg, &sql_lock_graph, NULL, NULL, err);

        delivery->wanted = hart_allocate_array(hart_graph_kind_count, sizeof *delivery->wanted);
        while (code == HART_OK && request < delivery->request_count) {
                const sync_portion portion = next_portion(delivery, request, begin, most);
                code = run_portion(delivery, &portion, err);
                if (portion.count == 1 && portion.end < delivery->requests[request].count) {
                        begin = portion.end;
                } else {
                        request += portion.count;
                        begin = 0;
                }
        }
        return code == HART_OK ? refusals_settle(delivery, blamed, err) : code;
}
