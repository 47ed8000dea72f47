/* Where tokens of a text go. */
#ifndef ENCODER_TOKENIZER_RUN_H
#define ENCODER_TOKENIZER_RUN_H

#include <stddef.h>
#include <stdint.h>

struct token_run {
        int32_t *ids;
        size_t count, limit;
};

/* What is over the limit is dropped. */
static inline void token_run_put(struct token_run *run, int32_t id)
{
        if (run->count < run->limit)
                run->ids[run->count++] = id;
}

#endif
