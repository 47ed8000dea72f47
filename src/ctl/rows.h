/* Private to hartonomousctl: a statement's answer as a table. */
#ifndef CTL_ROWS_H
#define CTL_ROWS_H

#include <hartonomous/postgres.h>

#include "table.h"

/* The columns of the answer are those of the table, in their order: text for TABLE_TEXT and TABLE_JSON, an integer of
 * any size, float8 for TABLE_NUMBER and TABLE_SECONDS, boolean. `parameters` may be NULL; they are done with
 * afterwards. */
hart_code rows_read(hart_pg *pg, const hart_pg_statement *statement, hart_pg_parameters *parameters, struct table *into,
                    hart_error *err);

#define ROWS_TABLE(of)                                                                                                 \
        {                                                                                                              \
                .columns = (of), .column_count = sizeof(of) / sizeof(of)[0]                                            \
        }

/* A positive number, or null. */
void rows_add_optional(hart_pg_parameters *parameters, int64_t value);

#endif
