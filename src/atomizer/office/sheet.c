/* sheet: SpreadsheetML (ECMA-376, part 1, chapter 18) and OpenDocument spreadsheets. A row is one component with a tab
 * between two cells; cells are what a person reads: text, numbers as they are written, dates. */
#include <stdio.h>
#include <string.h>

#include <hartonomous/json.h>

#include "../strategies.h"
#include "flow.h"
#include "office.h"
#include "part.h"
#include "relations.h"
#include "shapes.h"
#include "sheet_values.h"

#define SHEETS_MAX  1000
#define COLUMNS_MAX 16384
#define ROW_MAX     ((size_t)8 << 20)
/* Sizes of so many sheets are in the description; all are read. */
#define DESCRIBED_MAX 200

static const char *const content_types[] = {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
        "application/vnd.ms-excel.sheet.macroenabled.12",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet-template",
        NULL,
};

/* --- the workbook --- */

struct sheet {
        char *name, *id;
        bool hidden;
        size_t rows, columns, formulas; /* counted */
};

struct workbook {
        struct package *package;
        struct sheet *sheets;
        size_t count;
        struct sheet_values values;
};

static hart_code on_workbook_properties(void *data, struct part *part, hart_error *err)
{
        (void)err;
        ((struct workbook *)data)->values.from_1904 = part_flag(part, "date1904");
        return HART_OK;
}

static hart_code on_sheet(void *data, struct part *part, hart_error *err)
{
        struct workbook *workbook = data;
        HART_CLEANUP(hart_free_p) char *state = part_attribute(part, "state");
        if (workbook->count == SHEETS_MAX)
                return emit_problem(workbook->package->emitter, err, "more than %d sheets: the rest is not read",
                                    SHEETS_MAX);
        workbook->sheets[workbook->count++] = (struct sheet){
                .name = part_attribute(part, "name"),
                .id = part_relation_attribute(part, "id"),
                .hidden = state != NULL && strcmp(state, "visible") != 0,
        };
        return HART_OK;
}

/* --- a sheet --- */

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

static hart_code read_cells(struct workbook *workbook, struct sheet *sheet, const char *part, hart_error *err)
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

/* Remarks on cells, and text in what is drawn on the sheet. */
static hart_code read_beside(struct workbook *workbook, const char *part, hart_error *err)
{
        static const struct {
                const char *type, *kind;
        } rows[] = {{"comments", "comments"}, {"drawing", "drawing"}};
        struct relations relations;
        hart_emitter *emitter = workbook->package->emitter;
        hart_code code = relations_read(workbook->package, part, &relations, err);
        for (size_t i = 0; code == HART_OK && i < sizeof rows / sizeof *rows; i++) {
                const struct relation *found = relations_next(&relations, rows[i].type, NULL);
                struct shapes shapes = {0};
                if (found == NULL || found->external)
                        continue;
                code = shapes_read(workbook->package, found->target, &shapes, err);
                if (code == HART_OK && shapes.count > 0) {
                        code = emit_open(emitter, &(hart_node){.kind = rows[i].kind}, err);
                        if (code == HART_OK)
                                code = shapes_emit(&shapes, emitter, err);
                        if (code == HART_OK)
                                code = emit_close(emitter, err);
                }
                shapes_done(&shapes);
        }
        relations_done(&relations);
        return code;
}

static hart_code read_sheet(struct workbook *workbook, struct sheet *sheet, const struct relations *relations,
                            hart_error *err)
{
        hart_emitter *emitter = workbook->package->emitter;
        const struct relation *found = relations_by_id(relations, sheet->id);
        hart_code code = emit_open(emitter,
                                   &(hart_node){.kind = "sheet",
                                                .label = sheet->name,
                                                .metadata = sheet->hidden ? "{\"hidden\":true}" : NULL},
                                   err);
        if (code == HART_OK && (found == NULL || found->external))
                code = emit_problem(emitter, err, "sheet \"%s\" is in no part", sheet->name != NULL ? sheet->name : "");
        else if (code == HART_OK)
                code = read_cells(workbook, sheet, found->target, err);
        if (code == HART_OK && found != NULL && !found->external)
                code = read_beside(workbook, found->target, err);
        return code == HART_OK ? emit_close(emitter, err) : code;
}

static void put_count(hart_json_writer *writer, const char *key, size_t count)
{
        hart_json_key(writer, key);
        hart_json_put_integer(writer, (int64_t)count);
}

static hart_code describe(const struct workbook *workbook, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        hart_json_writer writer = {.out = &text};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "sheets");
        hart_json_begin_array(&writer);
        for (size_t i = 0; i < workbook->count && i < DESCRIBED_MAX; i++) {
                const struct sheet *sheet = &workbook->sheets[i];
                size_t length = sheet->name != NULL ? strlen(sheet->name) : 0;
                hart_json_begin_object(&writer);
                hart_json_key(&writer, "name");
                hart_json_put_text_n(&writer, length > 0 ? sheet->name : "", length < 100 ? length : 100);
                put_count(&writer, "rows", sheet->rows);
                put_count(&writer, "columns", sheet->columns);
                put_count(&writer, "formulas", sheet->formulas);
                hart_json_end_object(&writer);
        }
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
        return emit_describe(workbook->package->emitter, (const char *)text.data, err);
}

static hart_code read_workbook(struct workbook *workbook, const char *main_part, const struct relations *relations,
                               hart_error *err)
{
        static const struct part_rule rules[] = {
                {"workbookPr", on_workbook_properties, NULL}, {"sheet", on_sheet, NULL}, {0}};
        const struct relation *strings = relations_next(relations, "sharedStrings", NULL);
        const struct relation *styles = relations_next(relations, "styles", NULL);
        hart_code code = part_walk(workbook->package, main_part, PART_NEEDED, rules, NULL, workbook, err);
        if (code == HART_OK)
                code = sheet_values_read(workbook->package, strings != NULL ? strings->target : NULL,
                                         styles != NULL ? styles->target : NULL, &workbook->values, err);
        for (size_t i = 0; code == HART_OK && i < workbook->count; i++)
                code = read_sheet(workbook, &workbook->sheets[i], relations, err);
        return code == HART_OK ? describe(workbook, err) : code;
}

static hart_code read(struct package *package, const char *main_part, hart_error *err)
{
        struct workbook workbook = {.package = package,
                                    .sheets = hart_allocate_array(SHEETS_MAX, sizeof(struct sheet))};
        struct relations relations;
        hart_code code = relations_read(package, main_part, &relations, err);
        if (code == HART_OK)
                code = read_workbook(&workbook, main_part, &relations, err);
        for (size_t i = 0; i < workbook.count; i++) {
                free(workbook.sheets[i].name);
                free(workbook.sheets[i].id);
        }
        free(workbook.sheets);
        sheet_values_done(&workbook.values);
        relations_done(&relations);
        return code;
}

static hart_code run(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        static const char *const children[] = {"xl/media/", "xl/embeddings/", NULL};
        static const struct office_kind kind = {
                .folder = "xl/", .language = "spreadsheetml", .title = "workbook", .read = read, .children = children};
        return office_run(&kind, document, emitter, err);
}

const hart_atomizer sheet_atomizer = {
        .name = "sheet",
        .version = 1,
        .way = HART_EXTRACT,
        .modality = "document",
        .document_subtype = "sheet-document",
        .content_types = content_types,
        .subtypes = office_subtypes,
        .subtype_count = OFFICE_SUBTYPES,
        .run_document = run,
        .open = office_open,
};
