#include "catalog_sql.h"
#include "parameters.h"

static hart_lineage_row lineage_at(const hart_pg_result *rows, size_t row)
{
        return (hart_lineage_row){
                .depth = (int)hart_pg_integer(rows, row, 0),
                .from = hart_pg_integer(rows, row, 1),
                .type = hart_pg_text(rows, row, 2, NULL),
                .id = hart_pg_integer(rows, row, 3),
                .what = hart_pg_text(rows, row, 4, NULL),
                .text = hart_pg_text(rows, row, 5, NULL),
                .uri = hart_pg_text(rows, row, 6, NULL),
                .derivation = hart_pg_text(rows, row, 7, NULL),
                .confidence = hart_pg_number(rows, row, 8),
        };
}

static void note_tenant(const hart_atom *atom, void *data)
{
        int32_t *tenant = data;
        *tenant = atom->tenant;
}

hart_code hart_catalog_lineage(hart_pg *pg, int32_t tenant, int64_t atom, int depth, size_t rows_wanted,
                               void (*visit)(const hart_lineage_row *row, void *data), void *data, bool *more,
                               hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_code code = hart_catalog_atom(pg, tenant, atom, note_tenant, &tenant, err);
        if (code != HART_OK)
                return code;
        hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, tenant);
        hart_pg_add_int8(&parameters, atom);
        hart_pg_add_int4(&parameters, depth);
        hart_pg_add_int8(&parameters, (int64_t)rows_wanted + 1);
        code = hart_pg_run(pg, &sql_lineage, &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        if (code != HART_OK)
                return code;
        for (size_t row = 0; row < hart_pg_rows(rows) && row < rows_wanted; row++) {
                hart_lineage_row step = lineage_at(rows, row);
                visit(&step, data);
        }
        if (more)
                *more = hart_pg_rows(rows) > rows_wanted;
        return HART_OK;
}
