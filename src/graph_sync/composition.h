/* What the two ways of writing components share: composition.c adds a piece to a parent that has exactly the components
 * before it, repair.c compares. */
#ifndef HARTONOMOUS_GRAPH_SYNC_COMPOSITION_H
#define HARTONOMOUS_GRAPH_SYNC_COMPOSITION_H

#include "delivery.h"

/* Parameters of link_components.cypher: groups_begin, then for each parent groups_begin_one, components,
 * groups_end_one; groups_end. */
void groups_begin(hart_json_writer *writer, hart_buffer *parameters);
void groups_begin_one(hart_json_writer *writer, const sync_piece *piece, int64_t degree);
void groups_add(hart_json_writer *writer, int64_t component, int64_t sequence);
void groups_end_one(hart_json_writer *writer);
void groups_end(hart_json_writer *writer);
/* An object that begins with tenantId and parent. */
void groups_begin_parent(hart_json_writer *writer, const sync_piece *piece);

/* 0 where there is no number. */
int64_t composition_integer(const hart_graph_result *result, size_t row, size_t column);

/* Makes the graph's components of the piece's range equal to the piece. */
hart_code composition_repair(sync_delivery *delivery, const sync_piece *piece, hart_error *err);

#endif
