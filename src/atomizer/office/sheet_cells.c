/* sheet_cells: rows of a sheet. A cell is what a person reads: text, a number as it is written, a date. */
#include <stdio.h>
#include <string.h>

#include "flow.h"
#include "part.h"
#include "workbook.h"

#define COLUMNS_MAX 16384
#define ROW_MAX     ((size_t)8 << 20)

struct cells {
        struct workbook *workbook;
        struct sheet *sheet;
        hart_buffer row, value;
        size_t column, written; /* of the cell in hand, from 0; how many tabs are in row */
        uint64_t style;
        char type[12];
        bool in_value, too_long;
};

static hart_code on_row(void *data, struct part *part, hart_error *err)
{
        struct cells *cells = data;
        (void)part, (void)err;
        hart_buffer_clear(&cells->row);
        cells->column = SIZE_MAX; /* the next one is the first */
        cells->written = 0;
        return HART_OK;
}

/* "AB12" is column 27; otherwise it is the one behind the last. */
static size_t column_of(const char *reference, size_t last)
{
        size_t column = 0;
        for (; reference != NULL && *reference >= 'A' && *reference <= 'Z' && column <= COLUMNS_MAX; reference++)
                column = column * 26 + (size_t)(*reference - 'A') + 1;
        return column > 0 && column <= COLUMNS_MAX ? column - 1 : last + 1;
}

static hart_code on_cell(void *data, struct part *part, hart_error *err)
{
        struct cells *cells = data;
        HART_CLEANUP(hart_free_p) char *reference = part_attribute(part, "r");
        HART_CLEANUP(hart_free_p) char *type = part_attribute(part, "t");
        (void)err;
        cells->column = column_of(reference, cells->column);
        cells->style = part_number(part, "s", UINT32_MAX, UINT64_MAX);
        (void)snprintf(cells->type, sizeof cells->type, "%s", type != NULL ? type : "n");
        hart_buffer_clear(&cells->value);
        return HART_OK;
}

static hart_code on_value(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        ((struct cells *)data)->in_value = true;
        return HART_OK;
}

static hart_code on_value_end(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        ((struct cells *)data)->in_value = false;
        return HART_OK;
}

static hart_code on_formula(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        ((struct cells *)data)->sheet->formulas++;
        return HART_OK;
}

static hart_code on_passed_over(void *data, struct part *part, hart_error *err)
{
        (void)data, (void)err;
        part->skip = true;
        return HART_OK;
}

static void on_text(void *data, const char *text, size_t size)
{
        struct cells *cells = data;
        if (!cells->in_value)
                return;
        if (cells->row.size + cells->value.size + size > ROW_MAX)
                cells->too_long = true;
        else
                hart_buffer_append(&cells->value, text, size);
}

static void put_shared(struct cells *cells, const char *number)
{
        size_t size = 0;
        char *end = NULL;
        unsigned long long index = strtoull(number, &end, 10);
        const char *text = *end == '\0' && *number != '-' ? sheet_string(&cells->workbook->values, index, &size) : NULL;
        if (text == NULL)
                hart_buffer_text(&cells->row, "#REF!"); /* as programs show what is not there */
        else if (cells->row.size + size <= ROW_MAX)
                flow_words(&cells->row, (const unsigned char *)text, size);
        else
                cells->too_long = true;
}

static hart_code on_cell_end(void *data, struct part *part, hart_error *err)
{
        struct cells *cells = data;
        (void)part;
        if (cells->value.size == 0 || cells->column >= COLUMNS_MAX)
                return HART_OK;
        const char *value = (const char *)cells->value.data;
        size_t tabs = cells->column > cells->written ? cells->column - cells->written : cells->row.size > 0;
        hart_code code = package_charge(cells->workbook->package, tabs, err);
        if (code != HART_OK)
                return code;
        for (; tabs > 0 && cells->row.size < ROW_MAX; tabs--)
                hart_buffer_byte(&cells->row, '\t');
        cells->written = cells->column > cells->written ? cells->column : cells->written;
        if (cells->column + 1 > cells->sheet->columns)
                cells->sheet->columns = cells->column + 1;
        if (strcmp(cells->type, "s") == 0)
                put_shared(cells, value);
        else if (strcmp(cells->type, "b") == 0)
                hart_buffer_text(&cells->row, strcmp(value, "0") == 0 ? "FALSE" : "TRUE");
        else if (strcmp(cells->type, "n") == 0)
                sheet_put_number(&cells->workbook->values, cells->style, value, &cells->row);
        else
                flow_words(&cells->row, cells->value.data, cells->value.size);
        return HART_OK;
}

static hart_code on_row_end(void *data, struct part *part, hart_error *err)
{
        struct cells *cells = data;
        (void)part;
        if (cells->row.size == 0)
                return HART_OK;
        cells->sheet->rows++;
        hart_emitter *emitter = cells->workbook->package->emitter;
        hart_code code = emit_content(emitter, OFFICE_ROW, cells->row.data, cells->row.size, err);
        emit_gap(emitter, "\n", 1);
        return code;
}

hart_code sheet_read_cells(struct workbook *workbook, struct sheet *sheet, const char *part, hart_error *err)
{
        static const struct part_rule rules[] = {
                {"row", on_row, on_row_end},
                {"c", on_cell, on_cell_end},
                {"v", on_value, on_value_end},
                {"t", on_value, on_value_end}, /* in "is": text that stands in its cell */
                {"f", on_formula, NULL},
                {"rPh", on_passed_over, NULL},
                {"extLst", on_passed_over, NULL},
                {0},
        };
        struct cells cells = {.workbook = workbook, .sheet = sheet};
        hart_code code = part_walk(workbook->package, part, PART_NEEDED, rules, on_text, &cells, err);
        if (code == HART_OK && cells.too_long)
                code = emit_problem(workbook->package->emitter, err,
                                    "%s: a row over %zu MiB: the rest of it is not read", part, ROW_MAX >> 20);
        hart_buffer_done(&cells.row);
        hart_buffer_done(&cells.value);
        return code;
}
