/* The frame of the text atomizers: a document is a chain of blocks with white space between them. Where a block ends
 * depends on nothing but the bytes from its beginning on, and a window is consumed in whole blocks; so the result
 * cannot depend on where windows end. */
#ifndef ATOMIZER_SEGMENT_H
#define ATOMIZER_SEGMENT_H

#include <stdbool.h>

#include <hartonomous/atomizer.h>

typedef enum segment_kind {
        SEGMENT_WHOLE,     /* one component */
        SEGMENT_SENTENCES, /* a paragraph: sentences */
        SEGMENT_LINES      /* components of whole lines, as long as HART_COMPONENT_MAX allows */
} segment_kind;

typedef struct segment_block {
        size_t size; /* > 0; SENTENCES: ≤ HART_COMPONENT_MAX */
        unsigned subtype;
        segment_kind kind;
        bool unfinished; /* SENTENCES only: cut by the limit; its last sentence begins the next block */
} segment_block;

/* Finds the block at the start of data, which is not white space (size > 0). `last`: data reaches the document's
 * end. False: more bytes must be seen; never when data has HART_WINDOW_MAX / 2 bytes. */
typedef bool (*segment_finder)(const unsigned char *data, size_t size, bool last, segment_block *block);

/* Subtype 0 of the atomizer is "space". */
hart_code segment_run(const hart_window *window, segment_finder find, const hart_atom_sink *sink, size_t *consumed,
                      hart_error *err);

/* A block that was cut by the limit: the most bytes up to HART_COMPONENT_MAX that end at a code point boundary. */
size_t segment_cut(const unsigned char *data, size_t size);

/* One line: *size with its end, *text without. False: its end is not in data (size ≤ limit) and may come. Longer
 * than `limit`: both are the cut. */
typedef struct segment_line {
        size_t text, size;
        bool blank;
} segment_line;
bool segment_line_at(const unsigned char *data, size_t size, bool last, segment_line *line);

#endif
