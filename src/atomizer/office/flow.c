/* flow: sections are nodes, and so are tables; a row is one component with tabs between its cells. */
#include "flow.h"

#include <stdio.h>
#include <string.h>

/* What goes beyond this in one paragraph or row is passed over, and told. */
#define TEXT_MAX  ((size_t)8 << 20)
#define CELLS_MAX 16384

const hart_subtype office_subtypes[OFFICE_SUBTYPES] = {
        [OFFICE_SENTENCE] = {"sentence", true, "text"},
        [OFFICE_HEADING] = {"heading", true, "text"},
        [OFFICE_ROW] = {"row", true, "text"},
};

void flow_done(struct flow *flow)
{
        hart_buffer_done(&flow->text);
        hart_buffer_done(&flow->row);
}

void flow_text(struct flow *flow, const char *text, size_t size)
{
        if (flow->text.size + flow->row.size > TEXT_MAX)
                flow->too_long = true;
        else
                hart_buffer_append(&flow->text, text, size);
}

static bool is_blank(unsigned char byte)
{
        return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

void flow_words(hart_buffer *out, const unsigned char *text, size_t size)
{
        bool gap = false, first = true;
        for (size_t i = 0; i < size; i++) {
                if (is_blank(text[i])) {
                        gap = true;
                        continue;
                }
                if (gap && !first)
                        hart_buffer_byte(out, ' ');
                hart_buffer_byte(out, text[i]);
                gap = first = false;
        }
}

static hart_code put_heading(struct flow *flow, unsigned level, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer label = {0};
        char metadata[32];
        hart_code code = HART_OK;
        flow_words(&label, flow->text.data, flow->text.size);
        if (label.size == 0)
                return HART_OK;
        while (code == HART_OK && flow->sections > 0 && flow->levels[flow->sections - 1] >= level) {
                flow->sections--;
                code = emit_close(flow->emitter, err);
        }
        (void)snprintf(metadata, sizeof metadata, "{\"level\":%u}", level);
        const hart_node node = {.kind = "section", .label = (const char *)label.data, .metadata = metadata};
        if (code == HART_OK && flow->sections < FLOW_LEVELS_MAX) {
                flow->levels[flow->sections++] = level;
                code = emit_open(flow->emitter, &node, err);
        }
        if (code == HART_OK)
                code = emit_content(flow->emitter, OFFICE_HEADING, label.data, label.size, err);
        emit_gap(flow->emitter, "\n", 1);
        return code;
}

hart_code flow_title(struct flow *flow, const char *text, size_t size, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer words = {0};
        flow_words(&words, (const unsigned char *)text, size);
        hart_code code = emit_content(flow->emitter, OFFICE_HEADING, words.data, words.size, err);
        emit_gap(flow->emitter, "\n", 1);
        return code;
}

static void put_in_cell(struct flow *flow)
{
        size_t size = flow->row.size;
        flow->tabs += flow->gaps;
        for (; flow->gaps > 0; flow->gaps--)
                hart_buffer_byte(&flow->row, '\t');
        if (flow->row.size > size)
                flow->cell = flow->row.size;
        if (flow->row.size > flow->cell)
                hart_buffer_byte(&flow->row, ' ');
        flow_words(&flow->row, flow->text.data, flow->text.size);
}

hart_code flow_paragraph(struct flow *flow, unsigned level, hart_error *err)
{
        hart_code code = HART_OK;
        if (flow->text.size == 0)
                return HART_OK;
        if (flow->tables > 0) {
                put_in_cell(flow);
        } else if (level > 0) {
                code = put_heading(flow, level, err);
        } else {
                code = emit_text(flow->emitter, OFFICE_SENTENCE, (const char *)flow->text.data, flow->text.size, err);
        }
        hart_buffer_clear(&flow->text);
        return code;
}

hart_code flow_table(struct flow *flow, const char *kind, const char *name, hart_error *err)
{
        hart_code code = flow_paragraph(flow, 0, err);
        if (flow->tables++ > 0 || code != HART_OK)
                return code;
        return emit_open(flow->emitter, &(hart_node){.kind = kind, .label = name}, err);
}

void flow_cell_end(struct flow *flow)
{
        if (flow->tables != 1)
                return;
        hart_error ignored;
        (void)flow_paragraph(flow, 0, &ignored); /* into the row, which cannot fail */
        flow->gaps += flow->gaps < CELLS_MAX;
}

hart_code flow_row_end(struct flow *flow, hart_error *err)
{
        hart_code code = HART_OK;
        if (flow->tables != 1)
                return HART_OK;
        if (flow->row.size > 0) {
                code = emit_content(flow->emitter, OFFICE_ROW, flow->row.data, flow->row.size, err);
                emit_gap(flow->emitter, "\n", 1);
                flow->rows++;
        }
        hart_buffer_clear(&flow->row);
        flow->cell = flow->gaps = 0;
        return code;
}

hart_code flow_table_end(struct flow *flow, hart_error *err)
{
        hart_code code = flow_paragraph(flow, 0, err);
        if (code == HART_OK)
                code = flow_row_end(flow, err);
        if (flow->tables == 0 || --flow->tables > 0 || code != HART_OK)
                return code;
        return emit_close(flow->emitter, err);
}

hart_code flow_end(struct flow *flow, hart_error *err)
{
        hart_code code = flow_paragraph(flow, 0, err);
        while (code == HART_OK && flow->tables > 0)
                code = flow_table_end(flow, err);
        while (code == HART_OK && flow->sections > 0) {
                flow->sections--;
                code = emit_close(flow->emitter, err);
        }
        if (code == HART_OK && flow->too_long)
                code = emit_problem(flow->emitter, err,
                                    "a paragraph or row has over %zu MiB: the rest of it is not read", TEXT_MAX >> 20);
        flow->too_long = false;
        return code;
}
