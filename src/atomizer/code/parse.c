/* parse: tree-sitter, with an eye on what it takes. It aborts where memory ends, and looks at most tokens more than
 * once: so its allocations and its reads are counted, and it is told to stop when they get out of hand. */
#include "parse.h"

#include <stdalign.h>
#include <stddef.h>

#include <hartonomous/memory.h>

#define READ_SIZE 4096
/* Dense programs take up to 90 times their size, ask for up to 700 times (where there are errors), and are read up to 3
 * times. */
#define MEMORY_LEAST  ((size_t)32 << 20)
#define MEMORY_MOST   ((size_t)160 << 20)
#define MEMORY_FACTOR 128
#define READ_LEAST    (UINT64_C(16) << 20)
#define READ_FACTOR   32
#define ASKED_LEAST   (UINT64_C(64) << 20)
#define ASKED_FACTOR  1024
#define ASKED_MOST    (UINT64_C(8) << 30)

/* The library's allocator has no argument to find its state with, so there is one for the process. */
static struct {
        size_t in_use, limit;
        uint64_t asked, asked_limit; /* since the beginning: what is copied again and again counts again */
        size_t stop;                 /* what the parser looks at */
} memory;

struct block {
        alignas(max_align_t) size_t size;
};

static void *count(struct block *block, size_t size)
{
        block->size = size;
        memory.in_use += size;
        memory.asked += size;
        if (memory.in_use > memory.limit || memory.asked > memory.asked_limit)
                memory.stop = 1;
        return block + 1;
}

static void *counted_calloc(size_t number, size_t size)
{
        return count(hart_allocate(sizeof(struct block) + number * size), number * size);
}

static void *counted_malloc(size_t size)
{
        return counted_calloc(1, size);
}

static void counted_free(void *pointer)
{
        if (pointer == NULL)
                return;
        struct block *block = (struct block *)pointer - 1;
        memory.in_use -= block->size;
        free(block);
}

static void *counted_realloc(void *pointer, size_t size)
{
        if (pointer == NULL)
                return counted_malloc(size);
        struct block *block = (struct block *)pointer - 1;
        memory.in_use -= block->size;
        return count(hart_reallocate_array(block, 1, sizeof *block + size), size);
}

void code_parse_open(void)
{
        ts_set_allocator(counted_malloc, counted_calloc, counted_realloc, counted_free);
}

struct input {
        const unsigned char *data;
        uint32_t size;
        uint64_t read, limit;
};

static const char *read_input(void *payload, uint32_t offset, TSPoint position, uint32_t *size)
{
        struct input *input = payload;
        (void)position;
        if (input->read > input->limit)
                memory.stop = 1;
        uint32_t left = offset < input->size && memory.stop == 0 ? input->size - offset : 0;
        *size = left < READ_SIZE ? left : READ_SIZE;
        input->read += READ_SIZE;
        return left > 0 ? (const char *)input->data + offset : "";
}

TSTree *code_parse(const struct code_language *language, const unsigned char *data, uint32_t size, const char **reason)
{
        struct input input = {.data = data, .size = size, .limit = READ_LEAST + (uint64_t)size * READ_FACTOR};
        size_t most = (size_t)size * MEMORY_FACTOR;
        memory.limit = memory.in_use + (most < MEMORY_LEAST ? MEMORY_LEAST : most > MEMORY_MOST ? MEMORY_MOST : most);
        memory.asked = 0;
        memory.asked_limit = ASKED_LEAST + (uint64_t)size * ASKED_FACTOR;
        if (memory.asked_limit > ASKED_MOST)
                memory.asked_limit = ASKED_MOST;
        memory.stop = 0;
        TSTree *tree = NULL;
        TSParser *parser = ts_parser_new();
        ts_parser_set_cancellation_flag(parser, &memory.stop);
        if (ts_parser_set_language(parser, language->grammar()))
                tree = ts_parser_parse(parser, NULL, (TSInput){&input, read_input, TSInputEncodingUTF8});
        bool full = memory.in_use > memory.limit;
        ts_parser_delete(parser);
        if (memory.stop == 0 && tree != NULL)
                return tree;
        *reason = full ? "memory" : "work";
        if (tree != NULL)
                ts_tree_delete(tree);
        return NULL;
}
