/* The text of one settings file: lines, sections, keys, and what to say about those that are wrong. */
#include <hartonomous/settings.h>

#include <string.h>

#include <hartonomous/utf8.h>

#include "settings_list.h"
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
        char *section;   /* NULL before the first [section] */
        char *item_name; /* of a section with a name */
        void *item;      /* what such a section fills */
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

static bool has_control_character(const char *text)
{
        for (; *text != '\0'; text++)
                if ((unsigned char)*text < 0x20 || *text == 0x7f)
                        return true;
        return false;
}

/* Takes the quotes off. */
static hart_code read_item_name(const struct parser *parser, const char *section, char **text, hart_error *err)
{
        char *name = *text;
        size_t size = strlen(name);
        const char *fault = NULL;

        if (size == 0)
                return hart_fail(err, HART_CONFIG, "%s:%u: [%s] needs a name; write [%s \"NAME\"]", parser->name,
                                 parser->line, section, section);
        if (size < 2 || name[0] != '"' || name[size - 1] != '"')
                return hart_fail(err, HART_CONFIG, "%s:%u: [%s %.100s]: the name is not in quotes; write [%s \"NAME\"]",
                                 parser->name, parser->line, section, name, section);
        name[size - 1] = '\0';
        name++;
        if (*name == '\0')
                fault = "the name is empty";
        else if (strlen(name) > SETTINGS_NAME_LIMIT)
                fault = "the name is longer than 200 bytes";
        else if (strchr(name, '"') != NULL)
                fault = "the name has a quote in it";
        else if (has_control_character(name))
                fault = "the name has a control character in it";
        if (fault != NULL)
                return hart_fail(err, HART_CONFIG, "%s:%u: [%s \"%.40s\"]: %s; write [%s \"NAME\"]", parser->name,
                                 parser->line, section, name, fault, section);
        *text = name;
        return HART_OK;
}

/* What stands between the brackets: a section, and a name behind it where it is one of a group. */
static hart_code take_section(struct parser *parser, char *text, hart_error *err)
{
        size_t word = strcspn(text, BLANKS "\"");
        HART_CLEANUP(hart_free_p) char *section = hart_duplicate_n(text, word);
        struct settings_rows rows;
        hart_code code;

        if (!settings_find_section(parser->parts, parser->count, section, &rows))
                return unknown_section(parser, section, err);
        text = trim(text + word);
        if (rows.group == NULL && *text != '\0')
                return hart_fail(err, HART_CONFIG, "%s:%u: [%s] takes no name, not %.100s; write [%s]", parser->name,
                                 parser->line, section, text, section);
        parser->item = NULL;
        hart_free_p(&parser->item_name);
        if (rows.group != NULL) {
                code = read_item_name(parser, section, &text, err);
                if (code != HART_OK)
                        return code;
                parser->item_name = hart_duplicate(text);
                parser->item = settings_list_item(rows.into, rows.group, text);
        }
        free(parser->section);
        parser->section = HART_TAKE(section);
        return HART_OK;
}

static hart_code read_section(struct parser *parser, char *text, hart_error *err)
{
        size_t size = strlen(text);

        if (text[size - 1] != ']')
                return hart_fail(err, HART_CONFIG, "%s:%u: \"%.100s\" is not closed; write [section]", parser->name,
                                 parser->line, text);
        text[size - 1] = '\0';
        return take_section(parser, trim(text + 1), err);
}

/* "[worker]", "[model \"bge\"]": as it stands in the file. */
static char *header(const struct parser *parser)
{
        return parser->item_name == NULL ? hart_format("[%s]", parser->section)
                                         : hart_format("[%s \"%s\"]", parser->section, parser->item_name);
}

static hart_code bad_value(const struct parser *parser, const hart_setting *row, const char *value, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer allowed = {0};
        HART_CLEANUP(hart_free_p) char *section = header(parser);

        setting_allowed(row, &allowed);
        return hart_fail(err, HART_CONFIG, "%s:%u: %s %s: \"%.100s\" is not %s; allowed: %s", parser->name,
                         parser->line, section, row->key, value, setting_kind_noun(row->kind),
                         (const char *)allowed.data);
}

static hart_code unknown_key(const struct parser *parser, const char *key, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer hint = {0};
        HART_CLEANUP(hart_free_p) char *section = header(parser);

        settings_suggest_key(parser->parts, parser->count, parser->section, key, &hint);
        return hart_fail(err, HART_CONFIG, "%s:%u: %s %.100s: no such key; %s", parser->name, parser->line, section,
                         key, (const char *)hint.data);
}

static hart_code set(const struct parser *parser, const char *key, const char *value, hart_error *err)
{
        struct settings_rows of;
        const hart_setting *row = settings_find(parser->parts, parser->count, parser->section, key, &of);

        if (row == NULL)
                return unknown_key(parser, key, err);
        return setting_value_set(row, value, of.group != NULL ? parser->item : of.into)
                       ? HART_OK
                       : bad_value(parser, row, value, err);
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

static void parser_done(struct parser *parser)
{
        free(parser->section);
        free(parser->item_name);
}

hart_code hart_settings_parse_parts(const hart_settings_part *parts, size_t count, const char *name, const char *text,
                                    size_t size, hart_error *err)
{
        HART_CLEANUP(parser_done) struct parser parser = {.parts = parts, .count = count, .name = name};
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
        const hart_settings_part part = hart_settings_part_of(schema, into);

        return hart_settings_parse_parts(&part, 1, name, text, size, err);
}
