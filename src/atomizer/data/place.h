/* Where in a text something is wrong, as people count: lines and columns from 1, columns in characters. */
#ifndef ATOMIZER_PLACE_H
#define ATOMIZER_PLACE_H

#include "../emitter.h"

/* Zeroed but for the first two, it is ready. Remembers how far lines are counted, so that the problems of a long
 * document, told in order, cost one pass. */
struct place {
        const unsigned char *data;
        size_t size;
        size_t counted, line_begin, lines; /* line ends before `counted` */
        unsigned told;
};

/* "line 3, column 14: WHY". Offsets must not decrease. */
hart_code place_problem(struct place *place, hart_emitter *emitter, size_t offset, const char *why, hart_error *err);
/* Where the first byte is that is no UTF-8; `size` where all is. */
size_t place_invalid(const unsigned char *data, size_t size);

#endif
