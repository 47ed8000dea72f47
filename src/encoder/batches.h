/* Texts to batches of tokens for an engine, and its vectors back to texts. A text that is longer than the model looks
 * at is cut off, or cut into windows, which are entries of their own in the batches; its vector is the mean of theirs,
 * each counting by its tokens, of length 1. */
#ifndef ENCODER_BATCHES_H
#define ENCODER_BATCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/encoder.h>

#include "engine.h"
#include "tokenizer.h"

struct batches {
        /* set by the caller */
        const struct tokenizer *tokenizer;
        const struct engine *engine;
        void *state; /* the engine's */
        size_t dimension;
        size_t limit;   /* tokens of an entry, markers included */
        size_t overlap; /* of windows; below limit - 2 */
        size_t budget;  /* tokens of a batch, at least `limit` */
        bool windows;

        /* the text whose entries are being taken */
        int32_t *tokens; /* all of it, a marker at each end */
        size_t count, capacity;
        size_t next; /* where its next entry begins, behind the first marker */

        /* the batch that is being put together */
        int32_t *ids;
        size_t *starts;
        struct batch_entry *entries;
        size_t used;    /* entries */
        size_t largest; /* so many entries have room: each has two tokens at least */
        float *vectors; /* of `room` entries */
        size_t room;
};

/* Makes room for batches; batches_done() also of what is zeroed. */
void batches_begin(struct batches *batches);
void batches_done(struct batches *batches);

/* hart_encoder_run for engines of tokens; *outcome is zeroed and never NULL. */
hart_code batches_run(struct batches *batches, const hart_encoder_text *texts, size_t count, float *vectors,
                      hart_encoder_outcome *outcome, hart_encoder_progress progress, void *data, hart_error *err);

#endif
