/* What the files that read content.xml of OpenDocument packages share. */
#ifndef ATOMIZER_OFFICE_OPENDOCUMENT_H
#define ATOMIZER_OFFICE_OPENDOCUMENT_H

#include <hartonomous/json.h>

#include "flow.h"
#include "package.h"
#include "part.h"

struct opendocument_note {
        const char *kind;
        size_t begin, end; /* in notes_text */
};

struct opendocument {
        struct package *package;
        struct flow flow;
        unsigned paragraphs, level; /* open ones; of the heading in hand */
        bool sheets, title;         /* in a spreadsheet; in a title's frame */
        bool valued;                /* the cell in hand has a value: what is shown of it says no more */
        uint64_t tabs_charged, cell_repeats, row_repeats;
        size_t slides, sheet_count;
        char *sheet_name; /* of the table in hand */
        /* Notes lie in the middle of a sentence: they are kept for the end. */
        hart_buffer kept, notes_text; /* the sentence's beginning */
        unsigned kept_level, kept_paragraphs;
        struct opendocument_note *notes;
        size_t note_count;
        unsigned open_notes;
        hart_buffer described;
        hart_json_writer writer;
};

/* opendocument_tables.c: what the elements of tables do. */
hart_code opendocument_on_spreadsheet(void *data, struct part *part, hart_error *err);
hart_code opendocument_on_table(void *data, struct part *part, hart_error *err);
hart_code opendocument_on_table_end(void *data, struct part *part, hart_error *err);
hart_code opendocument_on_row(void *data, struct part *part, hart_error *err);
hart_code opendocument_on_row_end(void *data, struct part *part, hart_error *err);
hart_code opendocument_on_cell(void *data, struct part *part, hart_error *err);
hart_code opendocument_on_cell_end(void *data, struct part *part, hart_error *err);

#endif
