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
#include "workbook.h"

#define SHEETS_MAX 1000
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
                code = sheet_read_cells(workbook, sheet, found->target, err);
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
        .close = office_close,
};
