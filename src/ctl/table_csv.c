/* A table as comma-separated values (RFC 4180), a line feed behind each row. */
#include <inttypes.h>
#include <string.h>

#include "table.h"

static void put_text(const char *text, size_t size, hart_buffer *out)
{
        hart_buffer_byte(out, '"');
        for (size_t i = 0; i < size; i++) {
                if (text[i] == '"')
                        hart_buffer_byte(out, '"');
                hart_buffer_byte(out, (unsigned char)text[i]);
        }
        hart_buffer_byte(out, '"');
}

/* Null is nothing, an empty text is "". */
static void put_cell(const table_column *column, const table_cell *cell, hart_buffer *out)
{
        hart_json_writer writer = {.out = out};
        if (cell->null)
                return;
        switch (column->kind) {
        case TABLE_TEXT:
        case TABLE_JSON:
                put_text(cell->text, cell->size, out);
                return;
        case TABLE_INTEGER:
                hart_buffer_format(out, "%" PRId64, cell->integer);
                return;
        case TABLE_NUMBER:
        case TABLE_SECONDS:
                hart_json_put_number(&writer, cell->number);
                return;
        case TABLE_FLAG:
                hart_buffer_text(out, cell->integer ? "true" : "false");
                return;
        }
}

void table_write_csv(const struct table *of, hart_buffer *out)
{
        for (size_t line = 0; line <= table_rows(of); line++) {
                const char *comma = "";
                for (size_t column = 0; column < of->column_count; column++) {
                        const char *key = of->columns[column].key;
                        if (!key)
                                continue;
                        hart_buffer_text(out, comma);
                        comma = ",";
                        if (line == 0)
                                hart_buffer_text(out, key);
                        else
                                put_cell(&of->columns[column], &of->cells[(line - 1) * of->column_count + column], out);
                }
                hart_buffer_byte(out, '\n');
        }
}
