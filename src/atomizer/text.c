/* text: paragraphs to sentences. A paragraph ends at a blank line or a form feed. */
#include "segment.h"
#include "strategies.h"

enum { SUBTYPE_SPACE, SUBTYPE_SENTENCE };

static const hart_subtype subtypes[] = {
        [SUBTYPE_SPACE] = {"space", false, NULL},
        [SUBTYPE_SENTENCE] = {"sentence", true, NULL},
};

static bool find_paragraph(const unsigned char *data, size_t size, bool last, segment_block *block)
{
        size_t limit = size < HART_COMPONENT_MAX ? size : HART_COMPONENT_MAX, position = 0;
        bool whole = last && size <= HART_COMPONENT_MAX;
        *block = (segment_block){.subtype = SUBTYPE_SENTENCE, .kind = SEGMENT_SENTENCES};
        while (position < limit) {
                segment_line line;
                /* Looks no farther than the limit, so that the answer is the same with more bytes at hand. */
                if (!segment_line_at(data + position, limit - position, whole, &line))
                        break;
                if (position > 0 && (line.blank || data[position] == '\f')) {
                        block->size = position;
                        return true;
                }
                position += line.size;
        }
        if (!whole && size <= HART_COMPONENT_MAX)
                return false;
        block->unfinished = !whole;
        block->size = segment_cut(data, size);
        return true;
}

static hart_code run(const hart_window *window, const hart_atom_sink *sink, size_t *consumed, hart_error *err)
{
        return segment_run(window, find_paragraph, sink, consumed, err);
}

static const char *const content_types[] = {"text/*", NULL};

const hart_atomizer text_atomizer = {
        .name = "text",
        .version = 1,
        .modality = "text",
        .document_subtype = "document",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = sizeof subtypes / sizeof *subtypes,
        .run = run,
};
