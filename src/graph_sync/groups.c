/* The parameters of link_components.cypher. */
#include "composition.h"

static void put_integer(hart_json_writer *writer, const char *key, int64_t value)
{
        hart_json_key(writer, key);
        hart_json_put_integer(writer, value);
}

void groups_add(hart_json_writer *writer, int64_t component, int64_t sequence)
{
        hart_json_begin_array(writer);
        hart_json_put_integer(writer, component);
        hart_json_put_integer(writer, sequence);
        hart_json_end_array(writer);
}

void groups_begin(hart_json_writer *writer, hart_buffer *parameters)
{
        hart_buffer_clear(parameters);
        *writer = (hart_json_writer){.out = parameters};
        hart_json_begin_object(writer);
        hart_json_key(writer, "groups");
        hart_json_begin_array(writer);
}

void groups_begin_parent(hart_json_writer *writer, const sync_piece *piece)
{
        hart_json_begin_object(writer);
        put_integer(writer, "tenantId", piece->tenant);
        put_integer(writer, "parent", piece->parent);
}

void groups_begin_one(hart_json_writer *writer, const sync_piece *piece, int64_t degree)
{
        groups_begin_parent(writer, piece);
        put_integer(writer, "degree", degree);
        hart_json_key(writer, "rows");
        hart_json_begin_array(writer);
}

void groups_end_one(hart_json_writer *writer)
{
        hart_json_end_array(writer);
        hart_json_end_object(writer);
}

void groups_end(hart_json_writer *writer)
{
        hart_json_end_array(writer);
        hart_json_end_object(writer);
}

int64_t composition_integer(const hart_graph_result *result, size_t row, size_t column)
{
        int64_t value = 0;

        (void)hart_json_integer(hart_graph_value(result, row, column), &value);
        return value;
}
