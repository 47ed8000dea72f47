/* A piece whose parent had not exactly the components before it: both sides are compared and made equal. */
#include <inttypes.h>

#include "composition.h"
#include "graph_sync_cypher.h"

enum { ROUNDS = 3 };

static bool is_last(const sync_piece *piece)
{
        return piece->from + (int64_t)piece->count >= piece->total;
}

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

        groups_begin_parent(&writer, piece);
        hart_json_key(&writer, "from");
        hart_json_put_integer(&writer, piece->from);
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

        groups_begin_parent(&writer, piece);
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
                groups_begin(&writer, &parameters);
                groups_begin_one(&writer, piece, degree);
                for (; next < piece->count && rows < batch; next++)
                        if (!found->right[next]) {
                                groups_add(&writer, piece->components[next], piece->from + (int64_t)next);
                                rows++;
                        }
                groups_end_one(&writer);
                groups_end(&writer);
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
        found.degree = composition_integer(present, 0, 0);
        compare_present(piece, hart_graph_value(present, 0, 1), &found);
        *same = found.wrong_count == 0 && found.missing_count == 0;
        if (found.wrong_count)
                return remove_wrong(delivery, piece, &found, err);
        return found.missing_count ? add_missing(delivery, piece, &found, err) : HART_OK;
}

hart_code composition_repair(sync_delivery *delivery, const sync_piece *piece, hart_error *err)
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
