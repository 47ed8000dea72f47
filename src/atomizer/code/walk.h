/* A syntax tree to slices and nodes. */
#ifndef CODE_WALK_H
#define CODE_WALK_H

#include "../emitter.h"
#include "item.h"

/* What there was, for the document's description. */
struct code_counts {
        uint64_t functions, classes, imports, errors;
};

hart_code code_walk(const struct code_source *source, TSTree *tree, hart_emitter *emitter, struct code_counts *ret,
                    hart_error *err);

#endif
