/* A whole document through an atomizer, in windows of any size, as the daemon does it. */
#ifndef TEST_DOCUMENT_H
#define TEST_DOCUMENT_H

#include <hartonomous/atomizer.h>
#include <hartonomous/memory.h>

struct document {
        const hart_atomizer *atomizer;
        hart_buffer bytes; /* lead, components, separators, one after the other */
        hart_buffer trace; /* "lead 3\nsentence 12 1\n…": what was emitted, with sizes */
        size_t components, longest;
        size_t leads, late_leads, bad; /* broken promises */
};

/* The window that begins at `position` is `next_window(…)` bytes long, longer where the atomizer asks. */
void document_run(struct document *document, const hart_atomizer *atomizer, const unsigned char *data, size_t size,
                  size_t (*next_window)(void *state), void *state);
void document_run_whole(struct document *document, const hart_atomizer *atomizer, const void *data, size_t size);
void document_done(struct document *document);

/* The components one in a line, "sentence|Hello.", for tables of expectations. */
void document_list(const char *atomizer, const void *data, size_t size, hart_buffer *out);

#endif
