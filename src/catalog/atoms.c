#include "catalog_sql.h"
#include "parameters.h"

static hart_atom atom_at(const hart_pg_result *rows, size_t row)
{
        hart_atom atom = {
                .tenant = (int32_t)hart_pg_integer(rows, row, 0),
                .id = hart_pg_integer(rows, row, 1),
                .modality = hart_pg_text(rows, row, 2, NULL),
                .subtype = hart_pg_text(rows, row, 3, NULL),
                .content_type = hart_pg_text(rows, row, 4, NULL),
                .hash = hart_pg_text(rows, row, 5, NULL),
                .metadata = hart_pg_text(rows, row, 7, NULL),
                .created_at = hart_pg_text(rows, row, 8, NULL),
                .models = hart_pg_text(rows, row, 9, NULL),
                .size = hart_pg_integer(rows, row, 11),
                .components = hart_pg_integer(rows, row, 12),
                .sources = hart_pg_integer(rows, row, 13),
        };
        if (!hart_pg_is_null(rows, row, 6))
                atom.text = hart_pg_text(rows, row, 6, &atom.text_size);
        atom.value = hart_pg_bytea(rows, row, 10, &atom.value_size);
        return atom;
}

hart_code hart_catalog_atom(hart_pg *pg, int32_t tenant, int64_t id, void (*visit)(const hart_atom *atom, void *data),
                            void *data, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        add_tenant(&parameters, tenant);
        hart_pg_add_int8(&parameters, id);
        hart_code code = hart_pg_run(pg, &sql_atom, &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        if (code != HART_OK)
                return code;
        if (hart_pg_rows(rows) == 0)
                return HART_EMPTY;
        hart_atom atom = atom_at(rows, 0);
        visit(&atom, data);
        return HART_OK;
}

hart_code hart_catalog_atoms_by_hash(hart_pg *pg, int32_t tenant, const unsigned char hash[HART_SHA256_SIZE],
                                     void (*visit)(const hart_atom *atom, void *data), void *data, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        add_tenant(&parameters, tenant);
        hart_pg_add_bytes(&parameters, hash, HART_SHA256_SIZE);
        hart_code code = hart_pg_run(pg, &sql_atoms_by_hash, &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        if (code == HART_OK && hart_pg_rows(rows) == 0)
                return HART_EMPTY;
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(rows); row++)
                code = hart_catalog_atom(pg, (int32_t)hart_pg_integer(rows, row, 0), hart_pg_integer(rows, row, 1),
                                         visit, data, err);
        return code;
}
