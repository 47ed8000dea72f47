/* What the emitter's files share. */
#ifndef ATOMIZER_EMITTER_STATE_H
#define ATOMIZER_EMITTER_STATE_H

#include "emitter.h"

struct hart_emitter {
        const hart_atomizer *atomizer;
        hart_document *document;
        const hart_event_sink *sink;
        unsigned depth, ignored; /* open nodes; opens that were passed over and wait for their close */
        bool too_deep;           /* told */
        unsigned problems;
        uint64_t position;  /* HART_SLICES: bytes that are components or gaps */
        uint64_t gap_begin; /* HART_SLICES: those from here on wait to be a gap */
        hart_buffer gap;    /* HART_EXTRACT: the same */
        uint32_t children;
        uint64_t expanded; /* bytes of children */
        bool in_child;
        uint32_t *ends; /* SENTENCE_MAX, once they are needed */
};

/* Valid UTF-8 without NUL and other control characters than tab and line ends, at most `limit` bytes: appended. */
void emit_clean(hart_buffer *out, const char *text, size_t size, size_t limit);

#endif
