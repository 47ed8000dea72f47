/* Components that stay out of the graph and are there all the same: atoms that nothing leads to. Sync writes atoms
 * before what leads to them, so they are looked at again, too. */
#include "run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "graph_check_cypher.h"

enum { ATOMS = 1000 };

static void put_modalities(hart_json_writer *writer, const char *word)
{
        hart_json_key(writer, "modalities");
        if (strcmp(word, "*") == 0) {
                hart_json_put_null(writer);
                return;
        }
        hart_json_begin_array(writer);
        for (word += strspn(word, " "); *word; word += strspn(word, " ")) {
                const size_t length = strcspn(word, " ");
                hart_json_put_text_n(writer, word, length);
                word += length;
        }
        hart_json_end_array(writer);
}

/* `ids` NULL: any. */
static hart_code find(check_run *run, int32_t tenant, const check_ids *ids, bool deletes, hart_graph_result **ret,
                      hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer;

        range_begin(&writer, &parameters, tenant, 0, NULL, ATOMS);
        put_modalities(&writer, run->options->leave_out);
        hart_json_key(&writer, "delete");
        hart_json_put_flag(&writer, deletes);
        hart_json_key(&writer, "ids");
        if (ids) {
                hart_json_begin_array(&writer);
                for (size_t i = 0; i < ids->count; i++)
                        hart_json_put_integer(&writer, ids->item[i]);
                hart_json_end_array(&writer);
        } else {
                hart_json_put_null(&writer);
        }
        hart_json_end_object(&writer);
        return hart_graph_run(run->options->graph, cypher_check_left_out, &parameters, ret, err);
}

static hart_code look_again(check_run *run, int32_t tenant, check_ids *ids, hart_error *err)
{
        HART_CLEANUP(ids_done) check_ids unsettled = {0};
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *again = NULL;
        hart_code code = run_unsettled(run, "Atom", tenant, ids, &unsettled, err);

        if (code == HART_OK)
                code = find(run, tenant, ids, false, &again, err);
        ids->count = 0;
        for (size_t row = 0; code == HART_OK && row < hart_graph_rows(again); row++) {
                const int64_t id = cell_integer(again, row, 0);
                if (ids_have(&unsettled, id))
                        run->result.in_flight++;
                else
                        ids_add(ids, id);
        }
        return code;
}

static hart_code name_and_delete(check_run *run, int32_t tenant, const check_ids *ids, hart_error *err)
{
        const bool deletes = run->options->remedy >= HART_GRAPH_REMEDY_DELETE;
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *found = NULL;
        const hart_code code = find(run, tenant, ids, deletes, &found, err);

        for (size_t row = 0; code == HART_OK && row < hart_graph_rows(found); row++) {
                char key[24];
                const char *type = hart_json_text(hart_graph_value(found, row, 1), NULL);
                snprintf(key, sizeof key, "%" PRId64, cell_integer(found, row, 0));
                run_found_text(run, "surplus", "Atom", tenant, key, "", "left out", type ? type : "");
                run->result.unnamed++;
                run->result.deleted += deletes;
        }
        return code;
}

/* *more: there may be others. */
static hart_code check_some(check_run *run, int32_t tenant, bool *more, hart_error *err)
{
        HART_CLEANUP(ids_done) check_ids ids = {0};
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *found = NULL;
        hart_code code = find(run, tenant, NULL, false, &found, err);

        for (size_t row = 0; code == HART_OK && row < hart_graph_rows(found); row++)
                ids_add(&ids, cell_integer(found, row, 0));
        if (code != HART_OK || ids.count == 0)
                return code;
        run_pause(run, 1);
        code = look_again(run, tenant, &ids, err);
        *more = hart_graph_rows(found) == ATOMS && ids.count;
        return code == HART_OK && ids.count ? name_and_delete(run, tenant, &ids, err) : code;
}

hart_code check_left_out(check_run *run, int32_t tenant, hart_error *err)
{
        hart_code code = HART_OK;
        bool more = true;

        while (code == HART_OK && more) {
                more = false;
                code = check_some(run, tenant, &more, err);
                more = more && run->options->remedy >= HART_GRAPH_REMEDY_DELETE;
        }
        return code;
}
