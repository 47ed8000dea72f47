/* HAS_COMPONENT. A parent may have millions of components, and the same component many times, so nothing is searched
 * for where it can be avoided: a piece is added to a parent that has exactly the components before it. Only where that
 * is not so, because the piece (or a part of it) is there already or somebody changed the graph by hand, the two are
 * compared (repair.c). */
#include "composition.h"
#include "graph_sync_cypher.h"
#include "graph_sync_sql.h"

static sync_piece *add_piece(sync_delivery *delivery, const sync_key *parent, int64_t from)
{
        delivery->pieces = hart_reallocate_array(delivery->pieces, delivery->piece_count + 1, sizeof *delivery->pieces);
        sync_piece *added = &delivery->pieces[delivery->piece_count++];
        *added = (sync_piece){.tenant = parent->tenant, .parent = parent->id, .from = from};
        return added;
}

/* The part of one run that lies within from..from+limit. */
static void take_run(sync_piece *piece, const hart_pg_result *runs, size_t row, size_t limit)
{
        HART_CLEANUP(hart_free_p) int64_t *components = NULL;
        const int64_t first = hart_pg_integer(runs, row, 0);
        const size_t count = hart_pg_int8_array(runs, row, 1, &components);

        for (size_t i = 0; i < count && piece->count < limit; i++)
                if (first + (int64_t)i >= piece->from)
                        piece->components[piece->count++] = components[i];
}

/* Runs may be long: only so many components are asked for as are taken. */
static hart_code read_runs(sync_delivery *delivery, const sync_key *parent, int64_t from, hart_pg_result **ret,
                           hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};

        hart_pg_add_int4(&parameters, (int32_t)parent->tenant);
        hart_pg_add_int8(&parameters, parent->id);
        hart_pg_add_int8(&parameters, from);
        hart_pg_add_int8(&parameters, (int64_t)delivery->budget);
        hart_pg_add_text(&parameters, delivery->settings->leave_out);
        return hart_pg_run(delivery->pg, &sql_read_runs, &parameters, ret, err);
}

hart_code composition_read(sync_delivery *delivery, const sync_key *parent, int64_t from, int64_t *next, bool *more,
                           hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *runs = NULL;

        *next = from;
        *more = true;
        if (delivery->budget == 0)
                return HART_OK;
        const hart_code code = read_runs(delivery, parent, from, &runs, err);
        if (code != HART_OK)
                return code;
        sync_piece *piece = add_piece(delivery, parent, from);
        piece->components = hart_allocate_array(delivery->budget, sizeof *piece->components);
        for (size_t row = 0; row < hart_pg_rows(runs); row++) {
                take_run(piece, runs, row, delivery->budget);
                piece->total = hart_pg_integer(runs, row, 2);
        }
        sync_keys *atoms = &delivery->wanted[hart_graph_kind_named("Atom") - hart_graph_kinds];
        for (size_t i = 0; i < piece->count; i++)
                keys_add(atoms, piece->tenant, piece->components[i]);
        piece->components = hart_reallocate_array(piece->components, piece->count + 1, sizeof *piece->components);
        delivery->budget -= piece->count;
        *next = from + (int64_t)piece->count;
        *more = piece->count && *next < piece->total;
        return HART_OK;
}

/* As many components of as many pieces as fit into one request. Returns how many. */
static size_t fill_request(sync_delivery *delivery, hart_buffer *parameters)
{
        hart_json_writer writer;
        size_t room = (size_t)delivery->settings->batch_size, filled = 0;

        groups_begin(&writer, parameters);
        for (size_t i = 0; i < delivery->piece_count && room; i++) {
                sync_piece *piece = &delivery->pieces[i];
                const size_t left = piece->repair ? 0 : piece->count - piece->linked;
                piece->pending = left < room ? left : room;
                if (piece->pending == 0)
                        continue;
                groups_begin_one(&writer, piece, piece->from + (int64_t)piece->linked);
                for (size_t n = piece->linked; n < piece->linked + piece->pending; n++)
                        groups_add(&writer, piece->components[n], piece->from + (int64_t)n);
                groups_end_one(&writer);
                room -= piece->pending;
                filled += piece->pending;
        }
        groups_end(&writer);
        return filled;
}

/* Were all of the pending components added? A parent may have two pieces in one request: `degree` tells them apart. */
static bool was_added(const hart_graph_result *result, const sync_piece *piece)
{
        for (size_t row = 0; row < hart_graph_rows(result); row++)
                if (composition_integer(result, row, 0) == piece->parent &&
                    composition_integer(result, row, 1) == piece->from + (int64_t)piece->linked)
                        return composition_integer(result, row, 2) == (int64_t)piece->pending;
        return false;
}

static hart_code link_pieces(sync_delivery *delivery, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};

        while (fill_request(delivery, &parameters)) {
                HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
                const hart_code code = delivery_graph(delivery, cypher_link_components, &parameters, &result, err);
                if (code != HART_OK)
                        return code;
                for (size_t i = 0; i < delivery->piece_count; i++) {
                        sync_piece *piece = &delivery->pieces[i];
                        if (piece->pending == 0)
                                continue;
                        if (was_added(result, piece))
                                piece->linked += piece->pending;
                        else
                                piece->repair = true;
                        piece->pending = 0;
                }
        }
        return HART_OK;
}

hart_code composition_write(sync_delivery *delivery, hart_error *err)
{
        hart_code code = link_pieces(delivery, err);

        for (size_t i = 0; code == HART_OK && i < delivery->piece_count; i++) {
                const sync_piece *piece = &delivery->pieces[i];
                if (piece->repair || piece->count == 0)
                        code = composition_repair(delivery, piece, err);
                delivery->rows += piece->count;
        }
        return code;
}
