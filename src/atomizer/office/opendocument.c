/* opendocument: content.xml of ODF 1.3 packages: text, spreadsheets, presentations. */
#include <stdio.h>
#include <string.h>

#include <hartonomous/json.h>

#include "flow.h"
#include "office.h"
#include "part.h"

#define REPEATED_MAX  16384 /* columns */
#define ROWS_MAX      1048576
#define NOTES_MAX     10000
#define DESCRIBED_MAX 200

struct note {
        const char *kind;
        size_t begin, end; /* in notes_text */
};

struct content {
        struct package *package;
        struct flow flow;
        unsigned paragraphs, level; /* open ones; of the heading in hand */
        bool sheets, title;         /* in a spreadsheet; in a title's frame */
        bool valued;                /* the cell in hand has a value: what is shown of it says no more */
        uint64_t tabs_charged, cell_repeats, row_repeats;
        size_t slides, sheet_count;
        char *sheet_name; /* of the table in hand */
        /* Notes lie in the middle of a sentence: they are kept for the end. */
        hart_buffer kept, notes_text; /* the sentence's beginning */
        unsigned kept_level, kept_paragraphs;
        struct note *notes;
        size_t note_count;
        unsigned open_notes;
        hart_buffer described;
        hart_json_writer writer;
};

bool opendocument_is(const struct package *package)
{
        return package_find(package, "content.xml") != PACKAGE_NONE &&
               package_find(package, "[Content_Types].xml") == PACKAGE_NONE;
}

/* --- paragraphs --- */

static hart_code end_paragraph(struct content *content, hart_error *err)
{
        struct flow *flow = &content->flow;
        if (content->open_notes > 0) {
                flow_words(&content->notes_text, flow->text.data, flow->text.size);
                hart_buffer_byte(&content->notes_text, '\n');
        } else if (content->title && flow->tables == 0) {
                hart_code code = flow_title(flow, (const char *)flow->text.data, flow->text.size, err);
                hart_buffer_clear(&flow->text);
                return code;
        } else {
                return flow_paragraph(flow, content->level, err);
        }
        hart_buffer_clear(&flow->text);
        return HART_OK;
}

static hart_code begin_paragraph(struct content *content, unsigned level, hart_error *err)
{
        hart_code code = content->flow.text.size > 0 ? end_paragraph(content, err) : HART_OK;
        content->level = level;
        content->paragraphs++;
        return code;
}

static hart_code on_paragraph(void *data, struct part *part, hart_error *err)
{
        (void)part;
        return begin_paragraph(data, 0, err);
}

static hart_code on_heading(void *data, struct part *part, hart_error *err)
{
        return begin_paragraph(data, (unsigned)part_number(part, "outline-level", 10, 1), err);
}

static hart_code on_paragraph_end(void *data, struct part *part, hart_error *err)
{
        struct content *content = data;
        (void)part;
        hart_code code = content->flow.text.size > 0 ? end_paragraph(content, err) : HART_OK;
        content->level = 0;
        content->paragraphs -= content->paragraphs > 0;
        return code;
}

static bool takes_text(const struct content *content)
{
        return content->paragraphs > 0 && (!content->valued || content->open_notes > 0);
}

/* Blanks and line ends of the XML are one blank together. */
static void on_text(void *data, const char *text, size_t size)
{
        struct content *content = data;
        struct flow *flow = &content->flow;
        if (!takes_text(content))
                return;
        for (size_t i = 0, plain; i<size; i += plain> 0 ? plain : 1) {
                for (plain = 0; i + plain < size && strchr(" \t\r\n", text[i + plain]) == NULL;)
                        plain++;
                if (plain > 0)
                        flow_text(flow, text + i, plain);
                else if (flow->text.size > 0 && flow->text.data[flow->text.size - 1] != ' ')
                        flow_text(flow, " ", 1);
        }
}

static void put_blank(struct content *content, const char *blank)
{
        if (takes_text(content))
                flow_text(&content->flow, blank, 1);
}

static hart_code on_blanks(void *data, struct part *part, hart_error *err)
{
        (void)err;
        for (uint64_t count = part_number(part, "c", 1000, 1); count > 0; count--)
                put_blank(data, " ");
        return HART_OK;
}

static hart_code on_tab(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        put_blank(data, "\t");
        return HART_OK;
}

static hart_code on_break(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        put_blank(data, "\n");
        return HART_OK;
}

static hart_code on_passed_over(void *data, struct part *part, hart_error *err)
{
        (void)data, (void)err;
        part->skip = true;
        return HART_OK;
}

/* --- notes --- */

static void swap(hart_buffer *left, hart_buffer *right)
{
        hart_buffer other = *left;
        *left = *right;
        *right = other;
}

static hart_code begin_note(struct content *content, struct part *part, const char *kind)
{
        size_t count = content->note_count;
        if (content->open_notes > 0 || count == NOTES_MAX) { /* none has one of its own */
                part->skip = true;
                return HART_OK;
        }
        if ((count & (count + 1)) == 0)
                content->notes = hart_reallocate_array(content->notes, (count + 1) * 2, sizeof *content->notes);
        content->notes[content->note_count++] = (struct note){.kind = kind, .begin = content->notes_text.size};
        content->open_notes++;
        swap(&content->flow.text, &content->kept);
        content->kept_level = content->level;
        content->kept_paragraphs = content->paragraphs;
        content->paragraphs = 0;
        return HART_OK;
}

static hart_code on_note(void *data, struct part *part, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *class = part_attribute(part, "note-class");
        (void)err;
        return begin_note(data, part, class != NULL && strcmp(class, "endnote") == 0 ? "endnote" : "footnote");
}

static hart_code on_annotation(void *data, struct part *part, hart_error *err)
{
        (void)err;
        return begin_note(data, part, "comment");
}

static hart_code on_note_end(void *data, struct part *part, hart_error *err)
{
        struct content *content = data;
        (void)part, (void)err;
        if (content->open_notes == 0)
                return HART_OK;
        content->open_notes--;
        content->notes[content->note_count - 1].end = content->notes_text.size;
        hart_buffer_clear(&content->flow.text);
        swap(&content->flow.text, &content->kept);
        content->level = content->kept_level;
        content->paragraphs = content->kept_paragraphs;
        return HART_OK;
}

static hart_code emit_notes(struct content *content, hart_error *err)
{
        hart_emitter *emitter = content->package->emitter;
        hart_code code = HART_OK;
        for (size_t i = 0; code == HART_OK && i < content->note_count; i++) {
                const struct note *note = &content->notes[i];
                if (note->end <= note->begin)
                        continue;
                code = emit_open(emitter, &(hart_node){.kind = note->kind}, err);
                if (code == HART_OK)
                        code = emit_text(emitter, OFFICE_SENTENCE, (const char *)content->notes_text.data + note->begin,
                                         note->end - note->begin, err);
                if (code == HART_OK)
                        code = emit_close(emitter, err);
        }
        return code;
}

/* --- tables --- */

static hart_code on_spreadsheet(void *data, struct part *part, hart_error *err)
{
        struct content *content = data;
        (void)part, (void)err;
        content->sheets = true;
        return HART_OK;
}

static void describe_sheet(struct content *content)
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

static hart_code on_table(void *data, struct part *part, hart_error *err)
{
        struct content *content = data;
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

static hart_code on_table_end(void *data, struct part *part, hart_error *err)
{
        struct content *content = data;
        (void)part;
        if (content->open_notes > 0 || content->flow.tables == 0)
                return HART_OK;
        hart_code code = flow_table_end(&content->flow, err);
        if (content->flow.tables == 0)
                describe_sheet(content);
        return code;
}

static hart_code on_row(void *data, struct part *part, hart_error *err)
{
        struct content *content = data;
        (void)err;
        if (content->flow.tables == 1)
                content->row_repeats = part_number(part, "number-rows-repeated", ROWS_MAX, 1);
        return HART_OK;
}

/* Rows that say the same are written once in the file. */
static hart_code on_row_end(void *data, struct part *part, hart_error *err)
{
        struct content *content = data;
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

static hart_code on_cell(void *data, struct part *part, hart_error *err)
{
        struct content *content = data;
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

static hart_code on_cell_end(void *data, struct part *part, hart_error *err)
{
        struct content *content = data;
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

/* --- slides --- */

static hart_code on_slide(void *data, struct part *part, hart_error *err)
{
        struct content *content = data;
        char metadata[48];
        HART_CLEANUP(hart_free_p) char *name = part_attribute(part, "name");
        (void)snprintf(metadata, sizeof metadata, "{\"number\":%zu}", ++content->slides);
        return emit_open(content->package->emitter, &(hart_node){.kind = "slide", .label = name, .metadata = metadata},
                         err);
}

static hart_code on_notes(void *data, struct part *part, hart_error *err)
{
        struct content *content = data;
        (void)part;
        return emit_open(content->package->emitter, &(hart_node){.kind = "notes"}, err);
}

static hart_code on_node_end(void *data, struct part *part, hart_error *err)
{
        struct content *content = data;
        (void)part;
        hart_code code = flow_end(&content->flow, err);
        return code == HART_OK ? emit_close(content->package->emitter, err) : code;
}

static hart_code on_frame(void *data, struct part *part, hart_error *err)
{
        struct content *content = data;
        HART_CLEANUP(hart_free_p) char *class = part_attribute(part, "class");
        (void)err;
        content->title = class != NULL && strcmp(class, "title") == 0;
        return HART_OK;
}

static hart_code on_frame_end(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        ((struct content *)data)->title = false;
        return HART_OK;
}

static const struct part_rule rules[] = {
        {"p", on_paragraph, on_paragraph_end},
        {"h", on_heading, on_paragraph_end},
        {"s", on_blanks, NULL},
        {"tab", on_tab, NULL},
        {"line-break", on_break, NULL},
        {"note-citation", on_passed_over, NULL},
        {"note", on_note, on_note_end},
        {"annotation", on_annotation, on_note_end},
        {"tracked-changes", on_passed_over, NULL}, /* text that was */
        {"ruby-text", on_passed_over, NULL},       /* how the text beside is pronounced */
        {"forms", on_passed_over, NULL},
        {"spreadsheet", on_spreadsheet, NULL},
        {"table", on_table, on_table_end},
        {"table-row", on_row, on_row_end},
        {"table-cell", on_cell, on_cell_end},
        {"covered-table-cell", on_cell, on_cell_end},
        {"page", on_slide, on_node_end},
        {"notes", on_notes, on_node_end},
        {"frame", on_frame, on_frame_end},
        {0},
};

static hart_code describe(struct content *content, hart_error *err)
{
        char metadata[48];
        if (content->slides > 0) {
                (void)snprintf(metadata, sizeof metadata, "{\"slides\":%zu}", content->slides);
                return emit_describe(content->package->emitter, metadata, err);
        }
        if (content->sheet_count == 0 || content->writer.depth != 2)
                return HART_OK;
        hart_json_end_array(&content->writer);
        hart_json_end_object(&content->writer);
        return emit_describe(content->package->emitter, (const char *)content->described.data, err);
}

hart_code opendocument_read(struct package *package, hart_error *err)
{
        struct content content = {.package = package, .flow = {.emitter = package->emitter}, .cell_repeats = 1};
        content.writer.out = &content.described;
        hart_json_begin_object(&content.writer);
        hart_json_key(&content.writer, "sheets");
        hart_json_begin_array(&content.writer);
        hart_code code = part_walk(package, "content.xml", PART_NEEDED, rules, on_text, &content, err);
        if (code == HART_OK && content.open_notes > 0)
                code = on_note_end(&content, NULL, err);
        if (code == HART_OK)
                code = flow_end(&content.flow, err);
        if (code == HART_OK)
                code = emit_notes(&content, err);
        if (code == HART_OK)
                code = describe(&content, err);
        flow_done(&content.flow);
        hart_buffer_done(&content.kept);
        hart_buffer_done(&content.notes_text);
        hart_buffer_done(&content.described);
        free(content.notes);
        free(content.sheet_name);
        return code;
}
