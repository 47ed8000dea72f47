/* emitter: nodes, descriptions and problems; the frame of a run. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <hartonomous/utf8.h>

#include "emitter_state.h"

void emit_clean(hart_buffer *out, const char *text, size_t size, size_t limit)
{
        static const unsigned char replacement[3] = {0xEF, 0xBF, 0xBD};
        const unsigned char *bytes = (const unsigned char *)text;
        for (size_t i = 0, begin = out->size; i < size;) {
                uint32_t code_point = 0;
                size_t length = hart_utf8_length(bytes + i, size - i, &code_point);
                bool sound = length > 0 && (code_point >= 0x20 || code_point == '\n' || code_point == '\t' ||
                                            code_point == '\r' || code_point == '\f');
                size_t added = sound ? length : sizeof replacement;
                if (out->size - begin + added > limit)
                        break;
                hart_buffer_append(out, sound ? bytes + i : replacement, added);
                i += length > 0 ? length : 1;
        }
}

hart_code emit_problem(hart_emitter *emitter, hart_error *err, const char *format, ...)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer clean = {0};
        va_list arguments;
        if (emitter->problems == EMIT_PROBLEMS_MAX)
                return HART_OK;
        emitter->problems++;
        va_start(arguments, format);
        HART_CLEANUP(hart_free_p) char *text = hart_format_v(format, arguments);
        va_end(arguments);
        for (char *line = text; (line = strpbrk(line, "\r\n\t\f")) != NULL;)
                *line = ' ';
        emit_clean(&clean, text, strlen(text), EMIT_LABEL_MAX);
        hart_buffer_byte(&clean, '\0');
        return emitter->sink->problem(emitter->sink->data, (const char *)clean.data, err);
}

hart_code emit_open(hart_emitter *emitter, const hart_node *node, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer label = {0};
        if (emitter->ignored > 0 || emitter->depth >= emitter->document->limits->depth) {
                emitter->ignored++;
                if (emitter->too_deep)
                        return HART_OK;
                emitter->too_deep = true;
                return emit_problem(emitter, err, "nested deeper than %u: what lies deeper is in no node of its own",
                                    emitter->document->limits->depth);
        }
        hart_node clean = *node;
        if (node->label != NULL) {
                emit_clean(&label, node->label, strlen(node->label), EMIT_LABEL_MAX);
                hart_buffer_byte(&label, '\0');
                clean.label = (const char *)label.data;
        }
        if (node->metadata != NULL && strlen(node->metadata) > EMIT_METADATA_MAX)
                clean.metadata = NULL;
        emitter->depth++;
        return emitter->sink->open(emitter->sink->data, &clean, err);
}

hart_code emit_close(hart_emitter *emitter, hart_error *err)
{
        if (emitter->ignored > 0) {
                emitter->ignored--;
                return HART_OK;
        }
        if (emitter->depth == 0)
                return hart_fail(err, HART_FAILED, "atomizer %s closes a node that is not open",
                                 emitter->atomizer->name);
        emitter->depth--;
        return emitter->sink->close(emitter->sink->data, err);
}

hart_code emit_describe(hart_emitter *emitter, const char *metadata, hart_error *err)
{
        if (strlen(metadata) > EMIT_METADATA_MAX)
                return emit_problem(emitter, err, "its description has over %zu bytes", EMIT_METADATA_MAX);
        return emitter->sink->describe(emitter->sink->data, metadata, err);
}

hart_code hart_atomizer_run_document(const hart_atomizer *atomizer, hart_document *document,
                                     const hart_event_sink *sink, uint32_t *tail, hart_error *err)
{
        hart_emitter emitter = {.atomizer = atomizer, .document = document, .sink = sink};
        hart_code code = atomizer->run_document(document, &emitter, err);
        if (code == HART_EMPTY) /* a limit was reached and told */
                code = HART_OK;
        if (code == HART_OK && emitter.in_child)
                code = emit_child_end(&emitter, "it ends in the middle", err);
        if (code == HART_OK && atomizer->way == HART_SLICES)
                code = emit_until(&emitter, document->size, err);
        emitter.ignored = 0;
        while (code == HART_OK && emitter.depth > 0)
                code = emit_close(&emitter, err);
        *tail = (uint32_t)(emitter.position - emitter.gap_begin);
        hart_buffer_done(&emitter.gap);
        free(emitter.ends);
        return code;
}
