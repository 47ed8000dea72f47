/* Everything is asked for again, kind by kind in the order of writing, tenant by tenant, in portions of ids. A portion
 * and the note of how far it goes are one transaction. */
#include <hartonomous/graph_check.h>

#include <stdio.h>
#include <string.h>

#include "graph_check_sql.h"

/* Ids of one message. A source brings its document's components along. */
enum { PORTION = 2000, SOURCES = 100 };

/* The last kind: atoms that are made of others and no source's document. */
static const char compositions[] = "Composition";

hart_code hart_graph_rebuild_read(hart_pg *pg, hart_graph_rebuild *ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        const hart_code code = hart_pg_run(pg, &sql_rebuild_read, NULL, &rows, err);

        if (code != HART_OK)
                return code;
        *ret = (hart_graph_rebuild){0};
        if (hart_pg_rows(rows) == 0)
                return HART_OK;
        snprintf(ret->kind, sizeof ret->kind, "%s", hart_pg_text(rows, 0, 0, NULL));
        ret->tenant = (int32_t)hart_pg_integer(rows, 0, 1);
        ret->after = hart_pg_integer(rows, 0, 2);
        ret->entities = hart_pg_integer(rows, 0, 3);
        ret->emptying = hart_pg_flag(rows, 0, 4);
        ret->begun = !hart_pg_flag(rows, 0, 5);
        return HART_OK;
}

hart_code hart_graph_rebuild_begin(hart_pg *pg, bool empty, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};

        hart_pg_add_text(&parameters, hart_graph_kinds[0].name);
        hart_pg_add_flag(&parameters, empty);
        return hart_pg_run(pg, &sql_rebuild_begin, &parameters, NULL, err);
}

hart_code hart_graph_rebuild_emptied(hart_pg *pg, hart_error *err)
{
        return hart_pg_run(pg, &sql_rebuild_emptied, NULL, NULL, err);
}

hart_code hart_graph_rebuild_lock(hart_pg *pg, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        const hart_code code = hart_pg_run(pg, &sql_rebuild_lock, NULL, &rows, err);

        if (code == HART_OK && !hart_pg_flag(rows, 0, 0))
                return hart_fail(err, HART_FAILED, "another rebuild of the graph is at work");
        return code;
}

static hart_code read_portion(hart_pg *pg, const hart_graph_rebuild *state, hart_pg_result **ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        const bool is_composition = strcmp(state->kind, compositions) == 0;

        if (!is_composition)
                hart_pg_add_text(&parameters, state->kind);
        hart_pg_add_int4(&parameters, state->tenant);
        hart_pg_add_int8(&parameters, state->after);
        hart_pg_add_int8(&parameters, strcmp(state->kind, "Source") == 0 ? SOURCES : PORTION);
        return hart_pg_run(pg, is_composition ? &sql_rebuild_compositions : hart_graph_range, &parameters, ret, err);
}

static hart_code ask(hart_pg *pg, const hart_graph_rebuild *state, const hart_pg_result *ids, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_buffer_done) hart_buffer body = {0};
        hart_json_writer writer = {.out = &body};

        hart_json_begin_object(&writer);
        hart_json_key(&writer, "EntityType");
        hart_json_put_text(&writer, state->kind);
        hart_json_key(&writer, "EntityIds");
        hart_json_begin_array(&writer);
        for (size_t row = 0; row < hart_pg_rows(ids); row++)
                hart_json_put_integer(&writer, hart_pg_integer(ids, row, 0));
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
        const hart_pg_bytes bytes = {body.data, body.size};
        hart_pg_add_jsonb_array(&parameters, &bytes, 1);
        hart_pg_add_int4(&parameters, HART_GRAPH_REBUILD_PRIORITY);
        return hart_pg_run(pg, &sql_check_ask, &parameters, NULL, err);
}

static hart_code note(hart_pg *pg, const hart_graph_rebuild *state, size_t count, bool ended, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};

        hart_pg_add_text(&parameters, state->kind);
        hart_pg_add_int4(&parameters, state->tenant);
        hart_pg_add_int8(&parameters, state->after);
        hart_pg_add_int8(&parameters, (int64_t)count);
        hart_pg_add_flag(&parameters, ended);
        return hart_pg_run(pg, &sql_rebuild_note, &parameters, NULL, err);
}

static bool is_without_tenant(const hart_graph_rebuild *state)
{
        const hart_graph_kind *kind = hart_graph_kind_named(state->kind);

        return kind && kind->without_tenant;
}

/* The kind behind this one; false behind the last. */
static bool next_kind(hart_graph_rebuild *state)
{
        const hart_graph_kind *kind = hart_graph_kind_named(state->kind);

        if (!kind)
                return false;
        size_t next = (size_t)(kind - hart_graph_kinds) + 1;
        /* Atoms come along with whatever leads to them; by themselves would come also those that are left out. */
        if (next < hart_graph_kind_count && strcmp(hart_graph_kinds[next].name, "Atom") == 0)
                next++;
        snprintf(state->kind, sizeof state->kind, "%s",
                 next < hart_graph_kind_count ? hart_graph_kinds[next].name : compositions);
        state->tenant = is_without_tenant(state) ? 0 : -1;
        state->after = 0;
        return true;
}

/* The tenant behind this one, of this kind or the next. HART_EMPTY: that was all. */
static hart_code next_place(hart_pg *pg, hart_graph_rebuild *state, hart_error *err)
{
        for (;;) {
                HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
                HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
                if (is_without_tenant(state)) {
                        if (!next_kind(state))
                                return HART_EMPTY;
                        if (is_without_tenant(state))
                                return HART_OK;
                        continue;
                }
                hart_pg_add_int4(&parameters, state->tenant);
                const hart_code code = hart_pg_run(pg, &sql_check_next_tenant, &parameters, &rows, err);
                if (code != HART_OK)
                        return code;
                if (hart_pg_rows(rows)) {
                        state->tenant = (int32_t)hart_pg_integer(rows, 0, 0);
                        state->after = 0;
                        return HART_OK;
                }
                if (!next_kind(state))
                        return HART_EMPTY;
                if (is_without_tenant(state))
                        return HART_OK;
        }
}

/* Goes on until there is something to ask for. */
static hart_code take_portion(hart_pg *pg, hart_graph_rebuild *state, hart_error *err)
{
        for (;;) {
                HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *ids = NULL;
                hart_code code = read_portion(pg, state, &ids, err);
                if (code != HART_OK)
                        return code;
                const size_t count = hart_pg_rows(ids);
                if (count) {
                        code = ask(pg, state, ids, err);
                        state->after = hart_pg_integer(ids, count - 1, 0);
                        state->entities += (int64_t)count;
                        return code == HART_OK ? note(pg, state, count, false, err) : code;
                }
                code = next_place(pg, state, err);
                if (code == HART_EMPTY) {
                        code = note(pg, state, 0, true, err);
                        state->begun = false;
                        return code == HART_OK ? HART_EMPTY : code;
                }
                if (code != HART_OK)
                        return code;
        }
}

hart_code hart_graph_rebuild_step(hart_pg *pg, hart_graph_rebuild *state, hart_error *err)
{
        hart_graph_rebuild next = *state;
        hart_code code = hart_pg_script(pg, "BEGIN", err);

        if (code != HART_OK)
                return code;
        code = take_portion(pg, &next, err);
        if (code < HART_OK) {
                (void)hart_pg_script(pg, "ROLLBACK", NULL);
                return code;
        }
        const hart_code committed = hart_pg_script(pg, "COMMIT", err);
        if (committed != HART_OK)
                return committed;
        *state = next;
        return code;
}
