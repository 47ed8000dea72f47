#include "table.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define JSON_COLUMNS 60

static table_cell *new_cell(struct table *into)
{
        if (into->cell_count == into->capacity) {
                into->capacity = into->capacity ? into->capacity * 2 : 64;
                into->cells = hart_reallocate_array(into->cells, into->capacity, sizeof into->cells[0]);
        }
        table_cell *cell = &into->cells[into->cell_count++];
        *cell = (table_cell){0};
        return cell;
}

static void expect(const struct table *into, table_kind kind)
{
        const table_kind next = into->columns[into->cell_count % into->column_count].kind;
        assert(next == kind || (next == TABLE_SECONDS && kind == TABLE_NUMBER));
        (void)next, (void)kind;
}

void table_null(struct table *into)
{
        new_cell(into)->null = true;
}

void table_text_n(struct table *into, const char *text, size_t size)
{
        expect(into, TABLE_TEXT);
        table_cell *cell = new_cell(into);
        cell->text = hart_duplicate_n(text, size);
        cell->size = size;
}

void table_text(struct table *into, const char *text)
{
        if (text && *text)
                table_text_n(into, text, strlen(text));
        else
                table_null(into);
}

void table_json(struct table *into, const char *text)
{
        expect(into, TABLE_JSON);
        table_cell *cell = new_cell(into);
        cell->null = !text;
        cell->size = text ? strlen(text) : 0;
        cell->text = text ? hart_duplicate_n(text, cell->size) : NULL;
}

void table_integer(struct table *into, int64_t value)
{
        expect(into, TABLE_INTEGER);
        new_cell(into)->integer = value;
}

void table_integer_or_null(struct table *into, int64_t value)
{
        if (value < 0)
                table_null(into);
        else
                table_integer(into, value);
}

void table_number(struct table *into, double value)
{
        expect(into, TABLE_NUMBER);
        new_cell(into)->number = value;
}

void table_flag(struct table *into, bool value)
{
        expect(into, TABLE_FLAG);
        new_cell(into)->integer = value;
}

void table_done(struct table *table)
{
        for (size_t i = 0; i < table->cell_count; i++)
                free(table->cells[i].text);
        free(table->cells);
        table->cells = NULL;
        table->cell_count = table->capacity = 0;
}

size_t table_rows(const struct table *of)
{
        return of->cell_count / of->column_count;
}

/* For people; JSON takes at most `limit` columns (0: any number). free() */
static char *cell_text(const table_column *column, const table_cell *cell, size_t limit)
{
        if (cell->null)
                return hart_duplicate("-");
        switch (column->kind) {
        case TABLE_TEXT:
                return one_line(cell->text, cell->size, 0);
        case TABLE_INTEGER:
                return hart_format("%" PRId64, cell->integer);
        case TABLE_NUMBER:
                return hart_format("%.4f", cell->number);
        case TABLE_SECONDS:
                return hart_format("%.1f", cell->number);
        case TABLE_FLAG:
                return hart_duplicate(cell->integer ? "yes" : "no");
        case TABLE_JSON:
                return one_line(cell->text, cell->size, limit);
        }
        return hart_duplicate("");
}

struct layout {
        char **texts; /* title row first */
        size_t *widths;
        size_t last; /* the last column that people see */
};

static void lay_out(const struct table *of, struct layout *layout)
{
        size_t lines = table_rows(of) + 1;
        layout->texts = hart_allocate_array(lines * of->column_count, sizeof layout->texts[0]);
        layout->widths = hart_allocate_array(of->column_count, sizeof layout->widths[0]);
        for (size_t column = 0; column < of->column_count; column++) {
                if (!of->columns[column].title)
                        continue;
                layout->last = column;
                for (size_t line = 0; line < lines; line++) {
                        size_t at = line * of->column_count + column;
                        layout->texts[at] = line == 0 ? hart_duplicate(of->columns[column].title)
                                                      : cell_text(&of->columns[column],
                                                                  &of->cells[at - of->column_count], JSON_COLUMNS);
                        size_t width = text_width(layout->texts[at]);
                        if (width > layout->widths[column])
                                layout->widths[column] = width;
                }
        }
}

static bool is_number(table_kind kind)
{
        return kind == TABLE_INTEGER || kind == TABLE_NUMBER || kind == TABLE_SECONDS;
}

static void print_field(const struct layout *layout, size_t column, bool right, const char *text, FILE *out)
{
        int padding = (int)(layout->widths[column] - text_width(text));
        if (right)
                fprintf(out, "%*s", padding, "");
        fputs(text, out);
        if (column != layout->last)
                fprintf(out, "%*s", 2 + (right ? 0 : padding), "");
}

void table_print(const struct table *of, FILE *out)
{
        if (table_rows(of) == 0)
                return;
        struct layout layout = {0};
        lay_out(of, &layout);
        for (size_t line = 0; line <= table_rows(of); line++) {
                for (size_t column = 0; column < of->column_count; column++) {
                        const char *text = layout.texts[line * of->column_count + column];
                        if (text)
                                print_field(&layout, column, is_number(of->columns[column].kind), text, out);
                }
                fputc('\n', out);
        }
        for (size_t i = 0; i < (table_rows(of) + 1) * of->column_count; i++)
                free(layout.texts[i]);
        free(layout.texts);
        free(layout.widths);
}

void table_print_record(const struct table *of, size_t row, FILE *out)
{
        size_t widest = 0;
        for (size_t column = 0; column < of->column_count; column++) {
                size_t width = of->columns[column].title ? text_width(of->columns[column].title) : 0;
                widest = width > widest ? width : widest;
        }
        for (size_t column = 0; column < of->column_count; column++) {
                if (!of->columns[column].title)
                        continue;
                HART_CLEANUP(hart_free_p)
                char *text = cell_text(&of->columns[column], &of->cells[row * of->column_count + column], 0);
                fprintf(out, "%*s  %s\n", (int)widest, of->columns[column].title, text);
        }
}

static void write_cell(const table_column *column, const table_cell *cell, hart_json_writer *writer)
{
        if (cell->null) {
                hart_json_put_null(writer);
                return;
        }
        switch (column->kind) {
        case TABLE_TEXT:
                hart_json_put_text_n(writer, cell->text, cell->size);
                return;
        case TABLE_INTEGER:
                hart_json_put_integer(writer, cell->integer);
                return;
        case TABLE_NUMBER:
        case TABLE_SECONDS:
                hart_json_put_number(writer, cell->number);
                return;
        case TABLE_FLAG:
                hart_json_put_flag(writer, cell->integer != 0);
                return;
        case TABLE_JSON:
                hart_json_put_raw(writer, cell->text, cell->size);
                return;
        }
}

void table_write_json_members(const struct table *of, size_t row, hart_json_writer *writer)
{
        for (size_t column = 0; column < of->column_count; column++) {
                if (!of->columns[column].key)
                        continue;
                hart_json_key(writer, of->columns[column].key);
                write_cell(&of->columns[column], &of->cells[row * of->column_count + column], writer);
        }
}

void table_write_json_row(const struct table *of, size_t row, hart_json_writer *writer)
{
        hart_json_begin_object(writer);
        table_write_json_members(of, row, writer);
        hart_json_end_object(writer);
}

void table_write_json(const struct table *of, hart_json_writer *writer)
{
        hart_json_begin_array(writer);
        for (size_t row = 0; row < table_rows(of); row++)
                table_write_json_row(of, row, writer);
        hart_json_end_array(writer);
}

void json_show(const hart_buffer *json)
{
        fwrite(json->data, 1, json->size, stdout);
        putchar('\n');
}

void table_show(const struct table *of, bool json)
{
        if (!json) {
                table_print(of, stdout);
                return;
        }
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        table_write_json(of, &writer);
        json_show(&out);
}

void table_show_record(const struct table *of, bool json)
{
        if (!json) {
                table_print_record(of, 0, stdout);
                return;
        }
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        table_write_json_row(of, 0, &writer);
        json_show(&out);
}
