/* States from PostgreSQL to Neo4j, kind by kind. While Neo4j works on one slice the next is read. */
#include <inttypes.h>
#include <string.h>

#include "delivery.h"

/* Rows of a result that travel together. */
typedef struct sync_slice {
        const hart_graph_kind *kind;
        hart_pg_result *states;
        int64_t *ids; /* wanted, of which states may lack some */
        size_t count;
        bool linked; /* of edges: the statement under way is the first */
        hart_graph_result *result;
        struct sync_slice *next; /* under way */
} sync_slice;

/* Slices whose statement is under way. */
typedef struct sync_flight {
        sync_slice *first;
        size_t count;
} sync_flight;

static void slice_close(sync_slice *slice)
{
        if (!slice)
                return;
        hart_pg_result_close(slice->states);
        hart_graph_result_close(slice->result);
        free(slice->ids);
        free(slice);
}

static void flight_add(sync_flight *flight, sync_slice *slice)
{
        slice->next = flight->first;
        flight->first = slice;
        flight->count++;
}

static void flight_remove(sync_flight *flight, const sync_slice *slice)
{
        sync_slice **place = &flight->first;

        while (*place != slice)
                place = &(*place)->next;
        *place = slice->next;
        flight->count--;
}

static void put_rows(const hart_pg_result *states, size_t first, size_t count, hart_buffer *parameters)
{
        hart_json_writer writer = {.out = parameters};

        hart_buffer_clear(parameters);
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "rows");
        hart_json_begin_array(&writer);
        for (size_t row = first; row < first + count; row++) {
                size_t size = 0;
                const char *json = hart_pg_text(states, row, 2, &size);
                hart_json_put_raw(&writer, json, size);
        }
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
}

/* --- one statement, in halves where need be --------------------------------------------------------------------- */

static hart_code write_halves(sync_delivery *delivery, const hart_graph_kind *kind, const char *statement,
                              const hart_pg_result *states, size_t first, size_t count, hart_error *err)
{
        const sync_key key = {hart_pg_integer(states, first, 0), hart_pg_integer(states, first, 1)};

        if (hart_graph_is_memory(err))
                graph_sync_smaller_batch(delivery->sync);
        if (count == 1 && hart_graph_is_memory(err)) { /* it may pass, but not wait for ever */
                err->code = HART_FAILED;
                return hart_error_context(err, "%s %" PRId64, kind->name, key.id);
        }
        if (count == 1) {
                delivery->sync->failed = false;
                refusals_add(delivery, kind, key, err);
                return HART_OK;
        }
        *err = (hart_error){0};
        const hart_code code = write_rows(delivery, kind, statement, states, first, count / 2, NULL, err);
        return code == HART_OK
                       ? write_rows(delivery, kind, statement, states, first + count / 2, count - count / 2, NULL, err)
                       : code;
}

hart_code write_rows(sync_delivery *delivery, const hart_graph_kind *kind, const char *statement,
                     const hart_pg_result *states, size_t first, size_t count, hart_graph_result **ret, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};

        put_rows(states, first, count, &parameters);
        const hart_code code = delivery_graph(delivery, statement, &parameters, ret, err);
        if (code == HART_OK || !delivery_may_split(err) || delivery->refusal_count == SYNC_REFUSALS_MAX)
                return code;
        hart_buffer_done(&parameters);
        return write_halves(delivery, kind, statement, states, first, count, err);
}

hart_code write_erase(sync_delivery *delivery, const hart_graph_kind *kind, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        const size_t batch = (size_t)delivery->settings->batch_size;
        hart_code code = HART_OK;

        for (size_t first = 0; code == HART_OK && first < delivery->gone.count; first += batch) {
                hart_json_writer writer = {.out = &parameters};
                hart_buffer_clear(&parameters);
                hart_json_begin_object(&writer);
                hart_json_key(&writer, "rows");
                hart_json_begin_array(&writer);
                for (size_t i = first; i < delivery->gone.count && i < first + batch; i++)
                        hart_json_put_integer(&writer, delivery->gone.item[i].id);
                hart_json_end_array(&writer);
                hart_json_end_object(&writer);
                code = delivery_graph(delivery, kind->erase, &parameters, NULL, err);
        }
        delivery->rows += delivery->gone.count;
        keys_done(&delivery->gone);
        return code;
}

/* --- slices ----------------------------------------------------------------------------------------------------- */

/* Wanted, but without a state: gone, or of another tenant than the message said. The latter join `strays`. */
static hart_code sort_missing(sync_delivery *delivery, const sync_slice *slice, sync_keys *strays, hart_error *err)
{
        HART_CLEANUP(keys_done) sync_keys missing = {0}, located = {0};
        HART_CLEANUP(hart_free_p) int64_t *ids = NULL;
        const size_t rows = hart_pg_rows(slice->states);
        size_t row = 0;

        for (size_t i = 0; i < slice->count; i++) { /* both in the same order */
                if (row < rows && hart_pg_integer(slice->states, row, 1) == slice->ids[i])
                        row++;
                else
                        keys_add(&missing, 0, slice->ids[i]);
        }
        if (missing.count == 0)
                return HART_OK;
        ids = keys_ids(&missing);
        hart_code code = collect_locate(delivery, slice->kind, ids, missing.count, &located, &delivery->gone, err);
        for (size_t i = 0; code == HART_OK && i < located.count; i++) {
                if (slice->kind->located_as)
                        keys_add(&delivery->gone, 0, located.item[i].id);
                else
                        keys_add(strays, located.item[i].tenant, located.item[i].id);
        }
        return code == HART_OK ? write_erase(delivery, slice->kind, err) : code;
}

static hart_code read_slice(sync_delivery *delivery, const hart_graph_kind *kind, const sync_keys *keys, size_t first,
                            size_t count, sync_slice **ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters wanted = {0};
        sync_slice *slice = hart_allocate(sizeof *slice);

        *slice = (sync_slice){.kind = kind, .count = count, .ids = hart_allocate_array(count, sizeof *slice->ids)};
        for (size_t i = 0; i < count; i++)
                slice->ids[i] = keys->item[first + i].id;
        keys_add_parameters(keys, first, count, &wanted);
        const hart_code code = hart_pg_run(delivery->pg, kind->read, &wanted, &slice->states, err);
        if (code == HART_OK)
                *ret = slice;
        else
                slice_close(slice);
        return code;
}

/* What is to be done once the slice's first statement is through. */
static hart_code finish_slice(sync_delivery *delivery, sync_slice *slice, hart_error *err)
{
        const size_t rows = hart_pg_rows(slice->states);
        hart_code code = HART_OK;

        delivery->rows += rows;
        if (slice->linked)
                return edges_finish(delivery, slice->kind, slice->states, 0, rows, slice->result, err);
        for (size_t i = 1; code == HART_OK && slice->kind->write[i]; i++)
                code = write_rows(delivery, slice->kind, slice->kind->write[i], slice->states, 0, rows, NULL, err);
        return code;
}

/* Takes the next slice back whose statement is over. HART_EMPTY when none is under way. */
static hart_code take_back(sync_delivery *delivery, sync_slice **ret, hart_error *err)
{
        void *tag = NULL;
        hart_graph_result *result = NULL;
        uint64_t duration = 0;
        hart_code code = hart_graph_collect(delivery->sync->graph, &tag, &result, &duration, err);
        sync_slice *slice = tag;

        if (!slice)
                return code;
        *ret = slice;
        slice->result = result;
        delivery->sync->failed = code != HART_OK;
        if (code == HART_OK)
                graph_sync_adapt_batch(delivery->sync, slice->count, duration, (size_t)delivery->settings->batch_size);
        else if (delivery_may_split(err))
                code = write_halves(delivery, slice->kind, slice->kind->write[slice->linked ? EDGES_DERIVED_FROM : 0],
                                    slice->states, 0, hart_pg_rows(slice->states), err);
        return code;
}

/* Waits until at most `most` statements are under way, and finishes those that are over. */
static hart_code drain(sync_delivery *delivery, size_t most, sync_flight *flight, hart_error *err)
{
        hart_code code = HART_OK;

        while (code == HART_OK && flight->count > most) {
                sync_slice *slice = NULL;
                code = take_back(delivery, &slice, err);
                if (slice)
                        flight_remove(flight, slice);
                if (code == HART_OK && slice)
                        code = finish_slice(delivery, slice, err);
                slice_close(slice);
        }
        return code;
}

static hart_code send_slice(sync_delivery *delivery, sync_slice *slice, sync_flight *flight, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        const bool edges = strcmp(slice->kind->name, "AtomProvenance") == 0;

        slice->linked = edges;
        put_rows(slice->states, 0, hart_pg_rows(slice->states), &parameters);
        const hart_code code = hart_graph_submit(
                delivery->sync->graph, slice->kind->write[edges ? EDGES_DERIVED_FROM : 0], &parameters, slice, err);
        delivery->sync->failed = code != HART_OK;
        if (code == HART_OK)
                flight_add(flight, slice);
        else
                slice_close(slice);
        return code;
}

/* Statements of the same kind may run beside one another where they touch nodes of their own only; whatever else is
 * under way has to be over before. */
static size_t beside(const sync_delivery *delivery, const hart_graph_kind *kind)
{
        return kind->own_nodes && !kind->write[1] ? (size_t)delivery->settings->lanes - 1 : 0;
}

static hart_code write_kind(sync_delivery *delivery, const hart_graph_kind *kind, sync_keys *keys, sync_flight *flight,
                            hart_error *err)
{
        HART_CLEANUP(keys_done) sync_keys strays = {0};
        bool first_of_kind = true;
        hart_code code = HART_OK;

        keys_sort(keys);
        for (size_t first = 0, batch; code == HART_OK && first < keys->count; first += batch) {
                sync_slice *slice = NULL;
                batch = delivery->sync->batch < keys->count - first ? delivery->sync->batch : keys->count - first;
                code = read_slice(delivery, kind, keys, first, batch, &slice, err);
                if (code == HART_OK)
                        code = drain(delivery, first_of_kind ? 0 : beside(delivery, kind), flight, err);
                if (code == HART_OK)
                        code = sort_missing(delivery, slice, &strays, err);
                if (code != HART_OK || hart_pg_rows(slice->states) == 0) {
                        slice_close(slice);
                        continue;
                }
                code = send_slice(delivery, slice, flight, err);
                first_of_kind = false;
        }
        if (code == HART_OK && strays.count)
                code = write_kind(delivery, kind, &strays, flight, err);
        return code;
}

hart_code write_wanted(sync_delivery *delivery, hart_error *err)
{
        sync_flight flight = {0};
        hart_code code = HART_OK;

        for (size_t i = 0; code == HART_OK && i < hart_graph_kind_count; i++)
                code = write_kind(delivery, &hart_graph_kinds[i], &delivery->wanted[i], &flight, err);
        if (code == HART_OK)
                code = drain(delivery, 0, &flight, err);
        /* After a failure what is under way has an unknown outcome, as if the connection had been cut. */
        if (flight.count)
                hart_graph_abandon(delivery->sync->graph);
        while (flight.first) {
                sync_slice *slice = flight.first;
                flight_remove(&flight, slice);
                slice_close(slice);
        }
        return code;
}
