/* A model in ONNX as ONNX Runtime computes it: rectangles of tokens in, states or vectors out. */
#ifndef ENCODER_ONNX_SESSION_H
#define ENCODER_ONNX_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>

struct onnx_session;

struct onnx_session_options {
        const char *library; /* NULL: where it is installed */
        const char *path;    /* of the model file */
        unsigned threads;    /* more than 1: ONNX Runtime starts them when the session is opened */
};

/* HART_CONFIG where the library or the model is not as it must be: inputs input_ids and attention_mask, maybe
 * token_type_ids, each [texts][tokens]; one output of these: sentence_embedding [texts][dimension],
 * last_hidden_state or token_embeddings [texts][tokens][dimension]. */
hart_code onnx_session_open(struct onnx_session **ret, const struct onnx_session_options *options, hart_error *err);
void onnx_session_close(struct onnx_session *session);

/* Texts as rows of one length. ids and mask are rows · length, mask 1 where there is a token and 0 where there is none.
 */
struct onnx_rectangle {
        const int64_t *ids, *mask;
        size_t rows, length;
};

/* numbers: rows · dimension where `pooled`, else rows · length · dimension. */
struct onnx_output {
        const float *numbers; /* until the next run */
        size_t dimension;
        bool pooled;
};

/* HART_FATAL where ONNX Runtime fails; HART_CONFIG where the output has another shape than promised. */
hart_code onnx_session_run(struct onnx_session *session, const struct onnx_rectangle *rectangle,
                           struct onnx_output *ret, hart_error *err);

#endif
