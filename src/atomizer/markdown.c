/* markdown: headings, code, list items, table rows, quotes and rules as they are; paragraphs to sentences. Looks at
 * lines only, after CommonMark's rules for leaf blocks; indentation and blank lines are separators. */
#include <string.h>

#include "markdown.h"
#include "segment.h"
#include "strategies.h"

/* A fenced code block that is not closed within this many bytes ends there. */
#define CODE_MAX ((size_t)1 << 20)

static const hart_subtype subtypes[MARKDOWN_SUBTYPES] = {
        [MARKDOWN_SPACE] = {"space", false, NULL},        [MARKDOWN_SENTENCE] = {"sentence", true, NULL},
        [MARKDOWN_HEADING] = {"heading", true, NULL},     [MARKDOWN_CODE] = {"code", true, NULL},
        [MARKDOWN_LIST_ITEM] = {"list-item", true, NULL}, [MARKDOWN_TABLE_ROW] = {"table-row", true, NULL},
        [MARKDOWN_QUOTE] = {"quote", true, NULL},         [MARKDOWN_RULE] = {"rule", false, NULL},
};

static size_t count_same(const unsigned char *data, size_t size, unsigned char byte)
{
        size_t count = 0;
        while (count < size && data[count] == byte)
                count++;
        return count;
}

static bool is_blank(unsigned char byte)
{
        return byte == ' ' || byte == '\t';
}

static size_t skip_blanks(const unsigned char *data, size_t size)
{
        size_t skipped = 0;
        while (skipped < size && is_blank(data[skipped]))
                skipped++;
        return skipped;
}

static bool is_fence(const unsigned char *text, size_t size)
{
        size_t marks = size > 0 && (text[0] == '`' || text[0] == '~') ? count_same(text, size, text[0]) : 0;
        /* A back-tick behind the marks makes it inline code. */
        return marks >= 3 && (text[0] == '~' || memchr(text + marks, '`', size - marks) == NULL);
}

static bool is_heading(const unsigned char *text, size_t size)
{
        size_t marks = count_same(text, size, '#');
        return marks >= 1 && marks <= 6 && (marks == size || is_blank(text[marks]));
}

/* Nothing but three or more of one of "-*_", blanks between them. */
static bool is_rule(const unsigned char *text, size_t size)
{
        size_t marks = 0;
        if (size == 0 || (text[0] != '-' && text[0] != '*' && text[0] != '_'))
                return false;
        for (size_t i = 0; i < size; i++) {
                if (text[i] == text[0])
                        marks++;
                else if (!is_blank(text[i]))
                        return false;
        }
        return marks >= 3;
}

static bool is_item(const unsigned char *text, size_t size)
{
        size_t marker = 0;
        if (size > 0 && (text[0] == '-' || text[0] == '*' || text[0] == '+')) {
                marker = 1;
        } else {
                while (marker < size && marker < 9 && text[marker] >= '0' && text[marker] <= '9')
                        marker++;
                if (marker == 0 || marker == size || (text[marker] != '.' && text[marker] != ')'))
                        return false;
                marker++;
        }
        return marker == size || is_blank(text[marker]);
}

static bool is_row(const unsigned char *text, size_t size)
{
        return size > 0 && text[0] == '|';
}

static bool is_quote(const unsigned char *text, size_t size)
{
        return size > 0 && text[0] == '>';
}

static bool is_paragraph(const unsigned char *text, size_t size)
{
        (void)text;
        (void)size;
        return true;
}

/* In order: the first row that fits a line says what begins there. */
static const struct {
        bool (*fits)(const unsigned char *text, size_t size);
        unsigned subtype;
        bool one_line;
} kinds[] = {
        {is_fence, MARKDOWN_CODE, false},         {is_heading, MARKDOWN_HEADING, true},
        {is_rule, MARKDOWN_RULE, true},           {is_item, MARKDOWN_LIST_ITEM, false},
        {is_row, MARKDOWN_TABLE_ROW, true},       {is_quote, MARKDOWN_QUOTE, false},
        {is_paragraph, MARKDOWN_SENTENCE, false},
};

static size_t kind_of(const unsigned char *text, size_t size)
{
        size_t kind = 0;
        while (!kinds[kind].fits(text, size))
                kind++;
        return kind;
}

/* "===" or "---" under a paragraph makes it a heading. */
static bool is_underline(const unsigned char *text, size_t size)
{
        if (size == 0 || (text[0] != '=' && text[0] != '-'))
                return false;
        size_t marks = count_same(text, size, text[0]);
        return marks + skip_blanks(text + marks, size - marks) == size;
}

static bool closes_fence(const unsigned char *text, size_t size, unsigned char mark, size_t marks)
{
        size_t found = count_same(text, size, mark);
        return found >= marks && found + skip_blanks(text + found, size - found) == size;
}

static bool find_code(const unsigned char *data, size_t size, bool last, const segment_line *first,
                      segment_block *block)
{
        size_t limit = size < CODE_MAX ? size : CODE_MAX, position = first->size;
        bool whole = last && size <= CODE_MAX;
        size_t marks = count_same(data, first->text, data[0]);
        block->kind = SEGMENT_LINES;
        while (position < limit) {
                segment_line line;
                if (!segment_line_at(data + position, limit - position, whole, &line))
                        break;
                size_t indent = skip_blanks(data + position, line.text);
                if (closes_fence(data + position + indent, line.text - indent, data[0], marks)) {
                        block->size = position + line.text;
                        return true;
                }
                position += line.size;
        }
        if (!whole && size < CODE_MAX)
                return false;
        block->size = position;
        return true;
}

/* Where a paragraph, list item or quote ends: at a blank line, an underline, or where something else begins. */
static bool ends_before(const unsigned char *data, const segment_line *line, segment_block *block, size_t position)
{
        size_t indent = skip_blanks(data + position, line->text);
        const unsigned char *text = data + position + indent;
        size_t size = line->text - indent;
        if (line->blank)
                return true;
        if (block->subtype == MARKDOWN_SENTENCE && is_underline(text, size)) {
                *block = (segment_block){
                        .size = position + line->text, .subtype = MARKDOWN_HEADING, .kind = SEGMENT_WHOLE};
                return true;
        }
        size_t kind = kind_of(text, size);
        return kinds[kind].subtype != MARKDOWN_SENTENCE &&
               (kinds[kind].subtype != block->subtype || block->subtype == MARKDOWN_LIST_ITEM);
}

static bool find_lines(const unsigned char *data, size_t size, bool last, const segment_line *first,
                       segment_block *block)
{
        size_t limit = size < HART_COMPONENT_MAX ? size : HART_COMPONENT_MAX, position = first->size;
        bool whole = last && size <= HART_COMPONENT_MAX;
        while (position < limit) {
                segment_line line;
                if (!segment_line_at(data + position, limit - position, whole, &line))
                        break;
                block->size = 0;
                if (ends_before(data, &line, block, position)) {
                        if (block->size == 0)
                                block->size = position;
                        return true;
                }
                position += line.size;
        }
        if (!whole && size <= HART_COMPONENT_MAX)
                return false;
        block->size = segment_cut(data, size);
        block->unfinished = !whole && block->kind == SEGMENT_SENTENCES;
        return true;
}

static bool find_block(const unsigned char *data, size_t size, bool last, segment_block *block)
{
        segment_line line;
        if (!segment_line_at(data, size, last, &line))
                return false;
        size_t kind = kind_of(data, line.text);
        *block = (segment_block){
                .size = line.text,
                .subtype = kinds[kind].subtype,
                .kind = kinds[kind].subtype == MARKDOWN_SENTENCE ? SEGMENT_SENTENCES : SEGMENT_WHOLE,
        };
        if (kinds[kind].one_line)
                return true;
        return kinds[kind].subtype == MARKDOWN_CODE ? find_code(data, size, last, &line, block)
                                                    : find_lines(data, size, last, &line, block);
}

hart_code markdown_scan(const hart_window *window, const hart_atom_sink *sink, size_t *consumed, hart_error *err)
{
        return segment_run(window, find_block, sink, consumed, err);
}

static const char *const content_types[] = {"text/markdown", "text/x-markdown", NULL};

const hart_atomizer markdown_atomizer = {
        .name = "markdown",
        .version = 2,
        .way = HART_SLICES,
        .modality = "text",
        .document_subtype = "markdown-document",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = MARKDOWN_SUBTYPES,
        .run = markdown_scan, /* for the tests of windows; documents are read whole, for their tree */
        .run_document = markdown_read,
        .marks_separate = true, /* a byte order mark and indentation, that is: the scanner leaves nothing else */
};
