/* What a syntax node is to the atomizer, once wrappers are opened and declarations are looked into. */
#ifndef CODE_ITEM_H
#define CODE_ITEM_H

#include <hartonomous/memory.h>

#include "language.h"

struct code_item {
        enum code_action action; /* IS_SLICE, IS_COMMENT, IS_PREFIX, IS_NODE, IS_FUNCTION, IS_CONTAINER, IS_THROUGH */
        unsigned subtype;
        const struct code_rule *rule; /* of `node` */
        TSNode node;                  /* inside its wrappers */
        TSNode name;                  /* null: rule->field says where it is */
};

struct code_source {
        const struct code_language *language;
        const unsigned char *data;
};

/* False: code that is left over. */
bool code_item_of(const struct code_source *source, TSNode node, struct code_item *ret);
/* Its name, appended; nothing where it has none. */
void code_item_name(const struct code_source *source, const struct code_item *item, hart_buffer *out);
/* The child in that field, through any number of declarators around it: "*f(int)" is f. Null where there is none. */
TSNode code_declared(TSNode node);
TSNode code_field(TSNode node, const char *field);
bool code_is(TSNode node, const char *syntax);

#endif
