#include "catalog_sql.h"
#include "parameters.h"

static hart_source source_at(const hart_pg_result *rows, size_t row)
{
        return (hart_source){
                .tenant = (int32_t)hart_pg_integer(rows, row, 0),
                .id = hart_pg_integer(rows, row, 1),
                .uri = hart_pg_text(rows, row, 2, NULL),
                .file_name = hart_pg_text(rows, row, 3, NULL),
                .content_type = hart_pg_text(rows, row, 4, NULL),
                .state = hart_pg_text(rows, row, 5, NULL),
                .failure = hart_pg_text(rows, row, 6, NULL),
                .hash = hart_pg_text(rows, row, 7, NULL),
                .atomizer = hart_pg_text(rows, row, 8, NULL),
                .unicode_version = hart_pg_text(rows, row, 9, NULL),
                .created_at = hart_pg_text(rows, row, 10, NULL),
                .completed_at = hart_pg_text(rows, row, 11, NULL),
                .size = hart_pg_integer(rows, row, 12),
                .root_atom = hart_pg_integer(rows, row, 13),
                .atomized = hart_pg_integer(rows, row, 14),
                .components = hart_pg_integer(rows, row, 15),
                .atomizer_version = (int)hart_pg_integer(rows, row, 16),
                .nodes = hart_pg_integer(rows, row, 17),
                .declared_content_type = hart_pg_text(rows, row, 18, NULL),
                .parent = hart_pg_integer(rows, row, 19),
                .relation = hart_pg_text(rows, row, 20, NULL),
                .depth = (int)hart_pg_integer(rows, row, 21),
                .problem = hart_pg_text(rows, row, 22, NULL),
                .metadata = hart_pg_text(rows, row, 23, NULL),
        };
}

struct listing {
        void (*visit)(const hart_source *source, void *data);
        void *data;
        size_t seen;
};

static hart_code visit_rows(const hart_pg_result *rows, void *data, hart_error *err)
{
        (void)err;
        struct listing *listing = data;
        for (size_t row = 0; row < hart_pg_rows(rows); row++) {
                hart_source source = source_at(rows, row);
                listing->visit(&source, listing->data);
        }
        listing->seen += hart_pg_rows(rows);
        return HART_OK;
}

static void add_optional(hart_pg_parameters *parameters, int64_t value)
{
        if (value)
                hart_pg_add_int8(parameters, value);
        else
                hart_pg_add_null(parameters);
}

hart_code hart_catalog_sources(hart_pg *pg, const hart_source_filter *filter,
                               void (*visit)(const hart_source *source, void *data), void *data, hart_error *err)
{
        struct listing listing = {.visit = visit, .data = data};
        hart_pg_parameters parameters = {0};
        add_tenant(&parameters, filter->tenant);
        hart_pg_add_text(&parameters, filter->state);
        add_optional(&parameters, filter->id);
        add_optional(&parameters, filter->limit);
        add_optional(&parameters, filter->parent);
        hart_pg_add_flag(&parameters, filter->problem);
        hart_code code = hart_pg_stream(pg, &sql_sources, &parameters, visit_rows, &listing, err);
        hart_pg_parameters_done(&parameters);
        if (code != HART_OK)
                return code;
        return listing.seen ? HART_OK : HART_EMPTY;
}
