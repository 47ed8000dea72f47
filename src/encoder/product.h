/* Matrix products by oneDNN: y = x·Wᵀ + bias, optionally followed by GELU. The only home of dnnl.h.
 *
 * oneDNN generates code for one number of rows. So that few are generated, and none while texts wait, rows are taken in
 * blocks of a few sizes, 128 down to 4. Weights are held in the layout that oneDNN likes best for the biggest block. */
#ifndef ENCODER_PRODUCT_H
#define ENCODER_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

#include <hartonomous/error.h>

#define PRODUCT_ROWS_MULTIPLE 4 /* rows of x and y must have room up to a multiple of this */

struct product_context; /* the library's engine, and the code generated so far */
struct product;         /* one W and bias */

struct product_shape {
        size_t inputs, outputs;
        bool gelu; /* the exact one, by erf */
};

/* Failures are HART_FATAL. */
hart_code product_context_open(struct product_context **ret, unsigned threads, hart_error *err);
void product_context_close(struct product_context *context);
void product_context_close_p(struct product_context **context);

/* Weights [outputs][inputs] and bias are copied. */
hart_code product_open(struct product **ret, struct product_context *context, const struct product_shape *shape,
                       const float *weights, const float *bias, hart_error *err);
void product_close(struct product *product);

/* x: rows x inputs, y: rows x outputs, both rounded up to PRODUCT_ROWS_MULTIPLE rows, whose contents are of no matter.
 */
hart_code product_run(struct product *product, const float *x, float *y, size_t rows, hart_error *err);

#endif
