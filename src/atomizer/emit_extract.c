/* emit_extract: components with bytes of their own, and documents that lie in this one. */
#include <string.h>

#include "emitter_state.h"
#include "segment.h"
#include "sentence.h"
#include "space.h"

/* So much may come out of any document before the ratio of unpacked to packed bytes is looked at. */
#define RATIO_FREE (UINT64_C(16) << 20)

void emit_gap(hart_emitter *emitter, const void *bytes, size_t size)
{
        size_t room = HART_SEPARATOR_MAX - emitter->gap.size;
        hart_buffer_append(&emitter->gap, bytes, size < room ? size : room);
}

hart_code emit_content(hart_emitter *emitter, unsigned subtype, const void *bytes, size_t size, hart_error *err)
{
        const unsigned char *next = bytes;
        while (size > 0) {
                size_t part = segment_cut(next, size);
                hart_code code = emitter->sink->content(emitter->sink->data, subtype, &emitter->gap, next, part, err);
                if (code != HART_OK)
                        return code;
                hart_buffer_clear(&emitter->gap);
                next += part;
                size -= part;
        }
        return HART_OK;
}

/* At most HART_COMPONENT_MAX bytes of a block, divided. */
static hart_code put_sentences(hart_emitter *emitter, unsigned subtype, const unsigned char *text, size_t size,
                               hart_error *err)
{
        if (emitter->ends == NULL)
                emitter->ends = hart_reallocate_array(NULL, SENTENCE_MAX, sizeof *emitter->ends);
        uint32_t *ends = emitter->ends;
        size_t count = 0, begin = 0;
        hart_code code = sentence_ends(text, size, ends, &count, err);
        for (size_t i = 0; code == HART_OK && i < count; begin = ends[i++]) {
                size_t length = ends[i] - begin, before = 0;
                (void)space_run(text + begin, length, true, length, &before);
                emit_gap(emitter, text + begin, before);
                size_t trimmed = space_trim_end(text + begin, length);
                if (trimmed <= before)
                        continue;
                code = emit_content(emitter, subtype, text + begin + before, trimmed - before, err);
                emit_gap(emitter, text + begin + trimmed, length - trimmed);
        }
        return code;
}

hart_code emit_text(hart_emitter *emitter, unsigned subtype, const char *text, size_t size, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer clean = {0};
        emit_clean(&clean, text, size, SIZE_MAX);
        hart_code code = HART_OK;
        size_t end = clean.size > 0 ? space_trim_end(clean.data, clean.size) : 0;
        if (end == 0)
                return HART_OK;
        for (size_t i = 0, part; code == HART_OK && i < end; i += part) {
                part = segment_cut(clean.data + i, end - i);
                code = put_sentences(emitter, subtype, clean.data + i, part, err);
        }
        emit_gap(emitter, "\n", 1);
        return code;
}

hart_code emit_child_begin(hart_emitter *emitter, const hart_child *child, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer name = {0}, type = {0};
        if (emitter->children == emitter->document->limits->children) {
                hart_code told = emit_problem(emitter, err, "more than %u documents in it: the rest is not taken out",
                                              emitter->document->limits->children);
                return told == HART_OK ? HART_EMPTY : told;
        }
        hart_child clean = *child;
        const char *named = child->name != NULL && *child->name != '\0' ? child->name : "unnamed";
        emit_clean(&name, named, strlen(named), EMIT_NAME_MAX);
        hart_buffer_byte(&name, '\0');
        clean.name = (const char *)name.data;
        if (child->content_type != NULL) {
                emit_clean(&type, child->content_type, strlen(child->content_type), EMIT_TYPE_MAX);
                hart_buffer_byte(&type, '\0');
                clean.content_type = (const char *)type.data;
        }
        if (child->metadata != NULL && strlen(child->metadata) > EMIT_METADATA_MAX)
                clean.metadata = NULL;
        emitter->children++;
        emitter->in_child = true;
        return emitter->sink->child_begin(emitter->sink->data, &clean, err);
}

/* A document that unpacks without end: what has come so far stays. */
static hart_code stop_expanding(hart_emitter *emitter, const char *why, uint64_t limit, hart_error *err)
{
        hart_code code =
                emit_problem(emitter, err, "%s %llu: the rest is not taken out", why, (unsigned long long)limit);
        if (code == HART_OK)
                code = emit_child_end(emitter, "cut off at a limit", err);
        return code == HART_OK ? HART_EMPTY : code;
}

hart_code emit_child_bytes(hart_emitter *emitter, const void *bytes, size_t size, hart_error *err)
{
        const hart_limits *limits = emitter->document->limits;
        emitter->expanded += size;
        if (emitter->expanded > limits->expanded)
                return stop_expanding(emitter, "unpacks to more bytes than", limits->expanded, err);
        if (emitter->expanded > RATIO_FREE && emitter->expanded / limits->ratio > emitter->document->size)
                return stop_expanding(emitter, "unpacks to more than its size times", limits->ratio, err);
        return size == 0 ? HART_OK : emitter->sink->child_bytes(emitter->sink->data, bytes, size, err);
}

hart_code emit_child_end(hart_emitter *emitter, const char *failure, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        if (!emitter->in_child)
                return HART_OK;
        emitter->in_child = false;
        if (failure != NULL) {
                emit_clean(&text, failure, strlen(failure), EMIT_LABEL_MAX);
                hart_buffer_byte(&text, '\0');
        }
        return emitter->sink->child_end(emitter->sink->data, (const char *)text.data, err);
}
