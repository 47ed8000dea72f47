/* Markdown's blocks and their tree. */
#ifndef ATOMIZER_MARKDOWN_H
#define ATOMIZER_MARKDOWN_H

#include <hartonomous/atomizer.h>

enum {
        MARKDOWN_SPACE,
        MARKDOWN_SENTENCE,
        MARKDOWN_HEADING,
        MARKDOWN_CODE,
        MARKDOWN_LIST_ITEM,
        MARKDOWN_TABLE_ROW,
        MARKDOWN_QUOTE,
        MARKDOWN_RULE,
        MARKDOWN_SUBTYPES
};

/* markdown.c: the blocks of a window, as hart_atomizer.run. */
hart_code markdown_scan(const hart_window *window, const hart_atom_sink *sink, size_t *consumed, hart_error *err);

/* markdown_tree.c: all of a document, with its sections, lists, tables and links. */
hart_code markdown_read(hart_document *document, hart_emitter *emitter, hart_error *err);

#endif
