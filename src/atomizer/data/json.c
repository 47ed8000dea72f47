/* json: members and items of JSON and JSON Lines as they stand there, objects and arrays as nodes.
 *
 * A number says little by itself and there may be millions: neighbours in an array are one component. */
#include <stdio.h>
#include <string.h>

#include <hartonomous/json.h>

#include "../strategies.h"
#include "json_scan.h"
#include "place.h"

/* Numbers beside each other make components of so many bytes. */
#define NUMBERS_MAX ((size_t)4 << 10)
/* Deeper nesting is left over. It costs 8 bytes a level. */
#define LEVELS_MAX ((size_t)1 << 20)

enum { RAW, MEMBER, ITEM, ITEMS, SUBTYPES };

static const hart_subtype subtypes[SUBTYPES] = {
        [RAW] = {"raw", false, NULL},
        [MEMBER] = {"member", true, NULL},
        [ITEM] = {"item", true, NULL},
        [ITEMS] = {"items", false, NULL},
};

struct level {
        bool object;
        uint32_t index; /* of its next element */
};

struct parser {
        hart_emitter *emitter;
        const unsigned char *data;
        size_t size, position;
        hart_buffer levels; /* of struct level */
        size_t depth, deepest;
        size_t run, run_end; /* numbers that wait to be one component; none where both are equal */
        unsigned run_count;
        size_t values, members;
        bool lenient;
        struct place place;
        struct json_fault fault; /* .why != NULL: this is no JSON */
};

static struct level *top(struct parser *parser)
{
        struct level *levels = (struct level *)(void *)parser->levels.data;
        return parser->depth > 0 ? &levels[parser->depth - 1] : NULL;
}

static hart_code end_run(struct parser *parser, hart_error *err)
{
        size_t size = parser->run_end - parser->run;
        unsigned subtype = parser->run_count > 1 || parser->data[parser->run] == '[' ? ITEMS : ITEM;
        parser->run_count = 0;
        return size > 0 ? emit_slice(parser->emitter, subtype, parser->run, size, err) : HART_OK;
}

static hart_code add_to_run(struct parser *parser, size_t begin, size_t end, hart_error *err)
{
        hart_code code = HART_OK;
        if (parser->run_count > 0 && end - parser->run > NUMBERS_MAX)
                code = end_run(parser, err);
        if (parser->run_count++ == 0)
                parser->run = begin;
        parser->run_end = end;
        return code;
}

static hart_code finish_run(struct parser *parser, hart_error *err)
{
        return parser->run_count > 0 ? end_run(parser, err) : HART_OK;
}

static void refuse(struct parser *parser, size_t at, const char *why)
{
        parser->fault = (struct json_fault){.why = why, .at = at};
}

/* A key without its quotes and escapes. */
static char *label_of(const unsigned char *key, size_t size)
{
        HART_CLEANUP(hart_json_close_p) hart_json *value = NULL;
        hart_error err = {0};
        if (size <= 8 * EMIT_LABEL_MAX && memchr(key, '\\', size) != NULL &&
            hart_json_parse(key, size, &value, &err) == HART_OK)
                return hart_duplicate(hart_json_text(value, NULL));
        size_t inner = size - 2 < EMIT_LABEL_MAX ? size - 2 : EMIT_LABEL_MAX;
        return hart_duplicate_n((const char *)key + 1, inner);
}

static hart_code open_level(struct parser *parser, size_t key, size_t key_size, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *label = NULL;
        const struct level *outer = top(parser);
        bool object = parser->data[parser->position] == '{';
        hart_code code = finish_run(parser, err);
        if (code == HART_OK && parser->depth == LEVELS_MAX)
                refuse(parser, parser->position, "nested too deep: the rest is not read");
        if (code != HART_OK || parser->fault.why != NULL)
                return code;
        if (outer != NULL && outer->object)
                label = label_of(parser->data + key, key_size);
        else if (outer != NULL)
                label = hart_format("%u", outer->index);
        const struct level level = {.object = object};
        parser->levels.size = parser->depth * sizeof level;
        hart_buffer_append(&parser->levels, &level, sizeof level);
        if (++parser->depth > parser->deepest)
                parser->deepest = parser->depth;
        code = emit_until(parser->emitter, key_size > 0 ? key : parser->position, err);
        parser->position++;
        if (code == HART_OK)
                code = emit_open(parser->emitter, &(hart_node){.kind = object ? "object" : "array", .label = label},
                                 err);
        return code;
}

static hart_code close_level(struct parser *parser, hart_error *err)
{
        hart_code code = finish_run(parser, err);
        if (code == HART_OK)
                code = emit_until(parser->emitter, parser->position, err);
        parser->depth--;
        return code == HART_OK ? emit_close(parser->emitter, err) : code;
}

static void skip_blank(struct parser *parser)
{
        parser->position += json_blank(parser->data + parser->position, parser->size - parser->position);
}

/* The end of a value that needs no node: a scalar, nothing in brackets, a few numbers. 0: a level begins here, or
 * there is a fault. */
static size_t plain_end(struct parser *parser)
{
        const unsigned char *value = parser->data + parser->position;
        size_t left = parser->size - parser->position, length;
        bool lenient = false;
        struct json_fault fault = {0};
        if (left > 0 && (*value == '[' || *value == '{')) {
                length = json_plain(value, left < NUMBERS_MAX ? left : NUMBERS_MAX);
        } else {
                length = json_scalar(value, left, &lenient, &fault);
                parser->lenient |= lenient;
                if (length == 0)
                        refuse(parser, parser->position + fault.at, fault.why);
        }
        return length > 0 ? parser->position + length : 0;
}

/* A key and the colon behind it. */
static void take_key(struct parser *parser, size_t *key_size)
{
        struct json_fault fault = {0};
        *key_size = json_string_size(parser->data + parser->position, parser->size - parser->position, &fault);
        if (*key_size == 0) {
                refuse(parser, parser->position + fault.at, fault.at == 0 ? "a member's name is expected" : fault.why);
                return;
        }
        parser->position += *key_size;
        skip_blank(parser);
        if (parser->position == parser->size || parser->data[parser->position] != ':') {
                refuse(parser, parser->position, "a colon is expected");
                return;
        }
        parser->position++;
        skip_blank(parser);
}

/* A value with its key where the level is an object. *opened: it is a level, whose elements come next. */
static hart_code take_element(struct parser *parser, bool *opened, hart_error *err)
{
        struct level *level = top(parser);
        size_t begin = parser->position, key_size = 0;
        *opened = false;
        if (level != NULL && level->object)
                take_key(parser, &key_size);
        size_t end = parser->fault.why == NULL ? plain_end(parser) : 0;
        if (parser->fault.why != NULL) {
                parser->position = begin; /* the key is left over with what is wrong */
                return HART_OK;
        }
        *opened = end == 0;
        if (*opened) {
                hart_code code = open_level(parser, begin, key_size, err);
                if (level != NULL && code == HART_OK && parser->fault.why == NULL)
                        ((struct level *)(void *)parser->levels.data)[parser->depth - 2].index++;
                return code;
        }
        bool text = parser->data[parser->position] == '"' || parser->data[parser->position] == '{';
        parser->position = end;
        if (level != NULL)
                level->index++;
        if (level != NULL && level->object) {
                parser->members++;
                return emit_slice(parser->emitter, MEMBER, begin, end - begin, err);
        }
        if (!text)
                return add_to_run(parser, begin, end, err);
        hart_code code = finish_run(parser, err);
        return code == HART_OK ? emit_slice(parser->emitter, ITEM, begin, end - begin, err) : code;
}

/* One value with all in it; position is behind it, or there is a fault. */
static hart_code take_tree(struct parser *parser, hart_error *err)
{
        enum { ELEMENT, FIRST, BEHIND } state = ELEMENT;
        hart_code code = HART_OK;
        do {
                skip_blank(parser);
                unsigned char next = parser->position < parser->size ? parser->data[parser->position] : '\0';
                const struct level *level = top(parser);
                bool closes = level != NULL && next == (level->object ? '}' : ']');
                if (closes && state != ELEMENT) {
                        code = close_level(parser, err);
                        parser->position++;
                        state = BEHIND;
                } else if (state != BEHIND) {
                        bool opened;
                        code = take_element(parser, &opened, err);
                        state = opened ? FIRST : BEHIND;
                } else if (next == ',') {
                        parser->position++;
                        state = ELEMENT;
                } else {
                        refuse(parser, parser->position,
                               parser->position == parser->size ? "it ends in the middle"
                               : level->object                  ? "a comma or } is expected"
                                                                : "a comma or ] is expected");
                }
        } while (code == HART_OK && parser->fault.why == NULL && parser->depth > 0);
        return code == HART_OK ? finish_run(parser, err) : code;
}

/* Behind a fault: the rest, or with JSON Lines the rest of the line, is left over. */
static hart_code pass_over(struct parser *parser, bool lines, hart_error *err)
{
        size_t begin = parser->fault.at < parser->size ? parser->fault.at : parser->size, end = parser->size;
        const unsigned char *line = lines ? memchr(parser->data + begin, '\n', parser->size - begin) : NULL;
        hart_code code = place_problem(&parser->place, parser->emitter, begin, parser->fault.why, err);
        if (line != NULL)
                end = (size_t)(line - parser->data);
        /* What was named a slice before stays one. */
        if (code == HART_OK && end > parser->position)
                code = emit_slice(parser->emitter, RAW, parser->position, end - parser->position, err);
        for (; code == HART_OK && parser->depth > 0; parser->depth--)
                code = emit_close(parser->emitter, err);
        parser->position = end;
        parser->fault.why = NULL;
        return code;
}

static hart_code take_all(struct parser *parser, bool lines, hart_error *err)
{
        hart_code code = HART_OK;
        for (skip_blank(parser); code == HART_OK && parser->position < parser->size;) {
                code = take_tree(parser, err);
                if (code == HART_OK && parser->fault.why == NULL)
                        parser->values++;
                size_t before = parser->position;
                skip_blank(parser);
                /* A second value in a line of its own makes it JSON Lines, whatever its name is. */
                bool next_line = memchr(parser->data + before, '\n', parser->position - before) != NULL;
                lines |= parser->values > 0 && next_line && parser->fault.why == NULL;
                if (code == HART_OK && parser->fault.why == NULL && !next_line && parser->position < parser->size)
                        refuse(parser, parser->position, "something stands behind the value");
                if (code == HART_OK && parser->fault.why != NULL) {
                        code = pass_over(parser, lines, err);
                        skip_blank(parser);
                }
        }
        return code;
}

static hart_code describe(struct parser *parser, bool lines, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        hart_json_writer writer = {.out = &text};
        hart_json_begin_object(&writer);
        if (lines || parser->values > 1) {
                hart_json_key(&writer, "values");
                hart_json_put_integer(&writer, (int64_t)parser->values);
        }
        hart_json_key(&writer, "members");
        hart_json_put_integer(&writer, (int64_t)parser->members);
        hart_json_key(&writer, "depth");
        hart_json_put_integer(&writer, (int64_t)parser->deepest);
        hart_json_end_object(&writer);
        return emit_describe(parser->emitter, (const char *)text.data, err);
}

static hart_code run(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct parser parser = {.emitter = emitter, .size = (size_t)document->size};
        bool lines =
                strstr(document->content_type, "ndjson") != NULL || strstr(document->content_type, "jsonl") != NULL;
        hart_code code = document_map(document, &parser.data, err);
        if (code != HART_OK)
                return code;
        parser.place = (struct place){.data = parser.data, .size = parser.size};
        size_t invalid = place_invalid(parser.data, parser.size);
        if (invalid < parser.size)
                code = emit_problem(emitter, err, "byte %zu is not UTF-8, which JSON must be", invalid + 1);
        if (parser.size >= 3 && memcmp(parser.data, "\xEF\xBB\xBF", 3) == 0)
                parser.position = 3;
        if (code == HART_OK)
                code = take_all(&parser, lines, err);
        if (code == HART_OK && parser.lenient)
                code = emit_problem(emitter, err, "NaN or Infinity in it, which JSON does not have");
        if (code == HART_OK)
                code = describe(&parser, lines, err);
        hart_buffer_done(&parser.levels);
        return code;
}

static const char *const content_types[] = {"application/json",
                                            "text/json",
                                            "application/x-ndjson",
                                            "application/ndjson",
                                            "application/jsonl",
                                            "application/x-jsonlines",
                                            "application/geo+json",
                                            "*+json",
                                            NULL};

const hart_atomizer json_atomizer = {
        .name = "json",
        .version = 1,
        .way = HART_SLICES,
        .modality = "text",
        .document_subtype = "json-document",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = SUBTYPES,
        .run_document = run,
        .marks_separate = true,
};
