/* A vocabulary as a trie of bytes: longest matches by one hash probe a byte. */
#ifndef ENCODER_VOCABULARY_H
#define ENCODER_VOCABULARY_H

#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>

#define VOCABULARY_NONE (-1)
#define VOCABULARY_ROOT 0u
#define VOCABULARY_DEAD UINT32_MAX /* the node that is not there */

struct vocabulary {
        struct vocabulary_edge {
                uint32_t key; /* node << 8 | byte, plus 1; 0 where the slot is free */
                uint32_t node;
        } * edges;       /* open addressing */
        size_t mask;     /* slots - 1 */
        int32_t *tokens; /* per node: the token that ends there, or VOCABULARY_NONE */
        size_t nodes, capacity;
        size_t count; /* one over the largest number */
        size_t bytes; /* of all texts */
};

/* A zeroed one is begun before the first token is added; vocabulary_done also of what is zeroed. */
void vocabulary_begin(struct vocabulary *vocabulary);
void vocabulary_done(struct vocabulary *vocabulary);
/* A text that comes twice has its last number. An empty one is never found, but counts. HART_CONFIG where it is all too
 * much, or no UTF-8. */
hart_code vocabulary_add(struct vocabulary *vocabulary, const char *text, size_t size, int32_t id, hart_error *err);
/* From the text of a vocab.txt: one token a line, numbered from 0. HART_CONFIG with what is wrong. */
hart_code vocabulary_read(struct vocabulary *vocabulary, const void *text, size_t size, hart_error *err);

/* The node reached from `node` by a byte, or VOCABULARY_DEAD. */
static inline uint32_t vocabulary_step(const struct vocabulary *vocabulary, uint32_t node, unsigned char byte)
{
        uint32_t key = (node << 8 | byte) + 1;

        for (size_t slot = (key * UINT32_C(2654435761) >> 8) & vocabulary->mask;;
             slot = (slot + 1) & vocabulary->mask) {
                if (vocabulary->edges[slot].key == key)
                        return vocabulary->edges[slot].node;
                if (vocabulary->edges[slot].key == 0)
                        return VOCABULARY_DEAD;
        }
}

/* The node at the end of a text, or VOCABULARY_DEAD; and the token that is exactly this text, or VOCABULARY_NONE. */
uint32_t vocabulary_walk(const struct vocabulary *vocabulary, const char *text, size_t size);
int32_t vocabulary_find(const struct vocabulary *vocabulary, const char *text, size_t size);

#endif
