/* The nodes of one document that wait to be stored, and those that are open. */
#ifndef INGESTION_NODES_H
#define INGESTION_NODES_H

#include "batch.h"

struct node {
        const char *kind, *label, *metadata; /* NULL for nothing; in the texts' arena */
        int64_t parent, begin, end;          /* -1: none; end -1: still open */
        int32_t depth;
};

struct open_node {
        int64_t number;
        size_t waiting; /* number among those that wait, or SIZE_MAX: stored or passed over */
};

struct nodes {
        struct node *waiting;
        size_t count, capacity;
        struct open_node *open;
        size_t depth, open_capacity;
        int64_t next;  /* number of the next one */
        int64_t *late; /* pairs of a stored node's number and its end */
        size_t late_count, late_capacity;
        struct arena texts;
};

/* `stored`: it is in the database already, and only counted. Texts are copied. */
void nodes_open(struct nodes *nodes, bool stored, const atomize_event *event, int64_t sequence);
void nodes_close(struct nodes *nodes, int64_t sequence);
/* The node that was opened last gets this metadata, where it still waits. */
void nodes_set_metadata(struct nodes *nodes, const char *metadata, size_t size);
/* Are so many waiting that they should be stored? */
bool nodes_are_many(const struct nodes *nodes);
hart_code nodes_flush(struct nodes *nodes, struct batch *batch, const struct document *document, hart_error *err);
void nodes_done(struct nodes *nodes);

#endif
