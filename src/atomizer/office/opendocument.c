/* opendocument: content.xml of ODF 1.3 packages: text, spreadsheets, presentations. */
#include <stdio.h>
#include <string.h>

#include "office.h"
#include "opendocument.h"

#define NOTES_MAX 10000

bool opendocument_is(const struct package *package)
{
        return package_find(package, "content.xml") != PACKAGE_NONE &&
               package_find(package, "[Content_Types].xml") == PACKAGE_NONE;
}

/* --- paragraphs --- */

static hart_code end_paragraph(struct opendocument *content, hart_error *err)
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

static hart_code begin_paragraph(struct opendocument *content, unsigned level, hart_error *err)
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
        struct opendocument *content = data;
        (void)part;
        hart_code code = content->flow.text.size > 0 ? end_paragraph(content, err) : HART_OK;
        content->level = 0;
        content->paragraphs -= content->paragraphs > 0;
        return code;
}

static bool takes_text(const struct opendocument *content)
{
        return content->paragraphs > 0 && (!content->valued || content->open_notes > 0);
}

/* Blanks and line ends of the XML are one blank together. */
static void on_text(void *data, const char *text, size_t size)
{
        struct opendocument *content = data;
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

static void put_blank(struct opendocument *content, const char *blank)
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

static hart_code begin_note(struct opendocument *content, struct part *part, const char *kind)
{
        size_t count = content->note_count;
        if (content->open_notes > 0 || count == NOTES_MAX) { /* none has one of its own */
                part->skip = true;
                return HART_OK;
        }
        if ((count & (count + 1)) == 0)
                content->notes = hart_reallocate_array(content->notes, (count + 1) * 2, sizeof *content->notes);
        content->notes[content->note_count++] =
                (struct opendocument_note){.kind = kind, .begin = content->notes_text.size};
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
        struct opendocument *content = data;
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

static hart_code emit_notes(struct opendocument *content, hart_error *err)
{
        hart_emitter *emitter = content->package->emitter;
        hart_code code = HART_OK;
        for (size_t i = 0; code == HART_OK && i < content->note_count; i++) {
                const struct opendocument_note *note = &content->notes[i];
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

/* --- slides --- */

static hart_code on_slide(void *data, struct part *part, hart_error *err)
{
        struct opendocument *content = data;
        char metadata[48];
        HART_CLEANUP(hart_free_p) char *name = part_attribute(part, "name");
        (void)snprintf(metadata, sizeof metadata, "{\"number\":%zu}", ++content->slides);
        return emit_open(content->package->emitter, &(hart_node){.kind = "slide", .label = name, .metadata = metadata},
                         err);
}

static hart_code on_notes(void *data, struct part *part, hart_error *err)
{
        struct opendocument *content = data;
        (void)part;
        return emit_open(content->package->emitter, &(hart_node){.kind = "notes"}, err);
}

static hart_code on_node_end(void *data, struct part *part, hart_error *err)
{
        struct opendocument *content = data;
        (void)part;
        hart_code code = flow_end(&content->flow, err);
        return code == HART_OK ? emit_close(content->package->emitter, err) : code;
}

static hart_code on_frame(void *data, struct part *part, hart_error *err)
{
        struct opendocument *content = data;
        HART_CLEANUP(hart_free_p) char *class = part_attribute(part, "class");
        (void)err;
        content->title = class != NULL && strcmp(class, "title") == 0;
        return HART_OK;
}

static hart_code on_frame_end(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        ((struct opendocument *)data)->title = false;
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
        {"spreadsheet", opendocument_on_spreadsheet, NULL},
        {"table", opendocument_on_table, opendocument_on_table_end},
        {"table-row", opendocument_on_row, opendocument_on_row_end},
        {"table-cell", opendocument_on_cell, opendocument_on_cell_end},
        {"covered-table-cell", opendocument_on_cell, opendocument_on_cell_end},
        {"page", on_slide, on_node_end},
        {"notes", on_notes, on_node_end},
        {"frame", on_frame, on_frame_end},
        {0},
};

static hart_code describe(struct opendocument *content, hart_error *err)
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
        struct opendocument content = {.package = package, .flow = {.emitter = package->emitter}, .cell_repeats = 1};
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
