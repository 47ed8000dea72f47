/* part: libxml2's reader over bytes that are unpacked as it asks for them. */
#include "part.h"

#include <string.h>
#include <strings.h>

#include <libxml/catalog.h>
#include <libxml/xmlreader.h>

/* No network, no entities put in place, no document type from elsewhere; and the encoding is what the first bytes say:
 * a declared one would be looked for in files. The reader nests 256 deep. */
#define OPTIONS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC | XML_PARSE_COMPACT)

struct source {
        struct package *package;
        hart_error *err;
        unsigned char head[4]; /* looked at before the reader sees it */
        size_t head_size, head_given;
};

void part_open_library(void)
{
        xmlInitParser();
        xmlInitializeCatalog();
        xmlCatalogSetDefaults(XML_CATA_ALLOW_NONE);
}

static int on_read(void *data, char *buffer, int size)
{
        struct source *source = data;
        size_t left = source->head_size - source->head_given, room = (size_t)size;
        if (left > 0) {
                size_t part = left < room ? left : room;
                memcpy(buffer, source->head + source->head_given, part);
                source->head_given += part;
                return (int)part;
        }
        return (int)package_read(source->package, buffer, room, source->err);
}

/* UTF-8 and UTF-16 are all that the formats allow. */
static bool encoding_is_known(const unsigned char *head, size_t size)
{
        if (size < 4)
                return false;
        if ((head[0] == 0xFE && head[1] == 0xFF) || (head[0] == 0xFF && head[1] == 0xFE))
                return head[2] != 0 || head[3] != 0;
        if (head[0] == 0xEF && head[1] == 0xBB && head[2] == 0xBF)
                return true;
        return head[0] != 0 && head[0] < 0x80 && head[1] != 0 && (head[0] != 0x4C || head[1] != 0x6F);
}

static hart_code tell(struct package *package, const char *name, const char *why, hart_error *err)
{
        return emit_problem(package->emitter, err, "%s: %s", name, why);
}

static const struct part_rule *rule_for(const struct part_rule *rules, const char *element)
{
        while (rules->element != NULL && strcmp(rules->element, element) != 0)
                rules++;
        return rules->element != NULL ? rules : NULL;
}

struct walk {
        const struct part_rule *rules;
        part_text text;
        void *data;
};

/* One node; *status is what the reader says about the next one. */
static hart_code visit(const struct walk *walk, struct part *part, int *status, hart_error *err)
{
        xmlTextReader *reader = part->reader;
        int type = xmlTextReaderNodeType(reader);
        hart_code code = HART_OK;
        if (type == XML_READER_TYPE_ELEMENT) {
                const struct part_rule *rule = rule_for(walk->rules, (const char *)xmlTextReaderConstLocalName(reader));
                bool empty = xmlTextReaderIsEmptyElement(reader) == 1;
                part->skip = false;
                if (rule != NULL && rule->begin != NULL)
                        code = rule->begin(walk->data, part, err);
                (void)xmlTextReaderMoveToElement(reader);
                if (code == HART_OK && part->skip) {
                        *status = xmlTextReaderNext(reader);
                        return code;
                }
                if (code == HART_OK && empty && rule != NULL && rule->end != NULL)
                        code = rule->end(walk->data, part, err);
        } else if (type == XML_READER_TYPE_END_ELEMENT) {
                const struct part_rule *rule = rule_for(walk->rules, (const char *)xmlTextReaderConstLocalName(reader));
                if (rule != NULL && rule->end != NULL)
                        code = rule->end(walk->data, part, err);
        } else if (walk->text != NULL &&
                   (type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_CDATA ||
                    type == XML_READER_TYPE_SIGNIFICANT_WHITESPACE || type == XML_READER_TYPE_WHITESPACE)) {
                const char *text = (const char *)xmlTextReaderConstValue(reader);
                if (text != NULL)
                        walk->text(walk->data, text, strlen(text));
        }
        if (code == HART_OK)
                *status = xmlTextReaderRead(reader);
        return code;
}

static hart_code tell_broken(struct package *package, const struct part *part, hart_error *err)
{
        const xmlError *error = xmlGetLastError();
        const char *text = "broken XML";
        if (error != NULL && error->code == XML_ERR_DOCUMENT_END)
                text = "it ends in the middle, or something follows its end";
        else if (error != NULL && error->message != NULL)
                text = error->message;
        return emit_problem(package->emitter, err, "%s, line %d: %s", part->name, error != NULL ? error->line : 0,
                            text);
}

static hart_code walk_nodes(struct package *package, const struct walk *walk, struct part *part, hart_error *err)
{
        int status = xmlTextReaderRead(part->reader);
        hart_code code = HART_OK;
        while (code == HART_OK && status == 1) {
                if (xmlTextReaderNodeType(part->reader) == XML_READER_TYPE_DOCUMENT_TYPE)
                        return tell(package, part->name, "it declares a document type, as no part may", err);
                code = visit(walk, part, &status, err);
        }
        if (code != HART_OK || status == 0)
                return code;
        if (package->stopped)
                return HART_EMPTY;
        return package->broke != NULL ? tell(package, part->name, package->broke, err)
                                      : tell_broken(package, part, err);
}

hart_code part_walk(struct package *package, const char *name, enum part_need need, const struct part_rule *rules,
                    part_text text, void *data, hart_error *err)
{
        size_t index = package_find(package, name);
        const char *why = NULL;
        if (index == PACKAGE_NONE)
                return need == PART_OPTIONAL ? HART_OK : tell(package, name, "this part is missing", err);
        hart_code code = package_seek(package, index, &why, err);
        if (code != HART_OK)
                return why != NULL ? tell(package, name, why, err) : code;
        struct source source = {.package = package, .err = err};
        ptrdiff_t got = 1;
        while (source.head_size < sizeof source.head && got > 0) {
                got = package_read(package, source.head + source.head_size, sizeof source.head - source.head_size, err);
                source.head_size += got > 0 ? (size_t)got : 0;
        }
        if (got < 0)
                return package->stopped ? HART_EMPTY : tell(package, name, package->broke, err);
        if (!encoding_is_known(source.head, source.head_size))
                return tell(package, name, "it is no XML in UTF-8 or UTF-16", err);
        xmlResetLastError();
        struct part part = {.name = name, .reader = xmlReaderForIO(on_read, NULL, &source, NULL, NULL, OPTIONS)};
        if (part.reader == NULL)
                return tell(package, name, "it cannot be read as XML", err);
        code = walk_nodes(package, &(struct walk){.rules = rules, .text = text, .data = data}, &part, err);
        xmlFreeTextReader(part.reader);
        return code;
}

const char *part_element(struct part *part)
{
        return (const char *)xmlTextReaderConstLocalName(part->reader);
}

static char *attribute(struct part *part, const char *local_name, bool of_relations)
{
        static const char relations[] = "/relationships";
        xmlTextReader *reader = part->reader;
        char *value = NULL;
        for (int more = xmlTextReaderMoveToFirstAttribute(reader); more == 1 && value == NULL;
             more = xmlTextReaderMoveToNextAttribute(reader)) {
                const char *uri = (const char *)xmlTextReaderConstNamespaceUri(reader);
                size_t size = uri != NULL ? strlen(uri) : 0, ending = sizeof relations - 1;
                bool relation = size > ending && strcmp(uri + size - ending, relations) == 0;
                if (relation == of_relations &&
                    strcmp((const char *)xmlTextReaderConstLocalName(reader), local_name) == 0)
                        value = hart_duplicate((const char *)xmlTextReaderConstValue(reader));
        }
        (void)xmlTextReaderMoveToElement(reader);
        return value;
}

char *part_attribute(struct part *part, const char *local_name)
{
        return attribute(part, local_name, false);
}

char *part_relation_attribute(struct part *part, const char *local_name)
{
        return attribute(part, local_name, true);
}

uint64_t part_number(struct part *part, const char *local_name, uint64_t most, uint64_t otherwise)
{
        HART_CLEANUP(hart_free_p) char *text = part_attribute(part, local_name);
        uint64_t number = 0;
        if (text == NULL || *text == '\0')
                return otherwise;
        for (const char *next = text; *next != '\0'; next++) {
                if (*next < '0' || *next > '9' || number > most)
                        return otherwise;
                number = number * 10 + (uint64_t)(*next - '0');
        }
        return number <= most ? number : otherwise;
}

bool part_flag(struct part *part, const char *local_name)
{
        HART_CLEANUP(hart_free_p) char *text = part_attribute(part, local_name);
        return text != NULL && (strcmp(text, "1") == 0 || strcmp(text, "true") == 0 || strcmp(text, "on") == 0);
}
