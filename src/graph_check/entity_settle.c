/* Entities that differed at first sight: what is in flight, what is wrong, and what is done about it. */
#include "entity_sides.h"

#include <string.h>

#include "graph_check_sql.h"

/* Ids that differ, by what can be done. */
typedef struct wrong_ids {
        check_ids missing, surplus, different;
} wrong_ids;

static void wrong_done(wrong_ids *wrong)
{
        ids_done(&wrong->missing);
        ids_done(&wrong->surplus);
        ids_done(&wrong->different);
}

static void sort_wrong(const two_sides *sides, int64_t id, wrong_ids *wrong)
{
        const bool there = sides_database_row(sides->database, id) != SIZE_MAX;
        const bool shown = sides_graph_rows(sides->graph, id, &(size_t){0}) > 0;

        ids_add(!there ? &wrong->surplus : shown ? &wrong->different : &wrong->missing, id);
}

/* Another tenant has that number: a message would name that tenant's. */
static hart_code find_elsewhere(const entity_scope *scope, const check_ids *surplus, check_ids *elsewhere,
                                hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;

        if (surplus->count == 0)
                return HART_OK;
        hart_pg_add_text(&parameters, scope->kind->name);
        hart_pg_add_int8_array(&parameters, surplus->item, surplus->count);
        const hart_code code = hart_pg_run(scope->run->options->pg, hart_graph_locate, &parameters, &rows, err);
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(rows); row++)
                ids_add(elsewhere, hart_pg_integer(rows, row, 1));
        return code;
}

static hart_code remedy_surplus(const entity_scope *scope, const check_ids *surplus, hart_error *err)
{
        HART_CLEANUP(ids_done) check_ids elsewhere = {0};
        const hart_graph_remedy remedy = scope->run->options->remedy;
        hart_code code = find_elsewhere(scope, surplus, &elsewhere, err);

        scope->run->result.unnamed += scope->known ? elsewhere.count : surplus->count;
        if (code == HART_OK && remedy >= HART_GRAPH_REMEDY_REMAKE)
                code = run_erase(scope->run, scope->kind->erase, surplus, err);
        else if (code == HART_OK && remedy >= HART_GRAPH_REMEDY_DELETE)
                code = run_erase(scope->run, scope->kind->erase, &elsewhere, err);
        if (code == HART_OK && remedy >= HART_GRAPH_REMEDY_ASK)
                code = run_ask(scope->run, scope->kind->name, surplus, err);
        return code;
}

static hart_code remedy(const entity_scope *scope, const wrong_ids *wrong, hart_error *err)
{
        const hart_graph_remedy remedy = scope->run->options->remedy;
        hart_code code = remedy_surplus(scope, &wrong->surplus, err);

        if (code == HART_OK && remedy >= HART_GRAPH_REMEDY_REMAKE)
                code = run_erase(scope->run, scope->kind->erase, &wrong->different, err);
        if (code == HART_OK && remedy >= HART_GRAPH_REMEDY_ASK)
                code = run_ask(scope->run, scope->kind->name, &wrong->missing, err);
        if (code == HART_OK && remedy >= HART_GRAPH_REMEDY_ASK)
                code = run_ask(scope->run, scope->kind->name, &wrong->different, err);
        return code;
}

static bool texts_equal(const hart_pg_result *one, const hart_pg_result *other, int64_t id)
{
        const size_t row = sides_database_row(one, id), row_after = sides_database_row(other, id);
        size_t size = 0, size_after = 0;

        if (row == SIZE_MAX || row_after == SIZE_MAX)
                return row == row_after;
        const char *text = hart_pg_text(one, row, 2, &size), *after = hart_pg_text(other, row_after, 2, &size_after);
        return size == size_after && memcmp(text, after, size) == 0;
}

/* In this order: a state that was there before the look at the queue, and after the look at the graph, and that no
 * message named in between, is one that the graph should have. */
static hart_code look_again(const entity_scope *scope, const check_ids *ids, two_sides *sides, hart_pg_result **before,
                            check_ids *unsettled, hart_error *err)
{
        const int64_t after = ids->item[0] == INT64_MIN ? INT64_MIN : ids->item[0] - 1, to = ids->item[ids->count - 1];
        hart_code code = sides_read_database(scope, ids, before, err);

        if (code == HART_OK)
                code = run_unsettled(scope->run, scope->kind->name, scope->tenant, ids, unsettled, err);
        if (code == HART_OK)
                code = sides_read_graph(scope, after, &to, sides, err);
        if (code == HART_OK)
                code = sides_read_links(scope, after, &to, sides, err);
        return code == HART_OK ? sides_read_database(scope, ids, &sides->database, err) : code;
}

/* A document of pictures may have text in it that nothing else has. */
static hart_code find_left_out(const entity_scope *scope, const check_ids *missing, check_ids *ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;

        if (!scope->is_atom || missing->count == 0)
                return HART_OK;
        hart_pg_add_int4(&parameters, scope->tenant);
        hart_pg_add_int8_array(&parameters, missing->item, missing->count);
        hart_pg_add_text(&parameters, scope->run->options->leave_out);
        const hart_code code = hart_pg_run(scope->run->options->pg, &sql_check_left_out_atoms, &parameters, &rows, err);
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(rows); row++)
                ids_add(ret, hart_pg_integer(rows, row, 0));
        return code;
}

static hart_code name_all(const entity_scope *scope, const two_sides *sides, const check_ids *different,
                          wrong_ids *wrong, hart_error *err)
{
        HART_CLEANUP(ids_done) check_ids missing = {0}, left_out = {0};

        for (size_t i = 0; i < different->count; i++)
                if (sides_graph_rows(sides->graph, different->item[i], &(size_t){0}) == 0)
                        ids_add(&missing, different->item[i]);
        const hart_code code = find_left_out(scope, &missing, &left_out, err);
        for (size_t i = 0; code == HART_OK && i < different->count; i++) {
                const int64_t id = different->item[i];
                if (ids_have(&left_out, id))
                        continue;
                sides_name(scope, sides, id);
                sort_wrong(sides, id, wrong);
        }
        return code;
}

/* *ids becomes those that are still in flight. */
static hart_code settle_round(const entity_scope *scope, check_ids *ids, wrong_ids *wrong, hart_error *err)
{
        HART_CLEANUP(sides_done) two_sides sides = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *before = NULL;
        HART_CLEANUP(ids_done) check_ids unsettled = {0}, different = {0};
        const hart_code code = look_again(scope, ids, &sides, &before, &unsettled, err);
        size_t kept = 0;

        for (size_t i = 0; code == HART_OK && i < ids->count; i++) {
                const int64_t id = ids->item[i];
                if (sides_agree(scope, &sides, id))
                        continue;
                if (ids_have(&unsettled, id) || !texts_equal(before, sides.database, id)) {
                        ids->item[kept++] = id;
                        continue;
                }
                ids_add(&different, id);
        }
        if (code != HART_OK)
                return code;
        ids->count = kept;
        return name_all(scope, &sides, &different, wrong, err);
}

hart_code entities_settle(const entity_scope *scope, check_ids *ids, hart_error *err)
{
        HART_CLEANUP(wrong_done) wrong_ids wrong = {0};
        hart_code code = HART_OK;

        for (int round = 0; code == HART_OK && ids->count && round < CHECK_ROUNDS; round++) {
                if (round)
                        run_pause(scope->run, round);
                code = settle_round(scope, ids, &wrong, err);
        }
        scope->run->result.in_flight += ids->count;
        return code == HART_OK ? remedy(scope, &wrong, err) : code;
}
