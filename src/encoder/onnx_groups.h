/* Texts of a batch put into groups of like length: a group is computed as a rectangle, its texts padded to the longest.
 */
#ifndef ENCODER_ONNX_GROUPS_H
#define ENCODER_ONNX_GROUPS_H

#include <stddef.h>

struct group_text {
        size_t index;  /* of the text in its batch */
        size_t length; /* tokens */
};

/* Orders texts by length, longest first, those of one length as they come. */
void groups_order(struct group_text *texts, size_t count);

/* How many texts from texts[0] on are the next group: one at least, as many as fit into `cells` (rows times length)
 * while what is padded costs less than a group of their own. */
size_t groups_next(const struct group_text *texts, size_t count, size_t cells);

#endif
