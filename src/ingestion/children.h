/* Documents that lie in others, on their way to be sources of their own: staged as a client stages them, asked for with
 * the batch's messages. Small ones are stored many at once; a big one goes into the database piece by piece. */
#ifndef INGESTION_CHILDREN_H
#define INGESTION_CHILDREN_H

#include "batch.h"

struct child_source {
        int64_t source;
        int32_t tenant;
};

struct children;
void children_close(struct children *children);

/* A child of the document: the event is EVENT_CHILD_BEGIN. Bytes follow, then the end; `failure` NULL: they are all. */
void children_begin(struct batch *batch, const struct document *document, const atomize_event *event);
hart_code children_bytes(struct batch *batch, const void *bytes, size_t size, hart_error *err);
hart_code children_end(struct batch *batch, const char *failure, hart_error *err);
/* Stores those that wait; also part of children_end() when they are many. */
hart_code children_flush(struct batch *batch, hart_error *err);

#endif
