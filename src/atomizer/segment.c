/* segment: blocks to components, with the white space between them. */
#include <string.h>

#include "segment.h"
#include "sentence.h"
#include "space.h"

enum { SPACE_SUBTYPE = 0 };

/* Emits pieces of a block; a piece is held back until the next one says where its separator ends. */
struct emitter {
        const hart_atom_sink *sink;
        const unsigned char *lead;
        size_t lead_size;
        hart_component held;
};

static hart_code flush(struct emitter *emitter, const unsigned char *next, hart_error *err)
{
        if (emitter->held.content == NULL)
                return HART_OK;
        emitter->held.separator = emitter->held.content + emitter->held.size;
        emitter->held.separator_size = (size_t)(next - emitter->held.separator);
        hart_code code = emitter->sink->component(emitter->sink->data, &emitter->held, err);
        emitter->held.content = NULL;
        return code;
}

/* `data` up to `size` is the next piece with white space around it; nothing else is not a piece. */
static hart_code add_piece(struct emitter *emitter, const unsigned char *data, size_t size, unsigned subtype,
                           hart_error *err)
{
        size_t before = 0;
        if (subtype != SPACE_SUBTYPE) {
                (void)space_run(data, size, true, size, &before);
                size = space_trim_end(data, size);
        }
        if (before >= size)
                return HART_OK;
        if (emitter->lead_size > 0) {
                hart_code code = emitter->sink->lead(emitter->sink->data, emitter->lead, emitter->lead_size, err);
                emitter->lead_size = 0;
                if (code != HART_OK)
                        return code;
        }
        hart_code code = flush(emitter, data + before, err);
        if (code == HART_OK)
                emitter->held = (hart_component){.subtype = subtype, .content = data + before, .size = size - before};
        return code;
}

size_t segment_cut(const unsigned char *data, size_t size)
{
        if (size <= HART_COMPONENT_MAX)
                return size;
        size_t cut = HART_COMPONENT_MAX;
        while (cut > HART_COMPONENT_MAX - 3 && (data[cut] & 0xC0) == 0x80)
                cut--;
        return (data[cut] & 0xC0) == 0x80 ? HART_COMPONENT_MAX : cut;
}

static hart_code emit_lines(struct emitter *emitter, const unsigned char *data, const segment_block *block,
                            hart_error *err)
{
        for (size_t start = 0; start < block->size;) {
                size_t size = segment_cut(data + start, block->size - start);
                if (size < block->size - start) {
                        const unsigned char *end = memrchr(data + start, '\n', size);
                        if (end != NULL)
                                size = (size_t)(end + 1 - (data + start));
                }
                hart_code code = add_piece(emitter, data + start, size, block->subtype, err);
                if (code != HART_OK)
                        return code;
                start += size;
        }
        return HART_OK;
}

/* An unfinished block gives back its last sentence: block->size becomes where that one begins. */
static hart_code emit_sentences(struct emitter *emitter, const unsigned char *data, segment_block *block,
                                hart_error *err)
{
        uint32_t ends[SENTENCE_MAX];
        size_t count, start = 0;
        hart_code code = sentence_ends(data, block->size, ends, &count, err);
        if (code == HART_OK && block->unfinished && count > 1)
                count--;
        for (size_t i = 0; code == HART_OK && i < count; i++) {
                code = add_piece(emitter, data + start, ends[i] - start, block->subtype, err);
                start = ends[i];
        }
        block->size = start;
        return code;
}

static hart_code emit(struct emitter *emitter, const unsigned char *data, segment_block *block, hart_error *err)
{
        switch (block->kind) {
        case SEGMENT_SENTENCES:
                return emit_sentences(emitter, data, block, err);
        case SEGMENT_LINES:
                return emit_lines(emitter, data, block, err);
        case SEGMENT_WHOLE:
                break;
        }
        return add_piece(emitter, data, block->size, block->subtype, err);
}

/* The block at the start of data, white space beyond a separator's limit included, and the space behind it. */
static bool next_block(const unsigned char *data, size_t size, bool last, segment_finder find, segment_block *block,
                       size_t *space)
{
        size_t run;
        if (!space_run(data, size, last, HART_COMPONENT_MAX, &run))
                return false;
        if (run > 0)
                *block = (segment_block){.size = run, .subtype = SPACE_SUBTYPE, .kind = SEGMENT_WHOLE};
        else if (!find(data, size, last, block))
                return false;
        *space = 0;
        /* Behind a block whose own end is found only while it is emitted there is no space to look for. */
        return block->unfinished || space_run(data + block->size, size - block->size, last, HART_SEPARATOR_MAX, space);
}

static bool find_lead(const hart_window *window, size_t *lead)
{
        static const unsigned char mark[3] = {0xEF, 0xBB, 0xBF};
        size_t size = window->size < sizeof mark ? window->size : sizeof mark, space;
        *lead = 0;
        if (!window->first)
                return true;
        if (memcmp(window->data, mark, size) != 0)
                size = 0;
        else if (size < sizeof mark && !window->last)
                return false;
        else if (size < sizeof mark)
                size = 0;
        if (!space_run(window->data + size, window->size - size, window->last, HART_SEPARATOR_MAX, &space))
                return false;
        /* A document of nothing but white space is a component, so that every document but the empty one has one. */
        if (size + space == window->size)
                return window->last;
        *lead = size + space;
        return true;
}

hart_code segment_run(const hart_window *window, segment_finder find, const hart_atom_sink *sink, size_t *consumed,
                      hart_error *err)
{
        struct emitter emitter = {.sink = sink, .lead = window->data};
        size_t position;
        *consumed = 0;
        if (window->size == 0 || !find_lead(window, &emitter.lead_size))
                return HART_OK;
        for (position = emitter.lead_size; position < window->size; *consumed = position) {
                const unsigned char *data = window->data + position;
                segment_block block = {0};
                size_t space;
                if (!next_block(data, window->size - position, window->last, find, &block, &space))
                        break;
                hart_code code = emit(&emitter, data, &block, err);
                if (code == HART_OK)
                        code = flush(&emitter, data + block.size + space, err);
                if (code != HART_OK)
                        return code;
                position += block.size + space;
        }
        return HART_OK;
}

bool segment_line_at(const unsigned char *data, size_t size, bool last, segment_line *line)
{
        size_t limit = size < HART_COMPONENT_MAX ? size : HART_COMPONENT_MAX, end = 0;
        while (end < limit && data[end] != '\n' && data[end] != '\r')
                end++;
        *line = (segment_line){.text = end, .size = end};
        if (end < limit) { /* "\r\n" is one end, and so is a lone "\r" */
                line->size = end + 1;
                if (data[end] == '\r' && line->size == size && !last)
                        return false;
                if (data[end] == '\r' && line->size < size && data[line->size] == '\n')
                        line->size++;
        } else if (size > HART_COMPONENT_MAX) {
                line->text = line->size = segment_cut(data, size);
        } else if (!last) {
                return false;
        }
        line->blank = space_trim_end(data, line->text) == 0;
        return true;
}
