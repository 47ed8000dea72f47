/* Text in shapes (DrawingML): of a slide, its notes, a drawing on a sheet. */
#ifndef ATOMIZER_OFFICE_SHAPES_H
#define ATOMIZER_OFFICE_SHAPES_H

#include "flow.h"
#include "package.h"

enum shapes_block_kind {
        SHAPES_TEXT,
        SHAPES_TITLE,
        SHAPES_TABLE,
        SHAPES_CELL,
        SHAPES_CELL_END,
        SHAPES_ROW_END,
        SHAPES_TABLE_END
};

struct shapes_block {
        enum shapes_block_kind kind;
        size_t offset, size; /* in text */
};

/* Zeroed is empty. */
struct shapes {
        struct shapes_block *blocks;
        size_t count;
        hart_buffer text;
        hart_buffer title; /* its words; not set where there is none */
        bool hidden;       /* the slide is not shown */
        /* private */
        size_t begin; /* of the paragraph in hand */
        unsigned tables;
        bool in_text, is_title, is_frame, too_long;
};

hart_code shapes_read(struct package *package, const char *part, struct shapes *shapes, hart_error *err);
hart_code shapes_emit(const struct shapes *shapes, hart_emitter *emitter, hart_error *err);
void shapes_done(struct shapes *shapes);

#endif
