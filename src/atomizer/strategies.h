/* The strategies; table.c puts them in order. */
#ifndef ATOMIZER_STRATEGIES_H
#define ATOMIZER_STRATEGIES_H

#include <hartonomous/atomizer.h>

extern const hart_atomizer text_atomizer, markdown_atomizer, chunks_atomizer;

#endif
