#include "vocabulary.h"

#include <string.h>

#include <hartonomous/memory.h>
#include <hartonomous/utf8.h>

#define BYTES_LIMIT  ((size_t)8 << 20) /* of all tokens; keeps node numbers within 24 bits */
#define TOKENS_LIMIT (1 << 24)

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

void vocabulary_begin(struct vocabulary *vocabulary)
{
        *vocabulary = (struct vocabulary){.mask = 8191};
        vocabulary->edges = hart_allocate_array(vocabulary->mask + 1, sizeof *vocabulary->edges);
        (void)add_node(vocabulary);
}

hart_code vocabulary_add(struct vocabulary *vocabulary, const char *text, size_t size, int32_t id, hart_error *err)
{
        uint32_t node = VOCABULARY_ROOT;

        if (!hart_utf8_valid(text, size))
                return hart_fail(err, HART_CONFIG, "token %d is no UTF-8", id);
        vocabulary->bytes += size;
        if (vocabulary->bytes > BYTES_LIMIT)
                return hart_fail(err, HART_CONFIG, "its tokens are longer than %zu bytes", BYTES_LIMIT);
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
                vocabulary->tokens[node] = id;
        if ((size_t)id >= vocabulary->count)
                vocabulary->count = (size_t)id + 1;
        return HART_OK;
}

hart_code vocabulary_read(struct vocabulary *vocabulary, const void *text, size_t size, hart_error *err)
{
        const char *line = text, *end = line + size;
        hart_code code = HART_OK;

        vocabulary_begin(vocabulary);
        while (line < end && code == HART_OK) {
                const char *newline = memchr(line, '\n', (size_t)(end - line));
                const char *stop = newline != NULL ? newline : end;
                const char *next = newline != NULL ? newline + 1 : end;
                if (stop > line && stop[-1] == '\r')
                        stop--;
                if (vocabulary->count == TOKENS_LIMIT)
                        return hart_fail(err, HART_CONFIG, "has more than %d tokens", TOKENS_LIMIT);
                code = vocabulary_add(vocabulary, line, (size_t)(stop - line), (int32_t)vocabulary->count, err);
                line = next;
        }
        return code;
}

void vocabulary_done(struct vocabulary *vocabulary)
{
        free(vocabulary->edges);
        free(vocabulary->tokens);
        *vocabulary = (struct vocabulary){0};
}

uint32_t vocabulary_walk(const struct vocabulary *vocabulary, const char *text, size_t size)
{
        uint32_t node = VOCABULARY_ROOT;

        for (size_t i = 0; i < size && node != VOCABULARY_DEAD; i++)
                node = vocabulary_step(vocabulary, node, (unsigned char)text[i]);
        return node;
}

int32_t vocabulary_find(const struct vocabulary *vocabulary, const char *text, size_t size)
{
        uint32_t node = vocabulary_walk(vocabulary, text, size);

        return node == VOCABULARY_DEAD ? VOCABULARY_NONE : vocabulary->tokens[node];
}
