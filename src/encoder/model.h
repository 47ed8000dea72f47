/* The weights of a BERT encoder by name. They are row-major, a linear layer's as [outputs][inputs]. They
 * live in the mapped file where it has fp32, else they are converted. */
#ifndef ENCODER_MODEL_H
#define ENCODER_MODEL_H

#include <stddef.h>

#include <hartonomous/error.h>

#include "card.h"
#include "mapping.h"

struct model_layer {
        const float *query, *query_bias, *key, *key_bias, *value, *value_bias; /* hidden x hidden, hidden */
        const float *output, *output_bias;                                     /* of attention: hidden x hidden */
        const float *attention_norm, *attention_norm_bias;
        const float *up, *up_bias;     /* intermediate x hidden */
        const float *down, *down_bias; /* hidden x intermediate */
        const float *norm, *norm_bias;
};

struct model {
        const struct model_card *card;
        struct mapping weights;
        const float *word_embeddings;     /* vocabulary x hidden */
        const float *position_embeddings; /* positions x hidden */
        const float *type_embeddings;     /* types x hidden */
        const float *embedding_norm, *embedding_norm_bias;
        struct model_layer *layer;
        struct model_copy *copies; /* of what is not fp32 in the file */
};

/* HART_CONFIG naming the file and what is wrong with it. All weights are finite numbers. */
hart_code model_open(struct model *ret, const struct model_card *card, const char *folder, hart_error *err);
/* Gives memory back once nobody reads the layers' matrices any more: these may not be read again. */
void model_forget_matrices(struct model *model);
void model_done(struct model *model);

#endif
