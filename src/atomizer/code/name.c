/* name: what a function, class or type is called. */
#include <string.h>

#include "item.h"

#define NAME_MAX_SIZE 256

static void put(const struct code_source *source, TSNode node, hart_buffer *out)
{
        if (ts_node_is_null(node))
                return;
        uint32_t begin = ts_node_start_byte(node), size = ts_node_end_byte(node) - begin;
        hart_buffer_append(out, source->data + begin, size < NAME_MAX_SIZE ? size : NAME_MAX_SIZE);
}

void code_item_name(const struct code_source *source, const struct code_item *item, hart_buffer *out)
{
        const char *field = item->rule->field;
        if (!ts_node_is_null(item->name)) {
                put(source, item->name, out);
        } else if (field == NULL) { /* type a struct { … }, in Go */
                TSNode inner = ts_node_named_child(item->node, 0);
                put(source, ts_node_is_null(inner) ? inner : code_field(inner, "name"), out);
        } else if (strcmp(field, "declarator") == 0) {
                put(source, code_declared(item->node), out);
        } else {
                TSNode trait = code_field(item->node, "trait"); /* impl Display for Point, in Rust */
                put(source, trait, out);
                if (!ts_node_is_null(trait))
                        hart_buffer_text(out, " for ");
                put(source, code_field(item->node, field), out);
        }
}
