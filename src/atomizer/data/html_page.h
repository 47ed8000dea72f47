/* A page of HTML on its way to components: blocks of text, and the nodes they lie in. */
#ifndef ATOMIZER_HTML_PAGE_H
#define ATOMIZER_HTML_PAGE_H

#include "../emitter.h"

enum html_subtype {
        HTML_SPACE,
        HTML_SENTENCE,
        HTML_HEADING,
        HTML_LIST_ITEM,
        HTML_TABLE_ROW,
        HTML_CODE,
        HTML_ALT,
        HTML_SUBTYPES
};

#define HTML_LEVELS 6 /* of headings */

struct html_page {
        hart_emitter *emitter;
        hart_error *err;
        hart_code code;            /* of an emit_ function; nothing more is emitted where it is not HART_OK */
        hart_buffer block;         /* text that waits, blanks put together */
        bool blank_due;            /* a blank before the next character */
        bool verbatim;             /* blanks stay as they are */
        enum html_subtype subtype; /* of the block */
        hart_buffer alternatives;  /* texts for images in it, each with a NUL behind it */
        unsigned sections[HTML_LEVELS], section_count; /* levels of open sections */
        unsigned containers;                           /* open lists and tables */
        bool in_row;                                   /* the block is a table's row */
        unsigned cells;                                /* of that row */
};

/* Text as it is found. */
void html_text(struct html_page *page, const char *text, size_t size);
/* A text that stands for an image. */
void html_alternative(struct html_page *page, const char *text);
/* What waits becomes components; the next block begins. */
void html_end_block(struct html_page *page, enum html_subtype next);
/* The block that waits is a heading: a section begins with it. */
void html_end_heading(struct html_page *page, unsigned level);
/* A list or a table, and its end. */
void html_open(struct html_page *page, const char *kind);
void html_close(struct html_page *page);
/* A row, and a cell of it. A block in a cell ends the row: then the table is there for looks. */
void html_begin_row(struct html_page *page);
void html_begin_cell(struct html_page *page);
void html_page_done(struct html_page *page);

#endif
