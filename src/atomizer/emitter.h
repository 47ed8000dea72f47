/* How an atomizer of way HART_SLICES or HART_EXTRACT says what it finds. The emitter keeps the promises that all of
 * them make: slices in order that cover the document, no component over HART_COMPONENT_MAX, nodes that nest, valid
 * UTF-8, limits. Whatever an atomizer says, what comes out behind is well formed. Nodes, children and the limits of
 * what is said are in <hartonomous/document.h>.
 *
 * Every emit_ function returns HART_OK, or what ends the run: the atomizer returns it as it is (HART_EMPTY: enough). */
#ifndef ATOMIZER_EMITTER_H
#define ATOMIZER_EMITTER_H

#include <hartonomous/memory.h>

#include "document.h"

/* Nodes. Components emitted between open and close are in it. Opened deeper than limits.depth: told once as a problem,
 * passed over. */
hart_code emit_open(hart_emitter *emitter, const hart_node *node, hart_error *err);
hart_code emit_close(hart_emitter *emitter, hart_error *err);

/* What is known of the document as a whole, a JSON object: {"title": …, "author": …, "pages": 3}. Later calls add to
 * earlier ones. */
hart_code emit_describe(hart_emitter *emitter, const char *metadata, hart_error *err);

/* HART_SLICES: bytes offset … offset + size of the document are a component (cut at line ends where it is longer than
 * HART_COMPONENT_MAX). What begins before the end of the slice before is cut off in front; nothing left is fine. */
hart_code emit_slice(hart_emitter *emitter, unsigned subtype, uint64_t offset, uint64_t size, hart_error *err);
/* HART_SLICES: decides now about what lies before `offset` and is in no slice, so that it comes before the next
 * emit_open() or emit_close(). Text in it becomes components of subtype 0; white space, and with marks_separate
 * anything up to HART_SEPARATOR_MAX, waits to be the next component's gap. */
hart_code emit_until(hart_emitter *emitter, uint64_t offset, hart_error *err);

/* HART_EXTRACT: a component with these bytes; longer than HART_COMPONENT_MAX, several. Nothing is no component. */
hart_code emit_content(hart_emitter *emitter, unsigned subtype, const void *bytes, size_t size, hart_error *err);
/* HART_EXTRACT: bytes between components (blanks, line ends); at most HART_SEPARATOR_MAX are kept. */
void emit_gap(hart_emitter *emitter, const void *bytes, size_t size);
/* HART_EXTRACT: a block of text, divided into sentences of that subtype; white space between them is gaps, and a line
 * end behind. Invalid UTF-8 and NUL become U+FFFD. */
hart_code emit_text(hart_emitter *emitter, unsigned subtype, const char *text, size_t size, hart_error *err);

/* Documents in this one (HART_EXTRACT): begin, bytes any number of times, end. `failure` says why the rest of its bytes
 * could not be had; NULL where all are there. Names are made valid UTF-8. Beyond limits.children, .expanded or
 * .ratio these answer HART_EMPTY and the problem is told. */
hart_code emit_child_begin(hart_emitter *emitter, const hart_child *child, hart_error *err);
hart_code emit_child_bytes(hart_emitter *emitter, const void *bytes, size_t size, hart_error *err);
hart_code emit_child_end(hart_emitter *emitter, const char *failure, hart_error *err);

/* Why the document, or the rest of it, could not be read: one line for its owner, "page 3: damaged font". The first
 * EMIT_PROBLEMS_MAX are kept. */
#define EMIT_PROBLEMS_MAX 8
hart_code emit_problem(hart_emitter *emitter, hart_error *err, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

#endif
