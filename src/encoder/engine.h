/* What computes vectors from tokens: a row in a table, so that another engine is another file and a row. */
#ifndef ENCODER_ENGINE_H
#define ENCODER_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>

#include "model.h"

/* Texts as one run of tokens, without padding: text i is ids[starts[i]] up to ids[starts[i + 1]]. */
struct token_batch {
        const int32_t *ids; /* each below model->vocabulary */
        const size_t *starts;
        size_t count;
};

struct engine_options {
        const struct model *model; /* outlives the engine */
        const char *precision;
        unsigned threads;
        size_t tokens; /* a batch has at most so many */
};

struct engine {
        const char *name;
        const char *const *precisions; /* NULL-terminated; the first is the default */
        hart_code (*open)(void **ret, const struct engine_options *options, hart_error *err);
        void (*close)(void *state);
        /* count · hidden floats, each vector of length 1 */
        hart_code (*run)(void *state, const struct token_batch *batch, float *vectors, hart_error *err);
};

extern const struct engine *const engines[]; /* the first is the default */
extern const size_t engine_count;
extern const struct engine native_engine;

#endif
