/* An arena: copies of bytes that live until all of them go at once. */
#ifndef INGESTION_ARENA_H
#define INGESTION_ARENA_H

#include <stddef.h>

struct arena {
        struct arena_block *blocks; /* the newest first */
        size_t used, size;          /* of the newest; bytes of all */
};

unsigned char *arena_copy(struct arena *arena, const void *bytes, size_t size);
void arena_clear(struct arena *arena); /* keeps one block */
void arena_done(struct arena *arena);

#endif
