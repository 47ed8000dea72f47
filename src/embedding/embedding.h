/* hartonomous-embedding: a vector for each atom that is text. */
#ifndef EMBEDDING_EMBEDDING_H
#define EMBEDDING_EMBEDDING_H

#include <hartonomous/encoder.h>
#include <hartonomous/worker.h>

enum embedding_metric { METRIC_EMBEDDINGS, METRIC_TOKENS, EMBEDDING_METRICS };
extern const hart_metric embedding_metrics[EMBEDDING_METRICS];

struct embedding {
        hart_encoder *encoder;
        const char *name;                   /* borrowed from the settings, as the next */
        const hart_encoder_model *in_force; /* what the encoder was opened with: the first of the settings */
        int32_t model;                      /* model_id; 0 until it is known */
};

hart_code embedding_check(const void *settings, hart_error *err);
hart_code embedding_open(void *state, hart_worker_context *context, hart_error *err);
hart_code embedding_handle(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                           size_t *blamed, hart_error *err);
hart_code embedding_reload(void *state, hart_worker_context *context, hart_error *err);
void embedding_close(void *state);

/* Finds the model's row, or makes it. HART_CONFIG where it says another dimension. */
hart_code embedding_register_model(struct embedding *embedding, hart_pg *pg, hart_error *err);

#endif
