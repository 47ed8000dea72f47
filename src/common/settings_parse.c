/* The text of one settings file: lines, sections, keys, and what to say about those that are wrong. */
#include <hartonomous/settings.h>

#include <string.h>

#include <hartonomous/utf8.h>

#include "settings_suggest.h"
#include "settings_table.h"
#include "settings_value.h"

#define LINE_LIMIT 4096
#define BLANKS     " \t\r\v\f"

struct parser {
        const hart_settings_part *parts;
        size_t count;
        const char *name;
        unsigned line;
        const char *section; /* a row's own text; NULL before the first [section] */
};

static char *trim(char *text)
{
        size_t size;

        text += strspn(text, BLANKS);
        size = strlen(text);
        while (size > 0 && strchr(BLANKS, text[size - 1]) != NULL)
                size--;
        text[size] = '\0';
        return text;
}

static hart_code unknown_section(const struct parser *parser, const char *section, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer hint = {0};

        settings_suggest_section(parser->parts, parser->count, section, &hint);
        return hart_fail(err, HART_CONFIG, "%s:%u: [%s] is no section here; %s", parser->name, parser->line, section,
                         (const char *)hint.data);
}

static hart_code read_section(struct parser *parser, char *text, hart_error *err)
{
        size_t size = strlen(text);
        const char *section;

        if (text[size - 1] != ']')
                return hart_fail(err, HART_CONFIG, "%s:%u: \"%s\" is not closed; write [section]", parser->name,
                                 parser->line, text);
        text[size - 1] = '\0';
        text = trim(text + 1);
        section = settings_find_section(parser->parts, parser->count, text);
        if (section == NULL)
                return unknown_section(parser, text, err);
        parser->section = section;
        return HART_OK;
}

static hart_code bad_value(const struct parser *parser, const hart_setting *row, const char *value, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer allowed = {0};

        setting_allowed(row, &allowed);
        return hart_fail(err, HART_CONFIG, "%s:%u: [%s] %s: \"%.100s\" is not %s; allowed: %s", parser->name,
                         parser->line, row->section, row->key, value, setting_kind_noun(row->kind),
                         (const char *)allowed.data);
}

static hart_code unknown_key(const struct parser *parser, const char *key, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer hint = {0};

        settings_suggest_key(parser->parts, parser->count, parser->section, key, &hint);
        return hart_fail(err, HART_CONFIG, "%s:%u: [%s] %.100s: no such key; %s", parser->name, parser->line,
                         parser->section, key, (const char *)hint.data);
}

static hart_code set(const struct parser *parser, const char *key, const char *value, hart_error *err)
{
        void *into = NULL;
        const hart_setting *row = settings_find(parser->parts, parser->count, parser->section, key, &into);

        if (row == NULL)
                return unknown_key(parser, key, err);
        return setting_value_set(row, value, into) ? HART_OK : bad_value(parser, row, value, err);
}

static hart_code read_line(struct parser *parser, char *line, hart_error *err)
{
        char *text = trim(line), *equals;

        if (*text == '\0' || *text == '#' || *text == ';')
                return HART_OK;
        if (*text == '[')
                return read_section(parser, text, err);
        equals = strchr(text, '=');
        if (equals == NULL)
                return hart_fail(err, HART_CONFIG,
                                 "%s:%u: \"%.100s\" has no \"=\"; write key = value, [section], or # comment",
                                 parser->name, parser->line, text);
        *equals = '\0';
        text = trim(text);
        if (*text == '\0')
                return hart_fail(err, HART_CONFIG, "%s:%u: no key before \"=\"; write key = value", parser->name,
                                 parser->line);
        if (parser->section == NULL)
                return hart_fail(err, HART_CONFIG, "%s:%u: \"%.100s\" stands before any [section]", parser->name,
                                 parser->line, text);
        return set(parser, text, trim(equals + 1), err);
}

static hart_code check_bytes(const struct parser *parser, const char *line, size_t size, hart_error *err)
{
        if (size > LINE_LIMIT)
                return hart_fail(err, HART_CONFIG, "%s:%u: line is longer than %d bytes", parser->name, parser->line,
                                 LINE_LIMIT);
        if (memchr(line, '\0', size) != NULL)
                return hart_fail(err, HART_CONFIG, "%s:%u: line has a NUL byte; is this a text file?", parser->name,
                                 parser->line);
        if (!hart_utf8_valid(line, size))
                return hart_fail(err, HART_CONFIG, "%s:%u: line is not valid UTF-8", parser->name, parser->line);
        return HART_OK;
}

hart_code hart_settings_parse_parts(const hart_settings_part *parts, size_t count, const char *name, const char *text,
                                    size_t size, hart_error *err)
{
        struct parser parser = {.parts = parts, .count = count, .name = name};
        const char *at = text, *end = text + size;

        if (size >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
                at += 3;
        while (at < end) {
                const char *newline = memchr(at, '\n', (size_t)(end - at));
                size_t length = (size_t)((newline != NULL ? newline : end) - at);
                HART_CLEANUP(hart_free_p) char *line = NULL;
                hart_code code;

                parser.line++;
                code = check_bytes(&parser, at, length, err);
                if (code != HART_OK)
                        return code;
                line = hart_duplicate_n(at, length);
                code = read_line(&parser, line, err);
                if (code != HART_OK)
                        return code;
                at += length + (newline != NULL);
        }
        return HART_OK;
}

hart_code hart_settings_parse(const hart_settings_schema *schema, const char *name, const char *text, size_t size,
                              void *into, hart_error *err)
{
        const hart_settings_part part = {schema->rows, schema->count, into};

        return hart_settings_parse_parts(&part, 1, name, text, size, err);
}
