/* Steps of a walk as PostgreSQL knows them. */
#include "provenance_walk.h"
#include "walk.h"

/* Columns of walk_lineage.sql and walk_impact.sql. */
enum { ATOM, TYPE, NODE, ID, TIMES, KIND, TEXT, URI, DERIVATION, CONFIDENCE };

static hart_code find_atom(void *pg, int32_t tenant, int64_t atom, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, tenant);
        hart_pg_add_int8(&parameters, atom);
        const hart_code code = hart_pg_run(pg, &sql_walk_atom, &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        return code == HART_OK && hart_pg_rows(rows) == 0 ? HART_EMPTY : code;
}

static hart_provenance_step step_at(const hart_pg_result *rows, size_t row)
{
        hart_provenance_step step = {
                .atom = hart_pg_integer(rows, row, ATOM),
                .type = hart_pg_text(rows, row, TYPE, NULL),
                .node = hart_pg_text(rows, row, NODE, NULL),
                .id = hart_pg_integer(rows, row, ID),
                .count = hart_pg_integer(rows, row, TIMES),
                .kind = hart_pg_text(rows, row, KIND, NULL),
                .text = hart_pg_text(rows, row, TEXT, NULL),
                .uri = hart_pg_text(rows, row, URI, NULL),
                .derivation = hart_pg_text(rows, row, DERIVATION, NULL),
                .has_confidence = !hart_pg_is_null(rows, row, CONFIDENCE),
        };
        if (step.has_confidence)
                step.confidence = hart_pg_number(rows, row, CONFIDENCE);
        return step;
}

static hart_code step(void *pg, const hart_provenance_walk *walk, const int64_t *atoms, size_t count, size_t limit,
                      hart_provenance_visit_step *take, void *data, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, walk->tenant);
        hart_pg_add_int8_array(&parameters, atoms, count);
        hart_pg_add_int8(&parameters, (int64_t)limit);
        const hart_code code =
                hart_pg_run(pg, walk->direction == HART_PROVENANCE_LINEAGE ? &sql_walk_lineage : &sql_walk_impact,
                            &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(rows); row++) {
                const hart_provenance_step found = step_at(rows, row);
                take(&found, data);
        }
        return code;
}

hart_code hart_provenance_walk_database(hart_pg *pg, const hart_provenance_walk *walk,
                                        hart_provenance_visit_step *visit, void *data, bool *more, hart_error *err)
{
        const walk_side side = {pg, find_atom, step};
        return walk_levels(&side, walk, visit, data, more, err);
}
