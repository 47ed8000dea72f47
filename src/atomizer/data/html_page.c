/* html_page: blocks. */
#include "html_page.h"

#include <string.h>

#include <hartonomous/json.h>

#include "../space.h"

/* A longer item of a list is sentences. */
#define ITEM_MAX ((size_t)1 << 10)

static bool is_blank(char byte)
{
        return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
}

void html_text(struct html_page *page, const char *text, size_t size)
{
        if (page->verbatim) {
                hart_buffer_append(&page->block, text, size);
                return;
        }
        for (size_t i = 0, begin; i < size;) {
                if (is_blank(text[i])) {
                        page->blank_due = page->block.size > 0;
                        i++;
                        continue;
                }
                for (begin = i; i < size && !is_blank(text[i]);)
                        i++;
                if (page->blank_due)
                        hart_buffer_byte(&page->block, ' ');
                page->blank_due = false;
                hart_buffer_append(&page->block, text + begin, i - begin);
        }
}

void html_alternative(struct html_page *page, const char *text)
{
        if (*text != '\0')
                hart_buffer_append(&page->alternatives, text, strlen(text) + 1);
}

static void keep(struct html_page *page, hart_code code)
{
        if (page->code == HART_OK)
                page->code = code;
}

static void put_whole(struct html_page *page, enum html_subtype subtype, const unsigned char *text, size_t size)
{
        if (page->code != HART_OK)
                return;
        keep(page, emit_content(page->emitter, subtype, text, size, page->err));
        emit_gap(page->emitter, "\n", 1);
}

static void put_sentences(struct html_page *page, enum html_subtype subtype, const char *text, size_t size)
{
        if (page->code == HART_OK)
                keep(page, emit_text(page->emitter, subtype, text, size, page->err));
}

static void put_alternatives(struct html_page *page)
{
        const char *text = (const char *)page->alternatives.data;
        for (size_t i = 0; i < page->alternatives.size; i += strlen(text + i) + 1)
                put_sentences(page, HTML_ALT, text + i, strlen(text + i));
        hart_buffer_clear(&page->alternatives);
}

void html_end_block(struct html_page *page, enum html_subtype next)
{
        size_t size = page->block.size > 0 ? space_trim_end(page->block.data, page->block.size) : 0;
        bool item = page->subtype == HTML_LIST_ITEM && size > ITEM_MAX;
        if (size > 0 && (page->subtype == HTML_SENTENCE || item))
                put_sentences(page, HTML_SENTENCE, (const char *)page->block.data, size);
        else if (size > 0)
                put_whole(page, page->subtype, page->block.data, size);
        hart_buffer_clear(&page->block);
        put_alternatives(page);
        page->blank_due = page->in_row = false;
        page->subtype = next;
        page->verbatim = next == HTML_CODE;
}

static void open_section(struct html_page *page, unsigned level, const char *label)
{
        char metadata[32];
        hart_buffer text = {0};
        hart_json_writer writer = {.out = &text};
        while (page->section_count > 0 && page->sections[page->section_count - 1] >= level) {
                page->section_count--;
                keep(page, emit_close(page->emitter, page->err));
        }
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "level");
        hart_json_put_integer(&writer, level);
        hart_json_end_object(&writer);
        memcpy(metadata, text.data, text.size + 1);
        hart_buffer_done(&text);
        const hart_node node = {.kind = "section", .label = label, .metadata = metadata};
        if (page->code == HART_OK)
                keep(page, emit_open(page->emitter, &node, page->err));
        page->sections[page->section_count++] = level;
}

void html_end_heading(struct html_page *page, unsigned level)
{
        if (page->block.size > 0 && page->containers == 0 && page->code == HART_OK) {
                hart_buffer_byte(&page->block, '\0');
                page->block.size--;
                open_section(page, level, (const char *)page->block.data);
        }
        html_end_block(page, HTML_SENTENCE);
}

void html_open(struct html_page *page, const char *kind)
{
        html_end_block(page, HTML_SENTENCE);
        page->containers++;
        if (page->code == HART_OK)
                keep(page, emit_open(page->emitter, &(hart_node){.kind = kind}, page->err));
}

void html_close(struct html_page *page)
{
        html_end_block(page, HTML_SENTENCE);
        if (page->containers == 0)
                return;
        page->containers--;
        if (page->code == HART_OK)
                keep(page, emit_close(page->emitter, page->err));
}

void html_begin_row(struct html_page *page)
{
        html_end_block(page, HTML_TABLE_ROW);
        page->in_row = true;
        page->cells = 0;
}

void html_begin_cell(struct html_page *page)
{
        if (!page->in_row) { /* a block in the cell before ended the row */
                html_begin_row(page);
        } else if (page->cells > 0) {
                page->blank_due = false;
                hart_buffer_text(&page->block, " | ");
        }
        page->cells++;
}

void html_page_done(struct html_page *page)
{
        hart_buffer_done(&page->block);
        hart_buffer_done(&page->alternatives);
}
