/* pdf_text: lines on a page become paragraphs. poppler gives the text in reading order with a line end behind each
 * line, and the box of each character: gaps, indents and letter sizes tell where a paragraph ends. */
#include <stdlib.h>
#include <string.h>

#include <hartonomous/utf8.h>

#include "pdf.h"

#define PAGE_TEXT_MAX ((size_t)16 << 20)

struct line {
        const char *text;
        size_t size;
        double left, right, top, bottom;
        double height; /* of its biggest letter */
};

struct page_text {
        struct line *lines;
        size_t count;
        double usual_gap; /* between lines */
};

static void add_line(struct page_text *page, const char *text, size_t size, const PopplerRectangle *boxes, size_t count)
{
        if (size == 0 || count == 0)
                return;
        if ((page->count & (page->count + 1)) == 0 || page->lines == NULL)
                page->lines = hart_reallocate_array(page->lines, (page->count + 1) * 2, sizeof *page->lines);
        struct line *line = &page->lines[page->count++];
        *line = (struct line){.text = text,
                              .size = size,
                              .left = boxes[0].x1,
                              .right = boxes[count - 1].x2,
                              .top = boxes[0].y1,
                              .bottom = boxes[0].y2};
        for (size_t i = 0; i < count; i++) {
                double height = boxes[i].y2 - boxes[i].y1;
                line->height = height > line->height ? height : line->height;
                line->top = boxes[i].y1 < line->top ? boxes[i].y1 : line->top;
                line->bottom = boxes[i].y2 > line->bottom ? boxes[i].y2 : line->bottom;
        }
}

static size_t count_characters(const char *text, size_t size)
{
        size_t count = 0;
        for (size_t i = 0; i < size; i++)
                count += ((unsigned char)text[i] & 0xC0) != 0x80;
        return count;
}

/* `boxes`: one for each character, line ends too. */
static void find_lines(struct page_text *page, const char *text, const PopplerRectangle *boxes, size_t box_count)
{
        size_t size = strlen(text), box = 0;
        if (size > PAGE_TEXT_MAX)
                size = PAGE_TEXT_MAX;
        for (size_t begin = 0; begin < size;) {
                const char *end = memchr(text + begin, '\n', size - begin);
                size_t length = end != NULL ? (size_t)(end - text) - begin : size - begin;
                size_t characters = count_characters(text + begin, length);
                if (box + characters > box_count)
                        return;
                add_line(page, text + begin, length, boxes + box, characters);
                box += characters + 1;
                begin += length + 1;
        }
}

static int compare_gaps(const void *left, const void *right)
{
        double a = *(const double *)left, b = *(const double *)right;
        return (a > b) - (a < b);
}

static void measure_gaps(struct page_text *page)
{
        HART_CLEANUP(hart_free_p) double *gaps = hart_allocate_array(page->count + 1, sizeof *gaps);
        size_t count = 0;
        for (size_t i = 1; i < page->count; i++) {
                double gap = page->lines[i].top - page->lines[i - 1].bottom;
                if (gap > 0)
                        gaps[count++] = gap;
        }
        qsort(gaps, count, sizeof *gaps, compare_gaps);
        page->usual_gap = count > 0 ? gaps[count / 2] : 0;
}

static bool begins_small(const struct line *line)
{
        return line->text[0] >= 'a' && line->text[0] <= 'z';
}

static bool begins_item(const struct line *line)
{
        static const char *const bullets[] = {"\u2022", "\u2023", "\u25AA", "\u25CF", "\u25E6"};
        for (size_t i = 0; i < sizeof bullets / sizeof *bullets; i++) {
                if (line->size >= 3 && memcmp(line->text, bullets[i], 3) == 0)
                        return true;
        }
        return false;
}

static bool ends_sentence(const struct line *line)
{
        return strchr(".!?:", line->text[line->size - 1]) != NULL;
}

/* Does a paragraph begin with this line? */
static bool begins_paragraph(const struct page_text *page, const struct line *before, const struct line *line)
{
        double height = before->height;
        double gap = line->top - before->bottom, indent = line->left - before->left;
        if (line->top < before->bottom - height / 2) { /* beside it, or in the next column */
                bool beside = line->bottom > before->top + height / 2 && line->left >= before->right;
                return !beside && !begins_small(line);
        }
        if (line->height > height * 1.15 || line->height < height * 0.87 || begins_item(line))
                return true;
        if (gap > height * 0.6 && gap > page->usual_gap * 1.4)
                return true;
        return indent > height * 0.8 && indent < height * 5 && ends_sentence(before);
}

static uint32_t last_code_point(const struct line *line)
{
        size_t begin = line->size - 1;
        uint32_t code_point = 0;
        while (begin > 0 && ((unsigned char)line->text[begin] & 0xC0) == 0x80)
                begin--;
        (void)hart_utf8_length((const unsigned char *)line->text + begin, line->size - begin, &code_point);
        return code_point;
}

/* Letters that are written without blanks: a line end between two of them says nothing. */
static bool is_ideograph(uint32_t code_point)
{
        return (code_point >= 0x2E80 && code_point < 0xA4D0) || (code_point >= 0xF900 && code_point < 0xFB00) ||
               (code_point >= 0xFF00 && code_point < 0xFFF0) || (code_point >= 0x20000 && code_point < 0x40000);
}

/* A soft hyphen goes. Whether another hyphen belongs to the word cannot be told: the line end stays behind it. */
static void join(hart_buffer *paragraph, const struct line *before, const struct line *line)
{
        uint32_t last = last_code_point(before), first = 0;
        (void)hart_utf8_length((const unsigned char *)line->text, line->size, &first);
        if (last == 0xAD && paragraph->size >= 2)
                paragraph->size -= 2;
        else if (last == '-' && begins_small(line))
                hart_buffer_byte(paragraph, '\n');
        else if (!is_ideograph(last) || !is_ideograph(first))
                hart_buffer_byte(paragraph, ' ');
}

static hart_code put_paragraphs(struct pdf *pdf, const struct page_text *page, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer paragraph = {0};
        hart_code code = HART_OK;
        for (size_t i = 0; code == HART_OK && i < page->count; i++) {
                const struct line *line = &page->lines[i];
                if (i > 0 && begins_paragraph(page, line - 1, line)) {
                        code = emit_text(pdf->emitter, PDF_SENTENCE, (const char *)paragraph.data, paragraph.size, err);
                        hart_buffer_clear(&paragraph);
                } else if (i > 0) {
                        join(&paragraph, line - 1, line);
                }
                hart_buffer_append(&paragraph, line->text, line->size);
        }
        if (code == HART_OK && paragraph.size > 0)
                code = emit_text(pdf->emitter, PDF_SENTENCE, (const char *)paragraph.data, paragraph.size, err);
        return code;
}

hart_code pdf_emit_text(struct pdf *pdf, PopplerPage *page, hart_error *err)
{
        struct page_text lines = {0};
        PopplerRectangle *boxes = NULL;
        guint box_count = 0;
        char *text = poppler_page_get_text(page);
        hart_code code = HART_OK;
        if (text != NULL && strlen(text) > PAGE_TEXT_MAX)
                code = emit_problem(pdf->emitter, err, "page %d: over %zu MiB of text: the rest is not read",
                                    poppler_page_get_index(page) + 1, PAGE_TEXT_MAX >> 20);
        if (text != NULL && poppler_page_get_text_layout(page, &boxes, &box_count)) {
                find_lines(&lines, text, boxes, box_count);
                measure_gaps(&lines);
                if (code == HART_OK)
                        code = put_paragraphs(pdf, &lines, err);
        }
        free(lines.lines);
        g_free(boxes);
        g_free(text);
        return code;
}

/* What people wrote on a page; links and form fields are none. */
static bool is_remark(PopplerAnnot *annot)
{
        switch ((int)poppler_annot_get_annot_type(annot)) {
        case POPPLER_ANNOT_TEXT:
        case POPPLER_ANNOT_FREE_TEXT:
        case POPPLER_ANNOT_HIGHLIGHT:
        case POPPLER_ANNOT_UNDERLINE:
        case POPPLER_ANNOT_SQUIGGLY:
        case POPPLER_ANNOT_STRIKE_OUT:
        case POPPLER_ANNOT_SQUARE:
        case POPPLER_ANNOT_CIRCLE:
        case POPPLER_ANNOT_LINE:
        case POPPLER_ANNOT_POLYGON:
        case POPPLER_ANNOT_POLY_LINE:
        case POPPLER_ANNOT_INK:
        case POPPLER_ANNOT_STAMP:
        case POPPLER_ANNOT_CARET:
                return true;
        default:
                return false;
        }
}

static hart_code put_annotation(struct pdf *pdf, PopplerAnnot *annot, hart_error *err)
{
        char *text = is_remark(annot) ? poppler_annot_get_contents(annot) : NULL;
        hart_code code = HART_OK;
        if (text != NULL && *text != '\0') {
                char *author = POPPLER_IS_ANNOT_MARKUP(annot)
                                       ? poppler_annot_markup_get_label(POPPLER_ANNOT_MARKUP(annot))
                                       : NULL;
                code = emit_open(pdf->emitter, &(hart_node){.kind = "annotation", .label = author}, err);
                if (code == HART_OK)
                        code = emit_text(pdf->emitter, PDF_SENTENCE, text, strlen(text), err);
                if (code == HART_OK)
                        code = emit_close(pdf->emitter, err);
                g_free(author);
        }
        g_free(text);
        return code;
}

hart_code pdf_emit_annotations(struct pdf *pdf, PopplerPage *page, hart_error *err)
{
        GList *annots = poppler_page_get_annot_mapping(page);
        hart_code code = HART_OK;
        for (GList *entry = annots; code == HART_OK && entry != NULL; entry = entry->next)
                code = put_annotation(pdf, ((PopplerAnnotMapping *)entry->data)->annot, err);
        poppler_page_free_annot_mapping(annots);
        return code;
}
