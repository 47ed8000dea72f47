/* parts: the claims of a model file made into slices that cover it. */

#include <stdlib.h>

#include "../emitter_state.h"
#include "parts.h"

const hart_subtype model_subtypes[MODEL_SUBTYPES] = {
        [MODEL_RAW] = {"raw", false, NULL},
        [MODEL_HEADER] = {"header", false, NULL},
        [MODEL_WEIGHTS] = {"weights", false, NULL},
        [MODEL_OPERATOR] = {"operator", false, NULL},
};

void model_put_text(hart_json_writer *writer, const void *text, size_t size, size_t limit)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer clean = {0};
        emit_clean(&clean, text, size, limit);
        hart_json_put_text_n(writer, clean.data != NULL ? (const char *)clean.data : "", clean.size);
}

void parts_add(struct parts *parts, const struct part *part, const void *label, size_t label_size,
               const hart_buffer *metadata)
{
        if (parts->count == PARTS_MAX || parts->texts.size > PARTS_TEXTS_MAX) {
                parts->refused++;
                return;
        }
        if (parts->count == parts->capacity) {
                parts->capacity = parts->capacity > 0 ? 2 * parts->capacity : 64;
                parts->rows = hart_reallocate_array(parts->rows, parts->capacity, sizeof *parts->rows);
        }
        struct part *row = &parts->rows[parts->count];
        *row = *part;
        row->order = parts->count++;
        row->label = parts->texts.size;
        emit_clean(&parts->texts, label, label_size, EMIT_LABEL_MAX);
        hart_buffer_byte(&parts->texts, '\0');
        row->metadata = parts->texts.size;
        hart_buffer_append(&parts->texts, metadata->data, metadata->size);
        hart_buffer_byte(&parts->texts, '\0');
}

void parts_done(struct parts *parts)
{
        free(parts->rows);
        hart_buffer_done(&parts->texts);
        *parts = (struct parts){0};
}

static int by_place(const void *left, const void *right)
{
        const struct part *a = left, *b = right;
        if (a->begin != b->begin)
                return a->begin < b->begin ? -1 : 1;
        return a->order < b->order ? -1 : a->order > b->order;
}

/* Blocks of begin … end, counted from `origin`; what is behind the file is left out. */
static hart_code emit_blocks(hart_emitter *emitter, unsigned subtype, uint64_t origin, uint64_t begin, uint64_t end,
                             hart_error *err)
{
        hart_code code = HART_OK;
        if (end > emitter->document->size)
                end = emitter->document->size;
        while (code == HART_OK && begin < end) {
                uint64_t size = HART_COMPONENT_MAX - (begin - origin) % HART_COMPONENT_MAX;
                if (size > end - begin)
                        size = end - begin;
                code = emit_slice(emitter, subtype, begin, size, err);
                begin += size;
        }
        return code;
}

/* What no part covers up to `end`. */
static hart_code emit_around(hart_emitter *emitter, uint64_t header_end, uint64_t end, hart_error *err)
{
        uint64_t begin = emitter->position;
        if (end > emitter->document->size)
                end = emitter->document->size;
        uint64_t middle = header_end < end ? header_end : end;
        hart_code code = emit_blocks(emitter, MODEL_HEADER, begin, begin, middle, err);
        begin = emitter->position;
        return code == HART_OK ? emit_blocks(emitter, MODEL_RAW, begin, begin, end, err) : code;
}

/* Claims that do not hold: how many, and which was the first. */
struct claims {
        size_t overlapping, behind;
        const char *first_overlapping, *first_behind;
};

static hart_code emit_part(struct parts *parts, size_t i, hart_emitter *emitter, struct claims *claims, hart_error *err)
{
        const struct part *part = &parts->rows[i];
        const char *texts = (const char *)parts->texts.data;
        uint64_t end = part->end;
        if (end == PART_END_UNKNOWN)
                end = i + 1 < parts->count ? parts->rows[i + 1].begin : emitter->document->size;
        hart_code code = emit_around(emitter, parts->header_end, part->begin, err);
        if (end > emitter->document->size && claims->behind++ == 0)
                claims->first_behind = texts + part->label;
        if (part->begin < emitter->position && end > part->begin && claims->overlapping++ == 0)
                claims->first_overlapping = texts + part->label;
        const char *label = texts + part->label;
        const hart_node node = {part->kind, *label != '\0' ? label : NULL, texts + part->metadata};
        if (code == HART_OK)
                code = emit_open(emitter, &node, err);
        uint64_t begin = part->begin > emitter->position ? part->begin : emitter->position;
        if (code == HART_OK)
                code = emit_blocks(emitter, part->subtype, part->begin, begin, end, err);
        return code == HART_OK ? emit_close(emitter, err) : code;
}

static hart_code tell(const struct claims *claims, size_t refused, hart_emitter *emitter, hart_error *err)
{
        hart_code code = HART_OK;
        if (refused > 0)
                code = emit_problem(emitter, err, "it has too many parts: %zu are in no node of their own", refused);
        if (code == HART_OK && claims->behind > 0)
                code = emit_problem(emitter, err,
                                    "%zu of its parts end behind the file's end, \"%s\" the first of them",
                                    claims->behind, claims->first_behind);
        if (code == HART_OK && claims->overlapping > 0)
                code = emit_problem(emitter, err, "%zu of its parts begin inside another, \"%s\" the first of them",
                                    claims->overlapping, claims->first_overlapping);
        return code;
}

hart_code parts_emit(struct parts *parts, hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct claims claims = {0};
        hart_code code = HART_OK;
        if (parts->count > 0)
                qsort(parts->rows, parts->count, sizeof *parts->rows, by_place);
        for (size_t i = 0; code == HART_OK && i < parts->count; i++)
                code = emit_part(parts, i, emitter, &claims, err);
        if (code == HART_OK)
                code = emit_around(emitter, parts->header_end, document->size, err);
        return code == HART_OK ? tell(&claims, parts->refused, emitter, err) : code;
}
