/* States from PostgreSQL to Neo4j, kind by kind. While Neo4j works on one slice the next is read. */
#include <string.h>

#include "delivery.h"

/* Neo4j keeps what a statement does in memory until it is over. */
enum { STATEMENT_BYTES = 2 << 20 };

/* Rows of a result that travel together. */
typedef struct sync_slice {
        const hart_graph_kind *kind;
        hart_pg_result *states;
        int64_t *ids; /* wanted, of which states may lack some */
        size_t count;
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

static bool is_edges(const hart_graph_kind *kind)
{
        return strcmp(kind->name, "AtomProvenance") == 0;
}

/* The statement that a kind's rows begin with: of edges the one that is nearly always all that is needed. */
static const char *first_statement(const hart_graph_kind *kind)
{
        return kind->write[is_edges(kind) ? EDGES_DERIVED_FROM : 0];
}

/* What is to be done once the first statement of these rows is through. */
static hart_code finish_rows(sync_delivery *delivery, const hart_graph_kind *kind, const hart_pg_result *states,
                             size_t first, size_t count, const hart_graph_result *result, hart_error *err)
{
        hart_code code = HART_OK;

        delivery->rows += count;
        if (is_edges(kind))
                return edges_finish(delivery, kind, states, first, count, result, err);
        for (size_t i = 1; code == HART_OK && kind->write[i]; i++)
                code = write_rows(delivery, kind, kind->write[i], states, first, count, NULL, err);
        return code;
}

/* How many rows from `first` on make a statement of a size that Neo4j bears; at least one. An atom may be made from
 * thousands of others. */
static size_t fitting_rows(const hart_pg_result *states, size_t first)
{
        const size_t rows = hart_pg_rows(states);
        size_t count = 0, bytes = 0;

        for (; first + count < rows; count++) {
                size_t size = 0;
                (void)hart_pg_text(states, first + count, 2, &size);
                bytes += size;
                if (count && bytes > STATEMENT_BYTES)
                        break;
        }
        return count;
}

/* A slice that is too heavy for one statement. */
static hart_code write_heavy(sync_delivery *delivery, const sync_slice *slice, hart_error *err)
{
        const size_t rows = hart_pg_rows(slice->states);
        hart_code code = HART_OK;

        for (size_t first = 0, count; code == HART_OK && first < rows; first += count) {
                HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
                count = fitting_rows(slice->states, first);
                code = write_rows(delivery, slice->kind, first_statement(slice->kind), slice->states, first, count,
                                  &result, err);
                if (code == HART_OK)
                        code = finish_rows(delivery, slice->kind, slice->states, first, count, result, err);
        }
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
                code = write_halves(delivery, slice->kind, first_statement(slice->kind), slice->states, 0,
                                    hart_pg_rows(slice->states), err);
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
                        code = finish_rows(delivery, slice->kind, slice->states, 0, hart_pg_rows(slice->states),
                                           slice->result, err);
                slice_close(slice);
        }
        return code;
}

static hart_code send_slice(sync_delivery *delivery, sync_slice *slice, sync_flight *flight, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        write_put_rows(slice->states, 0, hart_pg_rows(slice->states), &parameters);
        const hart_code code =
                hart_graph_submit(delivery->sync->graph, first_statement(slice->kind), &parameters, slice, err);
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
                first_of_kind = false;
                if (fitting_rows(slice->states, 0) == hart_pg_rows(slice->states)) {
                        code = send_slice(delivery, slice, flight, err);
                        continue;
                }
                code = drain(delivery, 0, flight, err);
                if (code == HART_OK)
                        code = write_heavy(delivery, slice, err);
                slice_close(slice);
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
