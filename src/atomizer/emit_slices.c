/* emit_slices: pieces of the document itself, and what becomes of the bytes between them. */
#include <string.h>

#include "emitter_state.h"
#include "segment.h"
#include "space.h"

/* What no slice covers. */
#define LEFT_OVER 0

/* A component of the bytes from position on, behind the gap that waits. */
static hart_code put(hart_emitter *emitter, unsigned subtype, uint64_t size, hart_error *err)
{
        uint32_t gap = (uint32_t)(emitter->position - emitter->gap_begin);
        hart_code code = emitter->sink->slice(emitter->sink->data, subtype, gap, (uint32_t)size, err);
        emitter->position += size;
        emitter->gap_begin = emitter->position;
        return code;
}

/* Cuts what is too long: at line ends where there are some, else between code points. */
static hart_code put_cut(hart_emitter *emitter, const unsigned char *data, unsigned subtype, uint64_t size,
                         hart_error *err)
{
        hart_code code = HART_OK;
        while (code == HART_OK && size > 0) {
                const unsigned char *begin = data + emitter->position;
                size_t part = segment_cut(begin, (size_t)size);
                if (part < size) {
                        const unsigned char *end = memrchr(begin, '\n', part);
                        if (end != NULL)
                                part = (size_t)(end + 1 - begin);
                }
                code = put(emitter, subtype, part, err);
                size -= part;
        }
        return code;
}

/* White space at the start of what lies up to `end`; never more than a gap may have. */
static size_t space_before(const unsigned char *data, uint64_t begin, uint64_t end)
{
        size_t run = 0;
        (void)space_run(data + begin, (size_t)(end - begin), true, HART_SEPARATOR_MAX, &run);
        return run;
}

/* What waits as a gap and the white space behind it are one separator where they fit into one; else the white space is
 * a component. */
static hart_code put_space(hart_emitter *emitter, size_t size, hart_error *err)
{
        if (size == 0 || emitter->position - emitter->gap_begin + size <= HART_SEPARATOR_MAX) {
                emitter->position += size;
                return HART_OK;
        }
        return put(emitter, LEFT_OVER, size, err);
}

hart_code emit_until(hart_emitter *emitter, uint64_t offset, hart_error *err)
{
        const unsigned char *data;
        hart_code code = document_map(emitter->document, &data, err);
        if (offset > emitter->document->size)
                offset = emitter->document->size;
        if (code != HART_OK || offset <= emitter->position)
                return code;
        if (emitter->atomizer->marks_separate && offset - emitter->gap_begin <= HART_SEPARATOR_MAX) {
                emitter->position = offset;
                /* A document of nothing but markup is a component, so that every document but the empty one has one. */
                bool all = offset == emitter->document->size && emitter->gap_begin == 0;
                if (!all)
                        return HART_OK;
                emitter->position = 0;
                return put_cut(emitter, data, LEFT_OVER, offset, err);
        }
        size_t space = space_before(data, emitter->position, offset);
        bool blank = emitter->gap_begin == 0 && emitter->position + space == emitter->document->size;
        if (blank) { /* the same for white space */
                emitter->position = 0;
                return put_cut(emitter, data, LEFT_OVER, emitter->document->size, err);
        }
        code = put_space(emitter, space, err);
        while (code == HART_OK && emitter->position < offset) {
                size_t left = (size_t)(offset - emitter->position);
                size_t text = space_trim_end(data + emitter->position, left);
                code = put_cut(emitter, data, LEFT_OVER, text, err);
                if (code != HART_OK)
                        return code;
                space = space_before(data, emitter->position, offset);
                code = put_space(emitter, space, err);
        }
        return code;
}

hart_code emit_slice(hart_emitter *emitter, unsigned subtype, uint64_t offset, uint64_t size, hart_error *err)
{
        const unsigned char *data;
        hart_code code = document_map(emitter->document, &data, err);
        if (offset > emitter->document->size || size > emitter->document->size - offset)
                return hart_fail(err, HART_FAILED, "atomizer %s takes a slice behind the document's end",
                                 emitter->atomizer->name);
        if (code == HART_OK)
                code = emit_until(emitter, offset, err);
        if (code != HART_OK || offset + size <= emitter->position)
                return code;
        return put_cut(emitter, data, subtype, offset + size - emitter->position, err);
}
