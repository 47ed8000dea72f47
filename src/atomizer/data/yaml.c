/* yaml: members, items and comments of YAML as they stand there, mappings and sequences as nodes.
 *
 * libyaml's parser tells events, nothing is composed from them: an alias is a name, not what it stands for. Its marks
 * count characters, slices are bytes. */
#include <string.h>

#include <yaml.h>

#include <hartonomous/json.h>

#include "../space.h"
#include "../strategies.h"
#include "place.h"

/* Deeper nesting is left over: libyaml's time grows with the square of it. */
#define LEVELS_MAX ((size_t)4 << 10)
/* The same for directives that name tags. */
#define TAGS_MAX 1000

enum { RAW, MEMBER, ITEM, COMMENT, SUBTYPES };

static const hart_subtype subtypes[SUBTYPES] = {
        [RAW] = {"raw", false, NULL},
        [MEMBER] = {"member", true, NULL},
        [ITEM] = {"item", true, NULL},
        [COMMENT] = {"comment", true, NULL},
};

struct level {
        bool mapping;
        bool behind_key; /* a key came, its value comes next */
        bool plain_key;  /* it is a scalar, so it makes a slice with a scalar value */
        size_t key;      /* where it begins */
        uint32_t index;
};

struct reader {
        hart_emitter *emitter;
        const unsigned char *data;
        size_t size;
        size_t begin;           /* behind a byte order mark */
        size_t byte, character; /* the same place */
        size_t position;        /* what lies before is emitted or passed over */
        hart_buffer levels;     /* of struct level */
        hart_buffer label;      /* of the next node */
        size_t depth, documents, members, aliases;
        struct place place;
};

static struct level *top(struct reader *reader)
{
        struct level *levels = (struct level *)(void *)reader->levels.data;
        return reader->depth > 0 ? &levels[reader->depth - 1] : NULL;
}

/* Marks come nearly in order, so a step forward or back is short. */
static size_t byte_of(struct reader *reader, size_t character)
{
        while (reader->character < character && reader->byte < reader->size) {
                do {
                        reader->byte++;
                } while (reader->byte < reader->size && (reader->data[reader->byte] & 0xC0) == 0x80);
                reader->character++;
        }
        while (reader->character > character && reader->byte > reader->begin) {
                do {
                        reader->byte--;
                } while (reader->byte > reader->begin && (reader->data[reader->byte] & 0xC0) == 0x80);
                reader->character--;
        }
        return reader->byte;
}

static size_t line_end(const struct reader *reader, size_t begin, size_t limit)
{
        const unsigned char *end = memchr(reader->data + begin, '\n', limit - begin);
        return end != NULL ? (size_t)(end - reader->data) : limit;
}

/* Comments that lie before `offset`, in which there is nothing but marks: "#" behind white space up to the line's end,
 * lines of nothing else together. */
static hart_code take_comments(struct reader *reader, size_t offset, hart_error *err)
{
        const unsigned char *data = reader->data;
        hart_code code = HART_OK;
        for (size_t i = reader->position; code == HART_OK && i < offset; i++) {
                if (data[i] != '#' || (i > reader->begin && strchr(" \t\r\n", data[i - 1]) == NULL))
                        continue;
                size_t begin = i, end = line_end(reader, i, offset), next = end;
                while (next < offset) {
                        next++;
                        while (next < offset && (data[next] == ' ' || data[next] == '\t'))
                                next++;
                        if (next == offset || data[next] != '#')
                                break;
                        next = end = line_end(reader, next, offset);
                }
                size_t trimmed = space_trim_end(data + begin, end - begin);
                code = emit_slice(reader->emitter, COMMENT, begin, trimmed, err);
                i = end;
        }
        if (offset > reader->position)
                reader->position = offset;
        return code;
}

static hart_code take_slice(struct reader *reader, unsigned subtype, size_t begin, size_t end, hart_error *err)
{
        hart_code code = take_comments(reader, begin, err);
        if (begin < reader->position)
                begin = reader->position;
        if (code != HART_OK || end <= begin)
                return code;
        reader->position = end;
        size_t size = space_trim_end(reader->data + begin, end - begin);
        return emit_slice(reader->emitter, subtype, begin, size, err);
}

/* A scalar or an alias: a key, the value of one, or an item. */
static hart_code take_scalar(struct reader *reader, const yaml_event_t *event, const char *text, size_t size,
                             hart_error *err)
{
        struct level *level = top(reader);
        size_t begin = byte_of(reader, event->start_mark.index), end = byte_of(reader, event->end_mark.index);
        if (level == NULL || !level->mapping) {
                if (level != NULL)
                        level->index++;
                return take_slice(reader, ITEM, begin, end, err);
        }
        if (!level->behind_key) {
                level->behind_key = level->plain_key = true;
                level->key = begin;
                hart_buffer_clear(&reader->label);
                hart_buffer_append(&reader->label, text, size < EMIT_LABEL_MAX ? size : EMIT_LABEL_MAX);
                return take_comments(reader, begin, err);
        }
        level->behind_key = false;
        reader->members++;
        return take_slice(reader, MEMBER, level->plain_key ? level->key : begin, end, err);
}

static hart_code open_level(struct reader *reader, const yaml_event_t *event, bool mapping, const char *anchor,
                            hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        HART_CLEANUP(hart_free_p) char *label = NULL;
        struct level *outer = top(reader);
        size_t begin = byte_of(reader, event->start_mark.index);
        if (outer != NULL && outer->mapping) {
                if (outer->behind_key && outer->plain_key)
                        label = hart_duplicate_n((const char *)reader->label.data, reader->label.size);
                outer->behind_key = !outer->behind_key;
                outer->plain_key = false;
        } else if (outer != NULL) {
                label = hart_format("%u", outer->index++);
        }
        if (anchor != NULL && strlen(anchor) <= EMIT_LABEL_MAX) {
                hart_json_writer writer = {.out = &text};
                hart_json_begin_object(&writer);
                hart_json_key(&writer, "anchor");
                hart_json_put_text(&writer, anchor);
                hart_json_end_object(&writer);
        }
        const struct level level = {.mapping = mapping};
        reader->levels.size = reader->depth++ * sizeof level;
        hart_buffer_append(&reader->levels, &level, sizeof level);
        hart_code code = take_comments(reader, begin, err);
        if (code == HART_OK)
                code = emit_until(reader->emitter, reader->position, err);
        const hart_node node = {
                .kind = mapping ? "mapping" : "sequence", .label = label, .metadata = (const char *)text.data};
        return code == HART_OK ? emit_open(reader->emitter, &node, err) : code;
}

static hart_code close_node(struct reader *reader, const yaml_event_t *event, hart_error *err)
{
        hart_code code = HART_OK;
        /* The end of what is written without brackets is where the next begins: comments before it belong there. */
        if (event->end_mark.index > event->start_mark.index)
                code = take_comments(reader, byte_of(reader, event->start_mark.index), err);
        if (code == HART_OK)
                code = emit_until(reader->emitter, reader->position, err);
        return code == HART_OK ? emit_close(reader->emitter, err) : code;
}

static hart_code open_document(struct reader *reader, const yaml_event_t *event, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *label = hart_format("%zu", reader->documents++);
        hart_code code = take_comments(reader, byte_of(reader, event->start_mark.index), err);
        if (code == HART_OK)
                code = emit_until(reader->emitter, reader->position, err);
        return code == HART_OK ? emit_open(reader->emitter, &(hart_node){.kind = "document", .label = label}, err)
                               : code;
}

static hart_code take_event(struct reader *reader, const yaml_event_t *event, hart_error *err)
{
        switch (event->type) {
        case YAML_DOCUMENT_START_EVENT:
                return open_document(reader, event, err);
        case YAML_ALIAS_EVENT:
                reader->aliases++;
                return take_scalar(reader, event, (const char *)event->data.alias.anchor,
                                   strlen((const char *)event->data.alias.anchor), err);
        case YAML_SCALAR_EVENT:
                return take_scalar(reader, event, (const char *)event->data.scalar.value, event->data.scalar.length,
                                   err);
        case YAML_SEQUENCE_START_EVENT:
                return open_level(reader, event, false, (const char *)event->data.sequence_start.anchor, err);
        case YAML_MAPPING_START_EVENT:
                return open_level(reader, event, true, (const char *)event->data.mapping_start.anchor, err);
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
                reader->depth--;
                return close_node(reader, event, err);
        case YAML_DOCUMENT_END_EVENT:
                return close_node(reader, event, err);
        case YAML_NO_EVENT:
        case YAML_STREAM_START_EVENT:
        case YAML_STREAM_END_EVENT:
                break;
        }
        return HART_OK;
}

/* What libyaml cannot read: told with its place, the rest is left over. */
static hart_code stop(struct reader *reader, const yaml_parser_t *parser, hart_error *err)
{
        size_t at = parser->error == YAML_READER_ERROR ? reader->begin + parser->problem_offset
                                                       : byte_of(reader, parser->problem_mark.index);
        const char *why = parser->error == YAML_MEMORY_ERROR ? "it takes too much memory" : parser->problem;
        hart_code code = place_problem(&reader->place, reader->emitter, at, why != NULL ? why : "this is no YAML", err);
        return code == HART_OK
                       ? emit_slice(reader->emitter, RAW, reader->position, reader->size - reader->position, err)
                       : code;
}

static bool has_too_many_tags(const struct reader *reader)
{
        const unsigned char *next = reader->data, *end = reader->data + reader->size;
        size_t count = 0;
        while (count <= TAGS_MAX && (next = memmem(next, (size_t)(end - next), "%TAG", 4)) != NULL) {
                count += next == reader->data || next[-1] == '\n' || next[-1] == '\r' ? 1 : 0;
                next += 4;
        }
        return count > TAGS_MAX;
}

static hart_code take_all(struct reader *reader, yaml_parser_t *parser, hart_error *err)
{
        hart_code code = HART_OK;
        for (bool more = true; more && code == HART_OK;) {
                yaml_event_t event;
                if (yaml_parser_parse(parser, &event) == 0)
                        return stop(reader, parser, err);
                more = event.type != YAML_STREAM_END_EVENT;
                code = take_event(reader, &event, err);
                yaml_event_delete(&event);
                if (code == HART_OK && reader->depth > LEVELS_MAX) {
                        parser->problem = "nested too deep: the rest is not read";
                        parser->problem_mark = parser->mark;
                        return stop(reader, parser, err);
                }
        }
        return code == HART_OK ? take_comments(reader, reader->size, err) : code;
}

static hart_code describe(const struct reader *reader, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        hart_json_writer writer = {.out = &text};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "documents");
        hart_json_put_integer(&writer, (int64_t)reader->documents);
        hart_json_key(&writer, "members");
        hart_json_put_integer(&writer, (int64_t)reader->members);
        if (reader->aliases > 0) {
                hart_json_key(&writer, "aliases");
                hart_json_put_integer(&writer, (int64_t)reader->aliases);
        }
        hart_json_end_object(&writer);
        return emit_describe(reader->emitter, (const char *)text.data, err);
}

static hart_code run(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct reader reader = {.emitter = emitter, .size = (size_t)document->size};
        yaml_parser_t parser;
        hart_code code = document_map(document, &reader.data, err);
        if (code != HART_OK)
                return code;
        if (yaml_parser_initialize(&parser) == 0)
                return hart_fail(err, HART_FAILED, "libyaml has no memory for a parser");
        reader.place = (struct place){.data = reader.data, .size = reader.size};
        if (reader.size >= 3 && memcmp(reader.data, "\xEF\xBB\xBF", 3) == 0)
                reader.begin = reader.byte = reader.position = 3;
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser, reader.data + reader.begin, reader.size - reader.begin);
        code = has_too_many_tags(&reader) ? emit_problem(emitter, err, "more than %d tag directives", TAGS_MAX)
                                          : take_all(&reader, &parser, err);
        yaml_parser_delete(&parser);
        if (code == HART_OK)
                code = describe(&reader, err);
        hart_buffer_done(&reader.levels);
        hart_buffer_done(&reader.label);
        return code;
}

static const char *const content_types[] = {
        "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "*+yaml", NULL};

const hart_atomizer yaml_atomizer = {
        .name = "yaml",
        .version = 1,
        .way = HART_SLICES,
        .modality = "text",
        .document_subtype = "yaml-document",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = SUBTYPES,
        .run_document = run,
        .marks_separate = true,
};
