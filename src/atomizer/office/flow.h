/* Text as it flows through a document: paragraphs, headings that open sections, tables of rows. */
#ifndef ATOMIZER_OFFICE_FLOW_H
#define ATOMIZER_OFFICE_FLOW_H

#include "../emitter.h"

/* Subtypes of all office formats. */
enum office_subtype { OFFICE_SENTENCE, OFFICE_HEADING, OFFICE_ROW, OFFICE_SUBTYPES };
extern const hart_subtype office_subtypes[OFFICE_SUBTYPES];

#define FLOW_LEVELS_MAX 10

struct flow {
        hart_emitter *emitter;
        hart_buffer text;                 /* of the paragraph so far */
        hart_buffer row;                  /* of the table row so far, without the cell in hand */
        size_t cell;                      /* where the cell in hand begins in row */
        size_t gaps;                      /* tabs due before the next cell with something in it */
        uint64_t tabs, rows;              /* written by now */
        unsigned tables;                  /* open ones; text of one in another belongs to the outer one's cell */
        unsigned levels[FLOW_LEVELS_MAX]; /* of open sections */
        unsigned sections;
        bool too_long; /* something was; flow_end() tells */
};

void flow_done(struct flow *flow);

void flow_text(struct flow *flow, const char *text, size_t size);
/* Ends a paragraph. level: of a heading, from 1 on; 0 for text. */
hart_code flow_paragraph(struct flow *flow, unsigned level, hart_error *err);
/* A heading that opens no section. */
hart_code flow_title(struct flow *flow, const char *text, size_t size, hart_error *err);
/* Appends text whose blanks at the ends are gone and those between single ones: no tab, no line end. */
void flow_words(hart_buffer *out, const unsigned char *text, size_t size);
/* kind: of its node; name: may be NULL. One in another is text of the other's cell. */
hart_code flow_table(struct flow *flow, const char *kind, const char *name, hart_error *err);
void flow_cell_end(struct flow *flow);
hart_code flow_row_end(struct flow *flow, hart_error *err);
hart_code flow_table_end(struct flow *flow, hart_error *err);
/* Ends the paragraph in hand and closes what is open. */
hart_code flow_end(struct flow *flow, hart_error *err);

#endif
