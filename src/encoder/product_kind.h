/* Inside product.c: what oneDNN generates for products of one shape. */
#ifndef ENCODER_PRODUCT_KIND_H
#define ENCODER_PRODUCT_KIND_H

#include <dnnl.h>

#include "product.h"

enum { BLOCKS = PRODUCT_ROWS / PRODUCT_ROWS_MULTIPLE }; /* block i has (i + 1) · PRODUCT_ROWS_MULTIPLE rows */

/* What all products of one shape share. */
struct kind {
        struct product_shape shape;
        dnnl_memory_desc_t weights, bias;
        struct code {
                dnnl_primitive_t primitive; /* NULL until it is needed */
                dnnl_memory_t x, y;         /* their handles are set for each run */
        } code[BLOCKS];
        struct kind *next;
};

/* The kind of a shape among those of *kinds, made where there is none. */
dnnl_status_t kind_find(struct kind **kinds, dnnl_engine_t engine, const struct product_shape *shape,
                        struct kind **ret);
/* Code for one block of rows. */
dnnl_status_t kind_generate(struct kind *kind, dnnl_engine_t engine, size_t block);
void kinds_close(struct kind *kinds);

/* Bytes of a number of x. */
size_t kind_number_size(const struct kind *kind);
/* Weights as product_open is given them. */
dnnl_memory_desc_t kind_given_weights(const struct kind *kind);
#endif
