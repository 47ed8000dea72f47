/* What the graph's schema consists of, as tables. The Cypher that makes each object is a file of its own; a test
 * holds the two together. */
#ifndef HARTONOMOUS_GRAPH_OBJECTS_H
#define HARTONOMOUS_GRAPH_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>

#include "client.h"

typedef enum graph_object_kind { GRAPH_UNIQUE, GRAPH_EXISTS, GRAPH_RANGE } graph_object_kind;
typedef struct graph_object {
        const char *name, *label;
        const char *properties[2];
        graph_object_kind kind;
        bool enterprise; /* Neo4j Community cannot have it */
        bool needed;     /* writing without it would make duplicates */
        const char *statement;
} graph_object;
extern const graph_object graph_constraints[];
extern const size_t graph_constraint_count;
extern const graph_object graph_indexes[];
extern const size_t graph_index_count;

/* Nodes that are there from the start. */
typedef struct graph_reference {
        const char *value, *text;
        int number;
} graph_reference;
typedef struct graph_reference_set {
        const char *label, *key;
        const char *text_key, *number_key; /* further properties; NULL for none */
        const graph_reference *nodes;
        size_t count;
        const char *statement, *count_statement, *drop_statement;
} graph_reference_set;
extern const graph_reference_set graph_references[];
extern const size_t graph_reference_set_count;

/* $rows for the two statements of a set. The caller frees list->text. */
void graph_reference_parameters(const graph_reference_set *set, graph_list *list);

#endif
