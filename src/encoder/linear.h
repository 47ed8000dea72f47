/* A linear layer, y = x·Wᵀ + bias, in one of the kinds of numbers a product computes with. What goes in and comes out
 * is fp32; in between rows of x are converted: for whole numbers each row has a scale of its own, and so has each
 * output. */
#ifndef ENCODER_LINEAR_H
#define ENCODER_LINEAR_H

#include "kernels.h"
#include "product.h"

struct linear {
        struct product *product;
        enum product_numbers numbers;
        size_t inputs, outputs;
        float *factors;        /* PRODUCT_SIGNED: per input, what x is multiplied with; weights are divided by it */
        float *scales, *shift; /* whole numbers: per output */
};

/* Rows of x, converted: `numbers` has room for PRODUCT_ROWS_MULTIPLE-rounded rows of the widest layer's inputs. */
struct linear_rows {
        void *numbers;
        float *scales; /* whole numbers: per row */
};

struct linear_weights {
        const float *weights, *bias;          /* [outputs][inputs], [outputs] */
        const float *norm_scale, *norm_shift; /* of the layer norm that x comes from; NULL where it is from none */
};

/* All weights are copied. PRODUCT_UNSIGNED is for x that is not below GELU_LEAST. */
hart_code linear_open(struct linear *linear, struct product_context *context, const struct product_shape *shape,
                      const struct linear_weights *weights, hart_error *err);
void linear_done(struct linear *linear);

/* Converts one row of x to row `row`; fp32 stays where it is. */
void linear_take(const struct linear *linear, const struct kernels *kernels, const struct linear_rows *to, size_t row,
                 const float *x);
/* x is what the rows were taken from. */
hart_code linear_run(const struct linear *linear, const struct linear_rows *taken, const float *x, float *y,
                     size_t rows, hart_error *err);
/* linear_run leaves y of whole numbers without scales and bias; this makes row `row` what it is. */
static inline void linear_finish(const struct linear *linear, const struct kernels *kernels,
                                 const struct linear_rows *taken, size_t row, float *y)
{
        if (linear->scales != NULL)
                kernels->rescale(y, taken->scales[row], linear->scales, linear->shift, linear->outputs);
}

#endif
