/* Matrix products by oneDNN: y = x·Wᵀ, in three kinds of numbers. The only home of dnnl.h.
 *
 * oneDNN generates code for one number of rows. So that few are generated, rows are taken 128 at a time, and the rest
 * as a multiple of four. Weights are held in the layout that oneDNN likes best. Nothing that product_open made is
 * written to by product_run, so that processes forked in between share it; threads are started by the first
 * product_run. */
#ifndef ENCODER_PRODUCT_H
#define ENCODER_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>

#define PRODUCT_ROWS_MULTIPLE 4 /* rows of x and y must have room up to a multiple of this */
#define PRODUCT_ROWS          128

struct product_context; /* the library's engine, and the code generated so far */
struct product;         /* one W */

enum product_numbers {
        PRODUCT_FLOAT,    /* fp32 */
        PRODUCT_BFLOAT,   /* bfloat16, summed in fp32 */
        PRODUCT_SIGNED,   /* x and W of int8_t, summed in int32_t */
        PRODUCT_UNSIGNED, /* x of uint8_t, W of int8_t */
};

struct product_shape {
        size_t inputs, outputs;
        enum product_numbers numbers;
};

/* Failures are HART_FATAL. */
hart_code product_context_open(struct product_context **ret, unsigned threads, hart_error *err);
void product_context_close(struct product_context *context);
void product_context_close_p(struct product_context **context);

/* Has this processor instructions for such numbers? Where it has not, oneDNN would compute by other means, slower than
 * fp32, and in case of whole numbers with sums that overflow. */
bool product_has(enum product_numbers numbers);
/* Bytes of the widest vectors oneDNN uses: what it finds, or what the environment's ONEDNN_MAX_CPU_ISA allows. */
size_t product_vector(void);

/* Weights [outputs][inputs] are copied: of int8_t for whole numbers, else of float. bias is added to each row of y;
 * NULL for whole numbers. */
hart_code product_open(struct product **ret, struct product_context *context, const struct product_shape *shape,
                       const void *weights, const float *bias, hart_error *err);
void product_close(struct product *product);

/* x: rows x inputs, y: rows x outputs in fp32, both rounded up to PRODUCT_ROWS_MULTIPLE rows, whose contents are of no
 * matter. */
hart_code product_run(struct product *product, const void *x, float *y, size_t rows, hart_error *err);

#endif
