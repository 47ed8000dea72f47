#include "rows.h"

static void add_cell(struct table *into, const hart_pg_result *rows, size_t row, int column)
{
        if (hart_pg_is_null(rows, row, column)) {
                table_null(into);
                return;
        }
        switch (into->columns[column].kind) {
        case TABLE_TEXT:
                table_text(into, hart_pg_text(rows, row, column, NULL));
                return;
        case TABLE_JSON:
                table_json(into, hart_pg_text(rows, row, column, NULL));
                return;
        case TABLE_INTEGER:
                table_integer(into, hart_pg_integer(rows, row, column));
                return;
        case TABLE_NUMBER:
        case TABLE_SECONDS:
                table_number(into, hart_pg_number(rows, row, column));
                return;
        case TABLE_FLAG:
                table_flag(into, hart_pg_flag(rows, row, column));
                return;
        }
}

hart_code rows_read(hart_pg *pg, const hart_pg_statement *statement, hart_pg_parameters *parameters, struct table *into,
                    hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_code code = hart_pg_run(pg, statement, parameters, &rows, err);
        if (parameters)
                hart_pg_parameters_done(parameters);
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(rows); row++)
                for (size_t column = 0; column < into->column_count; column++)
                        add_cell(into, rows, row, (int)column);
        return code;
}

void rows_add_optional(hart_pg_parameters *parameters, int64_t value)
{
        if (value > 0)
                hart_pg_add_int8(parameters, value);
        else
                hart_pg_add_null(parameters);
}
