/* arena: blocks in a chain; a block never moves, so what points into it stays right. */
#include "arena.h"

#include <string.h>

#include <hartonomous/memory.h>

#define BLOCK ((size_t)1 << 20)

struct arena_block {
        struct arena_block *before;
        size_t capacity;
        unsigned char bytes[];
};

unsigned char *arena_copy(struct arena *arena, const void *bytes, size_t size)
{
        if (arena->blocks == NULL || arena->blocks->capacity - arena->used < size) {
                size_t capacity = size > BLOCK ? size : BLOCK;
                struct arena_block *block = hart_reallocate_array(NULL, 1, sizeof *block + capacity);
                block->before = arena->blocks;
                block->capacity = capacity;
                arena->blocks = block;
                arena->used = 0;
        }
        unsigned char *copy = arena->blocks->bytes + arena->used;
        if (size > 0)
                memcpy(copy, bytes, size);
        arena->used += size;
        arena->size += size;
        return copy;
}

static void free_from(struct arena_block *block)
{
        while (block != NULL) {
                struct arena_block *before = block->before;
                free(block);
                block = before;
        }
}

void arena_clear(struct arena *arena)
{
        if (arena->blocks != NULL) {
                free_from(arena->blocks->before);
                arena->blocks->before = NULL;
        }
        arena->used = 0;
        arena->size = 0;
}

void arena_done(struct arena *arena)
{
        free_from(arena->blocks);
        *arena = (struct arena){0};
}
