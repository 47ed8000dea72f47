/* Inside the native engine: a BERT encoder (Devlin et al. 2018) whose linear layers are linear.h's, and the rest
 * kernels.h's. */
#ifndef ENCODER_NATIVE_H
#define ENCODER_NATIVE_H

#include "engine.h"
#include "kernels.h"
#include "linear.h"
#include "model.h"

enum part { QKV, OUTPUT, UP, DOWN, PARTS }; /* QKV: queries, keys and values in one */

struct layer {
        struct linear linear[PARTS];
};

struct native {
        struct model model;
        const struct kernels *kernels;
        struct product_context *products;
        struct layer *layers;
        float *x; /* the state of a batch's tokens, which goes from layer to layer: rows of `hidden` */
        /* room for the tokens of a group of texts */
        struct linear_rows rows;
        float *wide;   /* 3 · hidden, or intermediate */
        float *mixed;  /* hidden */
        float *change; /* hidden */
        float *scratch;
};

/* Rows that have room where `rows` do. */
static inline size_t native_rounded(size_t rows)
{
        return (rows + PRODUCT_ROWS_MULTIPLE - 1) / PRODUCT_ROWS_MULTIPLE * PRODUCT_ROWS_MULTIPLE;
}

/* Of struct engine. */
hart_code native_check(const struct engine_options *options, hart_error *err);
hart_code native_open(void **ret, const struct engine_options *options, struct engine_identity *identity,
                      hart_error *err);
void native_close(void *state);

#endif
