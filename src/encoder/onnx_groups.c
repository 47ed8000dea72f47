#include "onnx_groups.h"

#include <stdlib.h>

/* What a call of its own costs, in tokens of padding. */
#define CALL_COST 12

static int compare(const void *a, const void *b)
{
        const struct group_text *one = a, *other = b;

        if (one->length != other->length)
                return one->length > other->length ? -1 : 1;
        return one->index < other->index ? -1 : one->index > other->index;
}

void groups_order(struct group_text *texts, size_t count)
{
        if (count > 0)
                qsort(texts, count, sizeof *texts, compare);
}

size_t groups_next(const struct group_text *texts, size_t count, size_t cells)
{
        const size_t length = texts[0].length;
        size_t padding = 0, taken = 1;

        while (taken < count && (taken + 1) * length <= cells) {
                padding += length - texts[taken].length;
                if (padding > CALL_COST)
                        break;
                taken++;
        }
        return taken;
}
