/* What the files of whole.c share. */
#ifndef INGESTION_WHOLE_STATE_H
#define INGESTION_WHOLE_STATE_H

#include "nodes.h"
#include "whole.h"

struct whole {
        int32_t tenant;
        int64_t root;
        atomize_client client; /* of a parked one; else the daemon's own is used */
        int spool;             /* the document as a file, or -1 */
        const unsigned char *data;
        uint64_t size;
        bool mapped, begun;

        int64_t events;    /* taken */
        uint64_t position; /* bytes of the layer so far */
        struct nodes nodes;
        /* this step */
        bool in_child, too_nested;
        int64_t components;
        uint64_t child_bytes, staged;
        size_t children;
        hart_sha256_stream *digest; /* of the child in hand, for its node */
        hart_buffer child_metadata;
        hart_buffer problem, metadata; /* of a parked one: the document's so far */
};

/* The sequence index of the document's next component. */
static inline int64_t whole_sequence(const struct document *document)
{
        return document->sequence + document->made;
}

/* whole_bytes.c: the document's bytes, in memory or in a file. */
hart_code whole_need_bytes(struct whole *whole, struct batch *batch, struct document *document, hart_error *err);

/* whole_children.c: documents in this one; each is a node too. `stored`: by an earlier step. */
void whole_begin_child(struct whole *whole, struct batch *batch, const struct document *document,
                       const atomize_event *event, bool stored);
hart_code whole_add_child_bytes(struct whole *whole, struct batch *batch, const atomize_event *event, hart_error *err);
hart_code whole_end_child(struct whole *whole, struct batch *batch, struct document *document,
                          const atomize_event *event, hart_error *err);

#endif
