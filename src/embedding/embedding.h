/* hartonomous-embedding: a vector for each atom that is text, and answers to who asks for the vectors of a text. */
#ifndef EMBEDDING_EMBEDDING_H
#define EMBEDDING_EMBEDDING_H

#include <hartonomous/encoder.h>
#include <hartonomous/worker.h>

#include "models.h"
#include "uses.h"

enum embedding_metric { METRIC_EMBEDDINGS, METRIC_TOKENS, METRIC_ANSWERED, EMBEDDING_METRICS };
extern const hart_metric embedding_metrics[EMBEDDING_METRICS];
extern const char *const embedding_dependencies[];

/* State of a process, whichever queue it reads. */
struct embedding {
        struct models models;
        char *missing; /* what was said of models that are wanted and not here; NULL: all are */
};

hart_code embedding_check(const void *settings, hart_error *err);
hart_code embedding_prepare(void *state, const void *settings, const char *config_dir, hart_error *err);
hart_code embedding_open(void *state, hart_worker_context *context, hart_error *err);
hart_code embedding_open_answering(void *state, hart_worker_context *context, hart_error *err);
hart_code embedding_handle(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                           size_t *blamed, hart_error *err);
hart_code embedding_answer(void *state, hart_worker_context *context, const hart_message *messages, size_t count,
                           size_t *blamed, hart_error *err);
void embedding_close(void *state);

/* Says so in the journal where a model is wanted that this daemon has not, once for each change; and in the status. */
void embedding_watch_models(struct embedding *embedding, hart_worker_context *context, const struct uses *uses);

/* hart_encoder_run; tells of the server where the model is one's. */
hart_code embedding_run(hart_worker_context *context, const struct model *model, const hart_encoder_text *texts,
                        size_t count, float *vectors, hart_encoder_outcome *outcome, hart_error *err);

#endif
