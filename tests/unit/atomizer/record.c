/* record: an event sink that checks and writes down. */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/json.h>
#include <hartonomous/utf8.h>

#include "../../../src/atomizer/emitter.h"

#define SHOWN 60

struct recorder {
        struct record *record;
        const hart_atomizer *atomizer;
        hart_document *document;
        const unsigned char *data;
        uint64_t position;
        unsigned depth, deepest;
        bool in_child;
        size_t child_bytes;
};

static void require(bool holds, const char *what)
{
        if (holds)
                return;
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
}

static void indent(struct recorder *recorder)
{
        for (unsigned i = 0; i < recorder->depth; i++)
                hart_buffer_text(&recorder->record->outline, "  ");
}

static void put_quoted(hart_buffer *out, const unsigned char *bytes, size_t size)
{
        size_t shown = size < SHOWN ? size : SHOWN;
        while (shown < size && shown > SHOWN - 4 && (bytes[shown] & 0xC0) == 0x80)
                shown--;
        hart_buffer_byte(out, '"');
        for (size_t i = 0; i < shown;) {
                size_t length = hart_utf8_length(bytes + i, shown - i, NULL);
                if (bytes[i] == '\n')
                        hart_buffer_text(out, "\\n");
                else if (bytes[i] == '"' || bytes[i] == '\\')
                        hart_buffer_format(out, "\\%c", bytes[i]);
                else if (length == 0 || bytes[i] < 0x20)
                        hart_buffer_format(out, "\\x%02X", bytes[i]);
                else
                        hart_buffer_append(out, bytes + i, length);
                i += length > 0 ? length : 1;
        }
        hart_buffer_text(out, shown < size ? "…\"" : "\"");
        if (shown < size)
                hart_buffer_format(out, " %zu", size);
}

static void put_component(struct recorder *recorder, unsigned subtype, const unsigned char *bytes, size_t size)
{
        hart_buffer *out = &recorder->record->outline;
        require(subtype < recorder->atomizer->subtype_count, "the subtype is in the table");
        require(size > 0 && size <= HART_COMPONENT_MAX, "a component has a byte and at most HART_COMPONENT_MAX");
        require(!recorder->in_child, "no component between child_begin and child_end");
        recorder->record->components++;
        indent(recorder);
        hart_buffer_format(out, "%s ", recorder->atomizer->subtypes[subtype].name);
        put_quoted(out, bytes, size);
        hart_buffer_byte(out, '\n');
}

static hart_code on_slice(void *data, unsigned subtype, uint32_t gap, uint32_t size, hart_error *err)
{
        struct recorder *recorder = data;
        (void)err;
        require(recorder->atomizer->way == HART_SLICES, "slices come from an atomizer of that way");
        require(recorder->position + gap + size <= recorder->document->size, "slices lie in the document");
        require(gap <= 2 * HART_SEPARATOR_MAX, "a gap is no longer than a separator may be");
        put_component(recorder, subtype, recorder->data + recorder->position + gap, size);
        recorder->position += (uint64_t)gap + size;
        return HART_OK;
}

static hart_code on_content(void *data, unsigned subtype, const hart_buffer *gap, const void *bytes, size_t size,
                            hart_error *err)
{
        struct recorder *recorder = data;
        (void)err;
        require(recorder->atomizer->way == HART_EXTRACT, "contents come from an atomizer of that way");
        require(gap->size <= HART_SEPARATOR_MAX, "a gap is no longer than a separator may be");
        hart_buffer_append(&recorder->record->content, gap->data, gap->size);
        hart_buffer_append(&recorder->record->content, bytes, size);
        put_component(recorder, subtype, bytes, size);
        return HART_OK;
}

static void put_metadata(struct recorder *recorder, const char *metadata)
{
        HART_CLEANUP(hart_json_close_p) hart_json *value = NULL;
        hart_error err = {0};
        if (metadata == NULL)
                return;
        require(hart_json_parse(metadata, strlen(metadata), &value, &err) == HART_OK, err.text);
        require(hart_json_kind_of(value) == HART_JSON_OBJECT, "metadata is a JSON object");
        hart_buffer_format(&recorder->record->outline, " %s", metadata);
}

static void require_name(const char *name)
{
        size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
        require(length > 0 && length <= 32 && name[length] == '\0', "kinds and relations are lower-case words");
}

static hart_code on_open(void *data, const hart_node *node, hart_error *err)
{
        struct recorder *recorder = data;
        hart_buffer *out = &recorder->record->outline;
        (void)err;
        require_name(node->kind);
        indent(recorder);
        hart_buffer_format(out, "[%s", node->kind);
        if (node->label != NULL) {
                require(hart_utf8_valid(node->label, strlen(node->label)), "a label is UTF-8");
                require(strlen(node->label) <= EMIT_LABEL_MAX, "a label is short");
                hart_buffer_byte(out, ' ');
                put_quoted(out, (const unsigned char *)node->label, strlen(node->label));
        }
        put_metadata(recorder, node->metadata);
        hart_buffer_text(out, "]\n");
        recorder->record->nodes++;
        recorder->depth++;
        require(recorder->depth <= recorder->document->limits->depth, "nodes are not deeper than the limit");
        return HART_OK;
}

static hart_code on_close(void *data, hart_error *err)
{
        struct recorder *recorder = data;
        (void)err;
        require(recorder->depth > 0, "no node is closed that is not open");
        recorder->depth--;
        return HART_OK;
}

static hart_code on_describe(void *data, const char *metadata, hart_error *err)
{
        struct recorder *recorder = data;
        (void)err;
        hart_buffer_text(&recorder->record->outline, "describe");
        put_metadata(recorder, metadata);
        hart_buffer_byte(&recorder->record->outline, '\n');
        return HART_OK;
}

static hart_code on_child_begin(void *data, const hart_child *child, hart_error *err)
{
        struct recorder *recorder = data;
        hart_buffer *out = &recorder->record->outline;
        (void)err;
        require(!recorder->in_child, "children do not lie in each other");
        require(hart_utf8_valid(child->name, strlen(child->name)) && *child->name != '\0', "a child has a name");
        require_name(child->relation);
        indent(recorder);
        hart_buffer_text(out, "child ");
        put_quoted(out, (const unsigned char *)child->name, strlen(child->name));
        hart_buffer_format(out, " %s %s", child->content_type != NULL ? child->content_type : "-", child->relation);
        put_metadata(recorder, child->metadata);
        recorder->in_child = true;
        recorder->child_bytes = 0;
        recorder->record->child_count++;
        return HART_OK;
}

static hart_code on_child_bytes(void *data, const void *bytes, size_t size, hart_error *err)
{
        struct recorder *recorder = data;
        (void)err;
        require(recorder->in_child, "bytes belong to a child");
        recorder->child_bytes += size;
        hart_buffer_append(&recorder->record->children, bytes, size);
        return HART_OK;
}

static hart_code on_child_end(void *data, const char *failure, hart_error *err)
{
        struct recorder *recorder = data;
        (void)err;
        require(recorder->in_child, "a child ends that began");
        recorder->in_child = false;
        hart_buffer_format(&recorder->record->outline, " %zu%s%s\n", recorder->child_bytes, failure ? ": " : "",
                           failure ? failure : "");
        return HART_OK;
}

static hart_code on_problem(void *data, const char *text, hart_error *err)
{
        struct recorder *recorder = data;
        (void)err;
        require(hart_utf8_valid(text, strlen(text)), "a problem is UTF-8");
        require(!recorder->in_child || recorder->record->child_count > 0, "problems may come at any time");
        if (recorder->in_child) /* its line is not ended yet */
                hart_buffer_byte(&recorder->record->outline, ' ');
        else
                indent(recorder);
        hart_buffer_format(&recorder->record->outline, "problem \"%s\"%s", text, recorder->in_child ? "" : "\n");
        recorder->record->problems++;
        return HART_OK;
}

void record_run(struct record *record, const char *atomizer, const void *data, size_t size, const char *name,
                const char *content_type, const hart_limits *limits)
{
        hart_document document;
        hart_error err = {0};
        /* A copy of its own, so that a read behind the document is found by the sanitizer. */
        unsigned char *copy = malloc(size > 0 ? size : 1);
        require(copy != NULL, "memory");
        if (size > 0)
                memcpy(copy, data, size);
        *record = (struct record){0};
        require(hart_atomizers_open(&err) == HART_OK, err.text);
        document_open_memory(&document, copy, size);
        if (name != NULL)
                document.name = name;
        if (content_type != NULL)
                document.content_type = content_type;
        if (limits != NULL)
                document.limits = limits;
        struct recorder recorder = {
                .record = record, .atomizer = hart_atomizer_find(atomizer), .document = &document, .data = copy};
        const hart_event_sink sink = {.slice = on_slice,
                                      .content = on_content,
                                      .open = on_open,
                                      .close = on_close,
                                      .describe = on_describe,
                                      .child_begin = on_child_begin,
                                      .child_bytes = on_child_bytes,
                                      .child_end = on_child_end,
                                      .problem = on_problem,
                                      .data = &recorder};
        require(recorder.atomizer != NULL, "the atomizer is in the table");
        uint32_t tail = 0;
        hart_code code = hart_atomizer_run_document(recorder.atomizer, &document, &sink, &tail, &err);
        if (code != HART_OK)
                fprintf(stderr, "%s: %s\n", atomizer, err.text);
        require(code == HART_OK, "broken content is no failure");
        require(recorder.depth == 0, "all nodes are closed");
        require(!recorder.in_child, "all children are ended");
        require(recorder.atomizer->way != HART_SLICES || recorder.position + tail == size,
                "slices, gaps and the tail are the document");
        require(recorder.atomizer->way != HART_SLICES || size == 0 || record->components > 0,
                "a document of slices that is not empty has a component");
        document_close(&document);
        free(copy);
}

void record_done(struct record *record)
{
        hart_buffer_done(&record->outline);
        hart_buffer_done(&record->content);
        hart_buffer_done(&record->children);
}

char *record_outline(const char *atomizer, const void *data, size_t size)
{
        struct record record;
        record_run(&record, atomizer, data, size, NULL, NULL, NULL);
        char *outline = hart_duplicate(record.outline.data != NULL ? (const char *)record.outline.data : "");
        record_done(&record);
        return outline;
}

void record_read_file(const char *path, hart_buffer *ret)
{
        FILE *file = fopen(path, "rb");
        if (file == NULL)
                fprintf(stderr, "%s cannot be read\n", path);
        require(file != NULL, "the file is there");
        size_t got;
        do {
                got = fread(hart_buffer_reserve(ret, 65536), 1, 65536, file);
                ret->size += got;
        } while (got > 0);
        hart_buffer_byte(ret, '\0');
        ret->size--;
        (void)fclose(file);
}
