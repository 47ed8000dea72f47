/* What computes vectors: a row in a table, so that another engine is another file and a row. Engines of tokens leave
 * files, tokenizer and batches to encoder.c; engines of texts do it all themselves. */
#ifndef ENCODER_ENGINE_H
#define ENCODER_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/digest.h>
#include <hartonomous/encoder.h>
#include <hartonomous/error.h>

#include "card.h"

/* Texts as one run of tokens, without padding: text i is ids[starts[i]] up to ids[starts[i + 1]]. */
struct token_batch {
        const int32_t *ids; /* each below card->vocabulary */
        const size_t *starts;
        size_t count;
};

struct engine_options {
        const hart_encoder_options *asked;
        const struct model_card *card; /* outlives the engine; NULL for an engine of texts */
        const char *precision;         /* one of the engine's */
        size_t tokens;                 /* a batch has at most so many */
};

/* What an engine says of itself once it is open. */
struct engine_identity {
        size_t dimension;
        char revision[HART_SHA256_HEX_SIZE];
        const char *means; /* static; how it computes where that is not what the precision says ("fp32"), else NULL */
};

struct engine {
        const char *name;
        const char *const *precisions; /* NULL-terminated; the first is the default */
        enum card_use card;            /* of an engine of tokens: what it demands of the configuration files */
        bool may_fork;                 /* a process that is forked after open may use what it made */
        /* Are its files there and right? Without what open prepares. */
        hart_code (*check)(const struct engine_options *options, hart_error *err);
        hart_code (*open)(void **ret, const struct engine_options *options, struct engine_identity *identity,
                          hart_error *err);
        void (*close)(void *state);
        /* One of the two; the other is NULL. Both write count · dimension floats, each vector of length 1. run_texts is
         * hart_encoder_run, with an outcome that is zeroed and never NULL: texts before a refused one are done first.
         */
        hart_code (*run_tokens)(void *state, const struct token_batch *batch, float *vectors, hart_error *err);
        hart_code (*run_texts)(void *state, const hart_encoder_text *texts, size_t count, float *vectors,
                               hart_encoder_outcome *outcome, hart_encoder_progress progress, void *data,
                               hart_error *err);
};

extern const struct engine *const engines[]; /* the first is the default */
extern const size_t engine_count;
extern const struct engine native_engine;
extern const struct engine onnx_engine; /* also where it is not built in: it says so */
extern const struct engine http_engine;

#endif
