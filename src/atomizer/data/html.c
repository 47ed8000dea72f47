/* html: what a reader sees of a page, block by block. libxml2's parser repairs what is not well formed; it is given
 * UTF-8, part by part, and keeps no tree. */
#include <limits.h>
#include <string.h>
#include <strings.h>

#include <libxml/HTMLparser.h>

#include "../strategies.h"
#include "html_head.h"
#include "html_page.h"

#define PART ((size_t)256 << 10)
/* Elements in each other. libxml2 looks through all of them at each end, so more of them take too long. */
#define LEVELS_MAX HART_DEPTH_MAX

static const hart_subtype subtypes[HTML_SUBTYPES] = {
        [HTML_SPACE] = {"space", false, NULL},         [HTML_SENTENCE] = {"sentence", true, "text"},
        [HTML_HEADING] = {"heading", true, NULL},      [HTML_LIST_ITEM] = {"list-item", true, NULL},
        [HTML_TABLE_ROW] = {"table-row", true, NULL},  [HTML_CODE] = {"code", true, NULL},
        [HTML_ALT] = {"alternative-text", true, NULL},
};

enum action { BLOCK, ITEM, HEADING, LIST, TABLE, ROW, CELL, CODE, BREAK, SKIP, TITLE };

static const struct element {
        const char *name;
        enum action action;
} elements[] = {
        {"address", BLOCK},  {"article", BLOCK},    {"aside", BLOCK},  {"blockquote", BLOCK}, {"body", BLOCK},
        {"br", BREAK},       {"caption", BLOCK},    {"center", BLOCK}, {"dd", ITEM},          {"details", BLOCK},
        {"dialog", BLOCK},   {"dir", LIST},         {"div", BLOCK},    {"dl", LIST},          {"dt", ITEM},
        {"fieldset", BLOCK}, {"figcaption", BLOCK}, {"figure", BLOCK}, {"footer", BLOCK},     {"form", BLOCK},
        {"h1", HEADING},     {"h2", HEADING},       {"h3", HEADING},   {"h4", HEADING},       {"h5", HEADING},
        {"h6", HEADING},     {"header", BLOCK},     {"hr", BLOCK},     {"legend", BLOCK},     {"li", ITEM},
        {"listing", CODE},   {"main", BLOCK},       {"menu", LIST},    {"nav", BLOCK},        {"ol", LIST},
        {"option", BLOCK},   {"p", BLOCK},          {"pre", CODE},     {"script", SKIP},      {"section", BLOCK},
        {"style", SKIP},     {"summary", BLOCK},    {"table", TABLE},  {"td", CELL},          {"template", SKIP},
        {"th", CELL},        {"title", TITLE},      {"tr", ROW},       {"ul", LIST},          {"xmp", CODE},
};

struct reader {
        struct html_page page;
        struct html_head head;
        unsigned skipping; /* elements in each other that nobody sees */
        bool in_title;
        htmlParserCtxt *parser;
        char *href; /* of the link that is open, whose text begins there in the block */
        size_t href_begin;
        bool too_deep;
};

static const struct element *find(const char *name)
{
        for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
                if (strcasecmp(elements[i].name, name) == 0)
                        return &elements[i];
        }
        return NULL;
}

static void end_link(struct reader *reader)
{
        const hart_buffer *block = &reader->page.block;
        const char *text = block->size > 0 ? (const char *)block->data : "";
        size_t begin = reader->href_begin < block->size ? reader->href_begin : block->size;
        while (begin < block->size && text[begin] == ' ')
                begin++;
        if (reader->href != NULL)
                html_link(&reader->head, reader->href, text + begin, block->size - begin);
        free(HART_TAKE(reader->href));
}

static void begin_link(struct reader *reader, const char *const *attributes)
{
        end_link(reader);
        reader->href = hart_duplicate(html_attribute(attributes, "href"));
        reader->href_begin = reader->page.block.size;
}

/* Elements that do not divide the text. */
static void begin_inline(struct reader *reader, const char *name, const char *const *attributes)
{
        const char *value;
        if (strcasecmp(name, "a") == 0)
                begin_link(reader, attributes);
        else if (strcasecmp(name, "meta") == 0)
                html_meta(&reader->head, attributes);
        else if (strcasecmp(name, "img") == 0 && (value = html_attribute(attributes, "alt")) != NULL)
                html_alternative(&reader->page, value);
        else if (strcasecmp(name, "html") == 0 && (value = html_attribute(attributes, "lang")) != NULL &&
                 reader->head.language == NULL)
                reader->head.language = hart_duplicate_n(value, strnlen(value, 64));
}

static void begin_element(struct reader *reader, const struct element *element)
{
        struct html_page *page = &reader->page;
        switch (element->action) {
        case BLOCK:
                html_end_block(page, HTML_SENTENCE);
                break;
        case ITEM:
                html_end_block(page, HTML_LIST_ITEM);
                break;
        case HEADING:
                html_end_block(page, HTML_HEADING);
                break;
        case CODE:
                html_end_block(page, HTML_CODE);
                break;
        case LIST:
        case TABLE:
                html_open(page, element->action == LIST ? "list" : "table");
                break;
        case ROW:
                html_begin_row(page);
                break;
        case CELL:
                html_begin_cell(page);
                break;
        case BREAK:
                html_text(page, "\n", 1);
                break;
        case SKIP:
                reader->skipping = 1;
                break;
        case TITLE:
                reader->in_title = true;
                break;
        }
}

static void on_start(void *data, const xmlChar *name, const xmlChar **attributes)
{
        struct reader *reader = data;
        const char *tag = (const char *)name;
        if (reader->skipping > 0) {
                reader->skipping++;
                return;
        }
        if (reader->parser->nameNr > LEVELS_MAX || reader->page.code != HART_OK) {
                reader->too_deep |= reader->page.code == HART_OK;
                xmlStopParser(reader->parser);
                return;
        }
        const struct element *element = find(tag);
        if (element != NULL)
                begin_element(reader, element);
        else
                begin_inline(reader, tag, (const char *const *)attributes);
}

static void on_end(void *data, const xmlChar *name)
{
        struct reader *reader = data;
        const char *tag = (const char *)name;
        struct html_page *page = &reader->page;
        if (reader->skipping > 1) {
                reader->skipping--;
                return;
        }
        if (strcasecmp(tag, "a") == 0)
                end_link(reader);
        const struct element *element = find(tag);
        if (element == NULL)
                return;
        switch (element->action) {
        case HEADING:
                html_end_heading(page, (unsigned)(tag[1] - '0'));
                break;
        case LIST:
        case TABLE:
                html_close(page);
                break;
        case SKIP:
                reader->skipping = 0;
                break;
        case TITLE:
                reader->in_title = false;
                break;
        case BLOCK:
        case ITEM:
        case ROW:
        case CODE:
                html_end_block(page, HTML_SENTENCE);
                break;
        case CELL:
        case BREAK:
                break;
        }
}

static void on_text(void *data, const xmlChar *text, int size)
{
        struct reader *reader = data;
        if (reader->skipping > 0 || size <= 0)
                return;
        if (reader->in_title && reader->head.title.size < EMIT_LABEL_MAX)
                hart_buffer_append(&reader->head.title, text, (size_t)size);
        else if (!reader->in_title)
                html_text(&reader->page, (const char *)text, (size_t)size);
}

/* "charset=latin1" in the first bytes, wherever: in a meta element most likely. */
static const char *declared_in_head(const hart_buffer *head, size_t *size)
{
        static const char key[] = "charset=";
        size_t limit = head->size < 4096 ? head->size : 4096;
        for (size_t i = 0; i + sizeof key < limit; i++) {
                const char *at = (const char *)head->data + i;
                if (strncasecmp(at, key, sizeof key - 1) != 0)
                        continue;
                at += sizeof key - 1;
                at += *at == '"' || *at == '\'' ? 1 : 0;
                *size = strcspn(at, "\"'; \t\r\n/>");
                return at;
        }
        return NULL;
}

static void detect(const hart_document *document, struct charset *ret)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer head = {0};
        size_t size = 0;
        head.size = document_read(document, 0, hart_buffer_reserve(&head, 65536), 65536);
        hart_buffer_byte(&head, '\0');
        head.size--;
        const char *declared = convert_declared(document->content_type, &size);
        if (declared == NULL)
                declared = declared_in_head(&head, &size);
        convert_detect(head.data, head.size, declared, size, ret);
}

static hart_code parse(struct reader *reader, const hart_document *document, const struct charset *charset,
                       hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        uint64_t offset = charset->mark;
        while (reader->page.code == HART_OK && !reader->too_deep && offset < document->size) {
                hart_buffer_clear(&text);
                hart_code code = convert_read(document, charset, &offset, PART, &text, err);
                if (code != HART_OK)
                        return code;
                for (unsigned char *nul = text.data; nul != NULL;) { /* it would end the document */
                        nul = memchr(nul, '\0', text.size - (size_t)(nul - text.data));
                        if (nul != NULL)
                                *nul = ' ';
                }
                if (text.size > 0 && text.size <= INT_MAX)
                        (void)htmlParseChunk(reader->parser, (const char *)text.data, (int)text.size, 0);
        }
        if (reader->page.code == HART_OK && !reader->too_deep)
                (void)htmlParseChunk(reader->parser, "", 0, 1);
        html_end_block(&reader->page, HTML_SENTENCE);
        if (reader->page.code == HART_OK && reader->too_deep)
                return emit_problem(reader->page.emitter, err, "elements nested deeper than %d: the rest is not read",
                                    LEVELS_MAX);
        return reader->page.code;
}

static hart_code run(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct reader reader = {.page = {.emitter = emitter, .err = err, .subtype = HTML_SENTENCE}};
        htmlSAXHandler handler = {
                .startElement = on_start,
                .endElement = on_end,
                .characters = on_text,
                .ignorableWhitespace = on_text,
        };
        struct charset charset;
        detect(document, &charset);
        reader.parser = htmlCreatePushParserCtxt(&handler, &reader, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
        if (reader.parser == NULL)
                return hart_fail(err, HART_FAILED, "libxml2 has no memory for a parser");
        /* It would change the charset at a meta element, but what it gets is UTF-8. */
        (void)htmlCtxtUseOptions(reader.parser,
                                 HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_IGNORE_ENC);
        hart_code code = parse(&reader, document, &charset, err);
        htmlFreeParserCtxt(reader.parser);
        if (code == HART_OK) {
                HART_CLEANUP(hart_free_p) char *description = html_describe(&reader.head, &charset);
                code = emit_describe(emitter, description, err);
        }
        free(reader.href);
        html_page_done(&reader.page);
        html_head_done(&reader.head);
        return code;
}

static hart_code open(hart_error *err)
{
        xmlInitParser();
        return convert_open(err);
}

static const char *const content_types[] = {"text/html", NULL};

const hart_atomizer html_atomizer = {
        .name = "html",
        .version = 1,
        .way = HART_EXTRACT,
        .modality = "text",
        .document_subtype = "html-document",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = HTML_SUBTYPES,
        .run_document = run,
        .open = open,
        .close = convert_close,
};
