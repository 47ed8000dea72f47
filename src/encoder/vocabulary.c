#include "vocabulary.h"

#include <string.h>

#include <hartonomous/memory.h>

#define SIZE_LIMIT ((size_t)8 << 20) /* bytes of a vocab.txt; keeps node numbers within 24 bits */

static void add_edge(struct vocabulary *vocabulary, uint32_t node, unsigned char byte, uint32_t child)
{
        uint32_t key = (node << 8 | byte) + 1;
        size_t slot = (key * UINT32_C(2654435761) >> 8) & vocabulary->mask;

        while (vocabulary->edges[slot].key != 0)
                slot = (slot + 1) & vocabulary->mask;
        vocabulary->edges[slot] = (struct vocabulary_edge){key, child};
}

static uint32_t add_node(struct vocabulary *vocabulary)
{
        if (vocabulary->nodes == vocabulary->capacity) {
                vocabulary->capacity = vocabulary->capacity * 2 + 1024;
                vocabulary->tokens =
                        hart_reallocate_array(vocabulary->tokens, vocabulary->capacity, sizeof *vocabulary->tokens);
        }
        vocabulary->tokens[vocabulary->nodes] = VOCABULARY_NONE;
        return (uint32_t)vocabulary->nodes++;
}

static void double_edges(struct vocabulary *vocabulary)
{
        struct vocabulary_edge *old = vocabulary->edges;
        size_t slots = vocabulary->mask + 1;

        vocabulary->edges = hart_allocate_array(slots * 2, sizeof *vocabulary->edges);
        vocabulary->mask = slots * 2 - 1;
        for (size_t i = 0; i < slots; i++)
                if (old[i].key != 0)
                        add_edge(vocabulary, (old[i].key - 1) >> 8, (unsigned char)(old[i].key - 1), old[i].node);
        free(old);
}

/* As in Hugging Face's reader, a token that comes twice has its last number. */
static void add_token(struct vocabulary *vocabulary, const char *text, size_t size)
{
        uint32_t node = VOCABULARY_ROOT;

        for (size_t i = 0; i < size; i++) {
                uint32_t next = vocabulary_step(vocabulary, node, (unsigned char)text[i]);
                if (next == VOCABULARY_DEAD) {
                        if (vocabulary->nodes * 2 > vocabulary->mask)
                                double_edges(vocabulary);
                        next = add_node(vocabulary);
                        add_edge(vocabulary, node, (unsigned char)text[i], next);
                }
                node = next;
        }
        if (size > 0)
                vocabulary->tokens[node] = (int32_t)vocabulary->count;
        vocabulary->count++;
}

hart_code vocabulary_read(struct vocabulary *vocabulary, const void *text, size_t size, hart_error *err)
{
        const char *line = text, *end = line + size;

        if (size > SIZE_LIMIT)
                return hart_fail(err, HART_CONFIG, "is longer than %zu bytes", SIZE_LIMIT);
        *vocabulary = (struct vocabulary){.mask = 8191};
        vocabulary->edges = hart_allocate_array(vocabulary->mask + 1, sizeof *vocabulary->edges);
        (void)add_node(vocabulary);
        while (line < end) {
                const char *newline = memchr(line, '\n', (size_t)(end - line));
                const char *stop = newline != NULL ? newline : end;
                const char *next = newline != NULL ? newline + 1 : end;
                if (stop > line && stop[-1] == '\r')
                        stop--;
                add_token(vocabulary, line, (size_t)(stop - line));
                line = next;
        }
        return HART_OK;
}

void vocabulary_done(struct vocabulary *vocabulary)
{
        free(vocabulary->edges);
        free(vocabulary->tokens);
        *vocabulary = (struct vocabulary){0};
}

uint32_t vocabulary_walk(const struct vocabulary *vocabulary, const char *text)
{
        uint32_t node = VOCABULARY_ROOT;

        for (; *text != '\0' && node != VOCABULARY_DEAD; text++)
                node = vocabulary_step(vocabulary, node, (unsigned char)*text);
        return node;
}

int32_t vocabulary_find(const struct vocabulary *vocabulary, const char *text)
{
        uint32_t node = vocabulary_walk(vocabulary, text);

        return node == VOCABULARY_DEAD ? VOCABULARY_NONE : vocabulary->tokens[node];
}
