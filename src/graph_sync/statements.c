/* One statement with many rows; in halves where Neo4j does not take them. */
#include <inttypes.h>

#include "delivery.h"

void write_put_rows(const hart_pg_result *states, size_t first, size_t count, hart_buffer *parameters)
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

hart_code write_halves(sync_delivery *delivery, const hart_graph_kind *kind, const char *statement,
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

        write_put_rows(states, first, count, &parameters);
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
