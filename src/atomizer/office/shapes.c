/* shapes: paragraphs and tables of a drawing, kept until they are emitted. */
#include "shapes.h"

#include <string.h>

#include "part.h"

#define TEXT_MAX   ((size_t)16 << 20)
#define BLOCKS_MAX 500000

static void add(struct shapes *shapes, enum shapes_block_kind kind, size_t offset, size_t size)
{
        size_t count = shapes->count;
        if (count == BLOCKS_MAX) {
                shapes->too_long = true;
                return;
        }
        if ((count & (count + 1)) == 0)
                shapes->blocks = hart_reallocate_array(shapes->blocks, (count + 1) * 2, sizeof *shapes->blocks);
        shapes->blocks[shapes->count++] = (struct shapes_block){.kind = kind, .offset = offset, .size = size};
}

static void on_text(void *data, const char *text, size_t size)
{
        struct shapes *shapes = data;
        if (!shapes->in_text)
                return;
        if (shapes->text.size + size > TEXT_MAX)
                shapes->too_long = true;
        else
                hart_buffer_append(&shapes->text, text, size);
}

static hart_code on_text_begin(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        ((struct shapes *)data)->in_text = true;
        return HART_OK;
}

static hart_code on_text_end(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        ((struct shapes *)data)->in_text = false;
        return HART_OK;
}

static hart_code on_break(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        hart_buffer_byte(&((struct shapes *)data)->text, '\n');
        return HART_OK;
}

static void add_title(struct shapes *shapes, const unsigned char *text, size_t size)
{
        if (shapes->title.size > 0)
                hart_buffer_byte(&shapes->title, ' ');
        if (shapes->title.size < EMIT_LABEL_MAX)
                flow_words(&shapes->title, text, size);
}

static hart_code on_paragraph_end(void *data, struct part *part, hart_error *err)
{
        struct shapes *shapes = data;
        size_t size = shapes->text.size - shapes->begin;
        (void)part, (void)err;
        if (size > 0 && !shapes->is_frame) {
                enum shapes_block_kind kind = shapes->tables > 0 ? SHAPES_CELL
                                              : shapes->is_title ? SHAPES_TITLE
                                                                 : SHAPES_TEXT;
                add(shapes, kind, shapes->begin, size);
                if (kind == SHAPES_TITLE)
                        add_title(shapes, shapes->text.data + shapes->begin, size);
        }
        shapes->begin = shapes->text.size;
        return HART_OK;
}

static hart_code on_shape(void *data, struct part *part, hart_error *err)
{
        struct shapes *shapes = data;
        (void)part, (void)err;
        shapes->is_title = shapes->is_frame = false;
        return HART_OK;
}

/* What stands on every slide alike (number, date, header, footer) is no text of this one. */
static hart_code on_placeholder(void *data, struct part *part, hart_error *err)
{
        static const char *const frame[] = {"sldNum", "dt", "hdr", "ftr"};
        struct shapes *shapes = data;
        HART_CLEANUP(hart_free_p) char *type = part_attribute(part, "type");
        (void)err;
        if (type == NULL)
                return HART_OK;
        shapes->is_title = strcmp(type, "title") == 0 || strcmp(type, "ctrTitle") == 0;
        for (size_t i = 0; i < sizeof frame / sizeof *frame; i++)
                shapes->is_frame = shapes->is_frame || strcmp(type, frame[i]) == 0;
        return HART_OK;
}

static hart_code on_slide(void *data, struct part *part, hart_error *err)
{
        struct shapes *shapes = data;
        HART_CLEANUP(hart_free_p) char *show = part_attribute(part, "show");
        (void)err;
        shapes->hidden = show != NULL && (strcmp(show, "0") == 0 || strcmp(show, "false") == 0);
        return HART_OK;
}

static hart_code on_table(void *data, struct part *part, hart_error *err)
{
        struct shapes *shapes = data;
        (void)part, (void)err;
        shapes->is_title = shapes->is_frame = false;
        shapes->tables++;
        add(shapes, SHAPES_TABLE, 0, 0);
        return HART_OK;
}

static hart_code on_cell_end(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        add(data, SHAPES_CELL_END, 0, 0);
        return HART_OK;
}

static hart_code on_row_end(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        add(data, SHAPES_ROW_END, 0, 0);
        return HART_OK;
}

static hart_code on_table_end(void *data, struct part *part, hart_error *err)
{
        struct shapes *shapes = data;
        (void)part, (void)err;
        shapes->tables -= shapes->tables > 0;
        add(shapes, SHAPES_TABLE_END, 0, 0);
        return HART_OK;
}

static hart_code on_passed_over(void *data, struct part *part, hart_error *err)
{
        (void)data, (void)err;
        part->skip = true;
        return HART_OK;
}

hart_code shapes_read(struct package *package, const char *part, struct shapes *shapes, hart_error *err)
{
        static const struct part_rule rules[] = {
                {"p", NULL, on_paragraph_end},
                {"text", NULL, on_paragraph_end}, /* of a remark on a cell */
                {"t", on_text_begin, on_text_end},
                {"br", on_break, NULL},
                {"sp", on_shape, NULL},
                {"ph", on_placeholder, NULL},
                {"tbl", on_table, on_table_end},
                {"tr", NULL, on_row_end},
                {"tc", NULL, on_cell_end},
                {"sld", on_slide, NULL},
                {"Fallback", on_passed_over, NULL}, /* the same once more, for older programs */
                {0},
        };
        hart_code code = part_walk(package, part, PART_NEEDED, rules, on_text, shapes, err);
        if (code == HART_OK)
                code = on_paragraph_end(shapes, NULL, err);
        if (code == HART_OK && shapes->too_long)
                code = emit_problem(package->emitter, err, "%s: over %zu MiB of text: the rest is not read", part,
                                    TEXT_MAX >> 20);
        return code;
}

static hart_code emit_block(const struct shapes *shapes, const struct shapes_block *block, struct flow *flow,
                            hart_error *err)
{
        const char *text = block->size > 0 ? (const char *)shapes->text.data + block->offset : "";
        switch (block->kind) {
        case SHAPES_TITLE:
                return flow_title(flow, text, block->size, err);
        case SHAPES_TABLE:
                return flow_table(flow, "table", NULL, err);
        case SHAPES_CELL_END:
                flow_cell_end(flow);
                return HART_OK;
        case SHAPES_ROW_END:
                return flow_row_end(flow, err);
        case SHAPES_TABLE_END:
                return flow_table_end(flow, err);
        case SHAPES_TEXT:
        case SHAPES_CELL:
                break;
        }
        flow_text(flow, text, block->size);
        return flow_paragraph(flow, 0, err);
}

hart_code shapes_emit(const struct shapes *shapes, hart_emitter *emitter, hart_error *err)
{
        struct flow flow = {.emitter = emitter};
        hart_code code = HART_OK;
        for (size_t i = 0; code == HART_OK && i < shapes->count; i++)
                code = emit_block(shapes, &shapes->blocks[i], &flow, err);
        if (code == HART_OK)
                code = flow_end(&flow, err);
        flow_done(&flow);
        return code;
}

void shapes_done(struct shapes *shapes)
{
        free(shapes->blocks);
        hart_buffer_done(&shapes->title);
        hart_buffer_done(&shapes->text);
        *shapes = (struct shapes){0};
}
