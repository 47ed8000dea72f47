/* Nodes and arrows, written for GraphViz or for Mermaid. Both get names that are made up here, and all that comes from
 * data is a quoted label: so no text can be anything but text. */
#ifndef CTL_PICTURE_H
#define CTL_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include <hartonomous/memory.h>

struct picture_node {
        char *key;         /* "atom 42": the first line of its label */
        char *kind, *text; /* more lines; NULL for none */
};

struct picture_arrow {
        size_t from, to;
        char *label; /* NULL for none */
};

/* Zeroed is empty. */
struct picture {
        struct picture_node *nodes;
        size_t node_count, node_capacity;
        struct picture_arrow *arrows;
        size_t arrow_count, arrow_capacity;
        size_t *slots; /* number of a node and 1, by the hash of its key; 0: free */
        size_t slot_count;
};

/* The node of that key, made where there is none. */
size_t picture_node(struct picture *picture, const char *key);
/* What is known already stays; NULL and "" say nothing. */
void picture_describe(struct picture *picture, size_t node, const char *kind, const char *text);
/* `label` may be NULL. */
void picture_arrow(struct picture *picture, size_t from, size_t to, const char *label);
void picture_done(struct picture *picture);

void picture_write_dot(const struct picture *picture, hart_buffer *out);
void picture_write_mermaid(const struct picture *picture, hart_buffer *out);

#endif
