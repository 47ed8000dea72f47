/* HAS_COMPONENT. A parent may have millions of components, and the same component many times, so nothing is searched
 * for where it can be avoided: a piece is added to a parent that has exactly the components before it. Only where that
 * is not so, because the piece (or a part of it) is there already or somebody changed the graph by hand, the two are
 * compared. */
#include <inttypes.h>
#include <string.h>

#include "delivery.h"
#include "graph_sync_cypher.h"
#include "graph_sync_sql.h"

enum { ROUNDS = 3 };

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
        for (size_t i = 0; i < piece->count; i++)
                keys_add(&delivery->atoms, piece->tenant, piece->components[i]);
        piece->components = hart_reallocate_array(piece->components, piece->count + 1, sizeof *piece->components);
        delivery->budget -= piece->count;
        *next = from + (int64_t)piece->count;
        *more = piece->count && *next < piece->total;
        return HART_OK;
}

static bool is_last(const sync_piece *piece)
{
        return piece->from + (int64_t)piece->count >= piece->total;
}

static void put_integer(hart_json_writer *writer, const char *key, int64_t value)
{
        hart_json_key(writer, key);
        hart_json_put_integer(writer, value);
}

static void put_pair(hart_json_writer *writer, int64_t component, int64_t sequence)
{
        hart_json_begin_array(writer);
        hart_json_put_integer(writer, component);
        hart_json_put_integer(writer, sequence);
        hart_json_end_array(writer);
}

static void begin_groups(hart_json_writer *writer, hart_buffer *parameters)
{
        hart_buffer_clear(parameters);
        *writer = (hart_json_writer){.out = parameters};
        hart_json_begin_object(writer);
        hart_json_key(writer, "groups");
        hart_json_begin_array(writer);
}

static void begin_group(hart_json_writer *writer, const sync_piece *piece, int64_t degree)
{
        hart_json_begin_object(writer);
        put_integer(writer, "tenantId", piece->tenant);
        put_integer(writer, "parent", piece->parent);
        put_integer(writer, "degree", degree);
        hart_json_key(writer, "rows");
        hart_json_begin_array(writer);
}

static void end_group(hart_json_writer *writer)
{
        hart_json_end_array(writer);
        hart_json_end_object(writer);
}

static void end_groups(hart_json_writer *writer)
{
        hart_json_end_array(writer);
        hart_json_end_object(writer);
}

/* --- the fast way ------------------------------------------------------------------------------------------------- */

/* As many components of as many pieces as fit into one request. Returns how many. */
static size_t fill_request(sync_delivery *delivery, hart_buffer *parameters)
{
        hart_json_writer writer;
        size_t room = (size_t)delivery->settings->batch_size, filled = 0;

        begin_groups(&writer, parameters);
        for (size_t i = 0; i < delivery->piece_count && room; i++) {
                sync_piece *piece = &delivery->pieces[i];
                const size_t left = piece->repair ? 0 : piece->count - piece->linked;
                piece->pending = left < room ? left : room;
                if (piece->pending == 0)
                        continue;
                begin_group(&writer, piece, piece->from + (int64_t)piece->linked);
                for (size_t n = piece->linked; n < piece->linked + piece->pending; n++)
                        put_pair(&writer, piece->components[n], piece->from + (int64_t)n);
                end_group(&writer);
                room -= piece->pending;
                filled += piece->pending;
        }
        end_groups(&writer);
        return filled;
}

static int64_t integer_at(const hart_graph_result *result, size_t row, size_t column)
{
        int64_t value = 0;

        (void)hart_json_integer(hart_graph_value(result, row, column), &value);
        return value;
}

/* Were all of the pending components added? A parent may have two pieces in one request: `degree` tells them apart. */
static bool was_added(const hart_graph_result *result, const sync_piece *piece)
{
        for (size_t row = 0; row < hart_graph_rows(result); row++)
                if (integer_at(result, row, 0) == piece->parent &&
                    integer_at(result, row, 1) == piece->from + (int64_t)piece->linked)
                        return integer_at(result, row, 2) == (int64_t)piece->pending;
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

/* --- the thorough way --------------------------------------------------------------------------------------------- */

/* What the graph has of a piece. */
typedef struct sync_comparison {
        int64_t degree;       /* components of the parent in all */
        unsigned char *right; /* for each component: is it there, once and where it belongs? */
        hart_buffer wrong;    /* JSON array of sequence indexes that have something else */
        size_t wrong_count, missing_count;
} sync_comparison;

static void comparison_done(sync_comparison *comparison)
{
        free(comparison->right);
        hart_buffer_done(&comparison->wrong);
}

static hart_code read_present(sync_delivery *delivery, const sync_piece *piece, hart_graph_result **ret,
                              hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer = {.out = &parameters};

        hart_json_begin_object(&writer);
        put_integer(&writer, "tenantId", piece->tenant);
        put_integer(&writer, "parent", piece->parent);
        put_integer(&writer, "from", piece->from);
        hart_json_key(&writer, "to");
        if (is_last(piece))
                hart_json_put_null(&writer); /* whatever lies beyond the end is wrong */
        else
                hart_json_put_integer(&writer, piece->from + (int64_t)piece->count);
        hart_json_end_object(&writer);
        const hart_code code = delivery_graph(delivery, cypher_read_components, &parameters, ret, err);
        return code == HART_OK && hart_graph_rows(*ret) != 1
                       ? hart_fail(err, HART_FAILED, "atom %" PRId64 " is not in the graph", piece->parent)
                       : code;
}

static void compare_present(const sync_piece *piece, const hart_json *present, sync_comparison *ret)
{
        hart_json_writer wrong = {.out = &ret->wrong};

        ret->right = hart_allocate(piece->count + 1);
        hart_json_begin_array(&wrong);
        for (size_t i = 0; i < hart_json_count(present); i++) {
                int64_t sequence = 0, component = 0;
                (void)hart_json_integer(hart_json_item(hart_json_item(present, i), 0), &sequence);
                (void)hart_json_integer(hart_json_item(hart_json_item(present, i), 1), &component);
                const size_t place = (size_t)(sequence - piece->from);
                if (place < piece->count && !ret->right[place] && piece->components[place] == component) {
                        ret->right[place] = 1;
                        continue;
                }
                hart_json_put_integer(&wrong, sequence);
                ret->wrong_count++;
        }
        hart_json_end_array(&wrong);
        for (size_t i = 0; i < piece->count; i++)
                ret->missing_count += !ret->right[i];
}

static hart_code remove_wrong(sync_delivery *delivery, const sync_piece *piece, const sync_comparison *found,
                              hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer = {.out = &parameters};

        hart_json_begin_object(&writer);
        put_integer(&writer, "tenantId", piece->tenant);
        put_integer(&writer, "parent", piece->parent);
        hart_json_key(&writer, "sequences");
        hart_json_put_raw(&writer, (const char *)found->wrong.data, found->wrong.size);
        hart_json_end_object(&writer);
        return delivery_graph(delivery, cypher_unlink_components, &parameters, NULL, err);
}

static hart_code add_missing(sync_delivery *delivery, const sync_piece *piece, const sync_comparison *found,
                             hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        const size_t batch = (size_t)delivery->settings->batch_size;
        int64_t degree = found->degree;
        size_t next = 0;
        hart_code code = HART_OK;

        while (code == HART_OK && next < piece->count) {
                hart_json_writer writer;
                size_t rows = 0;
                begin_groups(&writer, &parameters);
                begin_group(&writer, piece, degree);
                for (; next < piece->count && rows < batch; next++)
                        if (!found->right[next]) {
                                put_pair(&writer, piece->components[next], piece->from + (int64_t)next);
                                rows++;
                        }
                end_group(&writer);
                end_groups(&writer);
                if (rows)
                        code = delivery_graph(delivery, cypher_link_components, &parameters, NULL, err);
                degree += (int64_t)rows;
        }
        return code;
}

/* One look and what follows from it. *same: nothing had to be done. */
static hart_code repair_round(sync_delivery *delivery, const sync_piece *piece, bool *same, hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *present = NULL;
        HART_CLEANUP(comparison_done) sync_comparison found = {0};
        hart_code code = read_present(delivery, piece, &present, err);

        if (code != HART_OK)
                return code;
        found.degree = integer_at(present, 0, 0);
        compare_present(piece, hart_graph_value(present, 0, 1), &found);
        *same = found.wrong_count == 0 && found.missing_count == 0;
        if (found.wrong_count)
                return remove_wrong(delivery, piece, &found, err);
        return found.missing_count ? add_missing(delivery, piece, &found, err) : HART_OK;
}

static hart_code repair_piece(sync_delivery *delivery, const sync_piece *piece, hart_error *err)
{
        for (int round = 0; round <= ROUNDS; round++) {
                bool same = false;
                const hart_code code = repair_round(delivery, piece, &same, err);
                if (code != HART_OK || same)
                        return code;
        }
        return hart_fail(err, HART_FAILED,
                         "the components of atom %" PRId64 " from %" PRId64
                         " on cannot be made equal: is one of them missing?",
                         piece->parent, piece->from);
}

hart_code composition_write(sync_delivery *delivery, hart_error *err)
{
        hart_code code = link_pieces(delivery, err);

        for (size_t i = 0; code == HART_OK && i < delivery->piece_count; i++) {
                const sync_piece *piece = &delivery->pieces[i];
                if (piece->repair || piece->count == 0)
                        code = repair_piece(delivery, piece, err);
                delivery->rows += piece->count;
        }
        return code;
}
