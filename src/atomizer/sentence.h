/* Sentences of one paragraph: UAX #29, without breaks after abbreviations and inside wrapped lines. */
#ifndef ATOMIZER_SENTENCE_H
#define ATOMIZER_SENTENCE_H

#include <stddef.h>
#include <stdint.h>

#include <hartonomous/atomizer.h>

/* Boundaries a paragraph of HART_COMPONENT_MAX bytes can have, with its end. */
#define SENTENCE_MAX (HART_COMPONENT_MAX + 1)

/* Once a process, before the first run. */
void sentence_open(void);

/* Writes where each sentence of text ends, ascending, the last one being size (0 < size ≤ HART_COMPONENT_MAX);
 * *count of them. White space after a sentence is part of it. Needs sentence_open(). */
hart_code sentence_ends(const unsigned char *text, size_t size, uint32_t ends[SENTENCE_MAX], size_t *count,
                        hart_error *err);

#endif
