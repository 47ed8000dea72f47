#include "batches.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/memory.h>

#define MARKERS 2 /* of the beginning and of the end */

struct batch_entry {
        size_t text;
        size_t tokens; /* without markers */
        bool first, last;
};

void batches_begin(struct batches *batches)
{
        batches->largest = batches->budget / MARKERS;
        batches->ids = hart_allocate_array(batches->budget, sizeof *batches->ids);
        batches->starts = hart_allocate_array(batches->largest + 1, sizeof *batches->starts);
        batches->entries = hart_allocate_array(batches->largest, sizeof *batches->entries);
        batches->capacity = batches->limit;
        batches->tokens = hart_allocate_array(batches->capacity, sizeof *batches->tokens);
}

void batches_done(struct batches *batches)
{
        free(batches->tokens);
        free(batches->ids);
        free(batches->starts);
        free(batches->entries);
        free(batches->vectors);
        *batches = (struct batches){0};
}

/* How many tokens a text has is known when it fits: what was cut off may be longer. */
static void take_text(struct batches *batches, const hart_encoder_text *text)
{
        batches->next = 0;
        for (;;) {
                batches->count = tokenizer_encode(batches->tokenizer, text->text, text->size, batches->tokens,
                                                  batches->windows ? batches->capacity : batches->limit);
                if (!batches->windows || batches->count < batches->capacity)
                        return;
                batches->capacity *= 2;
                batches->tokens = hart_reallocate_array(batches->tokens, batches->capacity, sizeof *batches->tokens);
        }
}

/* Tokens of the text's next entry, without markers. */
static size_t next_tokens(const struct batches *batches)
{
        const size_t left = batches->count - MARKERS - batches->next, most = batches->limit - MARKERS;

        return left < most ? left : most;
}

/* Puts the text's next entry into the batch; false where there is no room for it. */
static bool add_entry(struct batches *batches, size_t text)
{
        const size_t tokens = next_tokens(batches), from = batches->starts[batches->used];
        int32_t *ids = batches->ids + from;

        if (from + tokens + MARKERS > batches->budget || batches->used == batches->largest)
                return false;
        ids[0] = batches->tokens[0];
        memcpy(ids + 1, batches->tokens + 1 + batches->next, tokens * sizeof *ids);
        ids[tokens + 1] = batches->tokens[batches->count - 1];
        batches->entries[batches->used++] =
                (struct batch_entry){.text = text,
                                     .tokens = tokens,
                                     .first = batches->next == 0,
                                     .last = batches->next + tokens + MARKERS == batches->count};
        batches->starts[batches->used] = from + tokens + MARKERS;
        return true;
}

/* What `count` texts from number *text on bring, as far as the batch has room; *text becomes the first that has more
 * to bring, and batches->count 0 where nothing of that one was taken. */
static void fill(struct batches *batches, const hart_encoder_text *texts, size_t count, size_t *text)
{
        batches->used = 0;
        batches->starts[0] = 0;
        while (*text < count) {
                if (batches->count == 0)
                        take_text(batches, &texts[*text]);
                if (!add_entry(batches, *text))
                        return;
                if (batches->entries[batches->used - 1].last) {
                        batches->count = 0;
                        ++*text;
                } else {
                        batches->next += batches->limit - MARKERS - batches->overlap;
                }
        }
}

static void make_unit(float *vector, size_t dimension)
{
        double square = 0;

        for (size_t i = 0; i < dimension; i++)
                square += (double)vector[i] * (double)vector[i];
        const float length = square > 0 ? (float)sqrt(square) : 1;
        for (size_t i = 0; i < dimension; i++)
                vector[i] /= length;
}

/* Adds the entries' vectors to those of their texts. Returns how many texts are complete with them. */
static size_t add_vectors(const struct batches *batches, float *vectors)
{
        size_t complete = 0;

        for (size_t i = 0; i < batches->used; i++) {
                const struct batch_entry *entry = &batches->entries[i];
                const float *from = batches->vectors + i * batches->dimension;
                float *into = vectors + entry->text * batches->dimension;
                complete += entry->last;
                if (entry->first)
                        memset(into, 0, batches->dimension * sizeof *into);
                if (entry->first && entry->last) {
                        memcpy(into, from, batches->dimension * sizeof *into);
                        continue;
                }
                for (size_t k = 0; k < batches->dimension; k++)
                        into[k] += from[k] * (float)entry->tokens;
                if (entry->last)
                        make_unit(into, batches->dimension);
        }
        return complete;
}

/* Most batches have far fewer entries than would have room. */
static float *vectors_for(struct batches *batches)
{
        if (batches->used > batches->room) {
                batches->room = batches->used;
                batches->vectors = hart_reallocate_array(batches->vectors, batches->room,
                                                         batches->dimension * sizeof *batches->vectors);
        }
        return batches->vectors;
}

hart_code batches_run(struct batches *batches, const hart_encoder_text *texts, size_t count, float *vectors,
                      hart_encoder_outcome *outcome, hart_encoder_progress progress, void *data, hart_error *err)
{
        size_t text = 0;

        batches->count = 0; /* of a call that failed */
        while (outcome->done < count) {
                struct token_batch batch = {.ids = batches->ids, .starts = batches->starts};
                hart_code code;
                fill(batches, texts, count, &text);
                batch.count = batches->used;
                code = batches->engine->run_tokens(batches->state, &batch, vectors_for(batches), err);
                if (code != HART_OK)
                        return code;
                outcome->done += add_vectors(batches, vectors);
                outcome->tokens += batches->starts[batches->used];
                code = progress != NULL ? progress(data) : HART_OK;
                if (code != HART_OK)
                        return code;
        }
        return HART_OK;
}
