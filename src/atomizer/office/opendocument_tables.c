/* opendocument_tables: tables and sheets, whose rows and cells may say how often they are repeated. */
#include <string.h>

#include "opendocument.h"

#define REPEATED_MAX  16384 /* columns */
#define ROWS_MAX      1048576
#define DESCRIBED_MAX 200

hart_code opendocument_on_spreadsheet(void *data, struct part *part, hart_error *err)
{
        struct opendocument *content = data;
        (void)part, (void)err;
        content->sheets = true;
        return HART_OK;
}

static void describe_sheet(struct opendocument *content)
{
        if (!content->sheets || content->sheet_name == NULL || content->sheet_count++ >= DESCRIBED_MAX)
                return;
        hart_json_begin_object(&content->writer);
        hart_json_key(&content->writer, "name");
        hart_json_put_text_n(&content->writer, content->sheet_name, strnlen(content->sheet_name, 100));
        hart_json_key(&content->writer, "rows");
        hart_json_put_integer(&content->writer, (int64_t)content->flow.rows);
        hart_json_end_object(&content->writer);
}

hart_code opendocument_on_table(void *data, struct part *part, hart_error *err)
{
        struct opendocument *content = data;
        HART_CLEANUP(hart_free_p) char *name = part_attribute(part, "name");
        if (content->open_notes > 0)
                return HART_OK;
        hart_code code = flow_table(&content->flow, content->sheets ? "sheet" : "table", name, err);
        if (content->flow.tables == 1) {
                free(content->sheet_name);
                content->sheet_name = HART_TAKE(name);
                content->flow.rows = 0;
        }
        return code;
}

hart_code opendocument_on_table_end(void *data, struct part *part, hart_error *err)
{
        struct opendocument *content = data;
        (void)part;
        if (content->open_notes > 0 || content->flow.tables == 0)
                return HART_OK;
        hart_code code = flow_table_end(&content->flow, err);
        if (content->flow.tables == 0)
                describe_sheet(content);
        return code;
}

hart_code opendocument_on_row(void *data, struct part *part, hart_error *err)
{
        struct opendocument *content = data;
        (void)err;
        if (content->flow.tables == 1)
                content->row_repeats = part_number(part, "number-rows-repeated", ROWS_MAX, 1);
        return HART_OK;
}

/* Rows that say the same are written once in the file. */
hart_code opendocument_on_row_end(void *data, struct part *part, hart_error *err)
{
        struct opendocument *content = data;
        struct flow *flow = &content->flow;
        HART_CLEANUP(hart_buffer_done) hart_buffer row = {0};
        (void)part;
        if (content->open_notes > 0 || flow->tables != 1)
                return HART_OK;
        if (content->row_repeats > 1 && flow->row.size > 0)
                hart_buffer_append(&row, flow->row.data, flow->row.size);
        hart_code code = flow_row_end(flow, err);
        for (uint64_t i = 1; code == HART_OK && row.size > 0 && i < content->row_repeats; i++) {
                code = package_charge(content->package, row.size, err);
                hart_buffer_append(&flow->row, row.data, row.size);
                if (code == HART_OK)
                        code = flow_row_end(flow, err);
        }
        return code;
}

hart_code opendocument_on_cell(void *data, struct part *part, hart_error *err)
{
        struct opendocument *content = data;
        (void)err;
        if (content->open_notes > 0 || content->flow.tables != 1)
                return HART_OK;
        content->cell_repeats = part_number(part, "number-columns-repeated", REPEATED_MAX, 1);
        static const char *const values[] = {"value", "date-value"};
        for (size_t i = 0; content->sheets && i < sizeof values / sizeof *values && !content->valued; i++) {
                HART_CLEANUP(hart_free_p) char *value = part_attribute(part, values[i]);
                content->valued = value != NULL && *value != '\0';
                if (content->valued)
                        flow_text(&content->flow, value, strlen(value));
        }
        return HART_OK;
}

hart_code opendocument_on_cell_end(void *data, struct part *part, hart_error *err)
{
        struct opendocument *content = data;
        struct flow *flow = &content->flow;
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        (void)part;
        if (content->open_notes > 0 || flow->tables != 1)
                return HART_OK;
        content->valued = false;
        hart_code code = flow_paragraph(flow, 0, err);
        if (flow->gaps == 0 && content->cell_repeats > 1 && flow->row.size > flow->cell)
                hart_buffer_append(&text, flow->row.data + flow->cell, flow->row.size - flow->cell);
        flow_cell_end(flow);
        for (uint64_t i = 1; code == HART_OK && i < content->cell_repeats; i++) {
                if (text.size > 0) {
                        flow_text(flow, (const char *)text.data, text.size);
                        code = package_charge(content->package, text.size, err);
                }
                flow_cell_end(flow);
        }
        if (code == HART_OK && flow->tabs > content->tabs_charged)
                code = package_charge(content->package, flow->tabs - content->tabs_charged, err);
        content->tabs_charged = flow->tabs;
        content->cell_repeats = 1;
        return code;
}
