#include "product.h"

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

#include <dnnl.h>

#include <hartonomous/memory.h>

static const size_t blocks[] = {128, 64, 48, 32, 24, 20, 16, 12, 8, PRODUCT_ROWS_MULTIPLE};
enum { BLOCKS = sizeof blocks / sizeof blocks[0], BIGGEST = 0 };

/* What all products of one shape share. */
struct kind {
        struct product_shape shape;
        dnnl_primitive_attr_t attributes;
        dnnl_memory_desc_t weights, bias;
        struct code {
                dnnl_primitive_t primitive; /* NULL until it is needed */
                dnnl_memory_t x, y;         /* their handles are set for each run */
        } code[BLOCKS];
        struct kind *next;
};

struct product_context {
        dnnl_engine_t engine;
        dnnl_stream_t stream;
        struct kind *kinds;
};

struct product {
        struct product_context *context;
        struct kind *kind;
        dnnl_memory_t weights, bias;
};

static hart_code failed(dnnl_status_t status, const char *what, hart_error *err)
{
        return hart_fail(err, HART_FATAL, "oneDNN: %s failed with status %d", what, (int)status);
}

/* oneDNN takes handles without const, also those it only reads. */
static void *handle(const float *numbers)
{
        return (void *)(uintptr_t)numbers;
}

/* Debian's oneDNN computes with OpenMP's threads; which OpenMP it brings along is not known when this is built. */
static void set_threads(unsigned threads)
{
        void (*set)(int) = NULL;
        void *symbol = dlsym(RTLD_DEFAULT, "omp_set_num_threads");

        memcpy(&set, &symbol, sizeof set);
        if (set != NULL)
                set(threads > 0 ? (int)threads : 1);
}

hart_code product_context_open(struct product_context **ret, unsigned threads, hart_error *err)
{
        HART_CLEANUP(product_context_close_p) struct product_context *context = hart_allocate(sizeof *context);
        dnnl_status_t status;

        set_threads(threads);
        status = dnnl_engine_create(&context->engine, dnnl_cpu, 0);
        if (status == dnnl_success)
                status = dnnl_stream_create(&context->stream, context->engine, dnnl_stream_default_flags);
        if (status != dnnl_success)
                return failed(status, "making a CPU engine", err);
        *ret = HART_TAKE(context);
        return HART_OK;
}

static void close_kind(struct kind *kind)
{
        for (size_t i = 0; i < BLOCKS; i++) {
                (void)dnnl_memory_destroy(kind->code[i].x);
                (void)dnnl_memory_destroy(kind->code[i].y);
                (void)dnnl_primitive_destroy(kind->code[i].primitive);
        }
        (void)dnnl_primitive_attr_destroy(kind->attributes);
        free(kind);
}

void product_context_close(struct product_context *context)
{
        if (context == NULL)
                return;
        for (struct kind *kind = context->kinds, *next; kind != NULL; kind = next) {
                next = kind->next;
                close_kind(kind);
        }
        (void)dnnl_stream_destroy(context->stream);
        (void)dnnl_engine_destroy(context->engine);
        free(context);
}

void product_context_close_p(struct product_context **context)
{
        product_context_close(*context);
}

static dnnl_memory_desc_t matrix(size_t rows, size_t columns, dnnl_format_tag_t layout)
{
        dnnl_memory_desc_t description;
        const dnnl_dims_t sides = {(dnnl_dim_t)rows, (dnnl_dim_t)columns};

        (void)dnnl_memory_desc_init_by_tag(&description, 2, sides, dnnl_f32, layout);
        return description;
}

static dnnl_status_t describe(const struct product_context *context, const struct kind *kind, size_t block,
                              const dnnl_memory_desc_t *weights, dnnl_primitive_desc_t *ret)
{
        dnnl_memory_desc_t x = matrix(blocks[block], kind->shape.inputs, dnnl_ab);
        dnnl_memory_desc_t y = matrix(blocks[block], kind->shape.outputs, dnnl_ab);
        dnnl_matmul_desc_t product;
        dnnl_status_t status = dnnl_matmul_desc_init(&product, &x, weights, &kind->bias, &y);

        return status == dnnl_success
                       ? dnnl_primitive_desc_create(ret, &product, kind->attributes, context->engine, NULL)
                       : status;
}

/* Code for one block of rows. */
static dnnl_status_t generate(struct product_context *context, struct kind *kind, size_t block)
{
        struct code *code = &kind->code[block];
        dnnl_memory_desc_t x = matrix(blocks[block], kind->shape.inputs, dnnl_ab);
        dnnl_memory_desc_t y = matrix(blocks[block], kind->shape.outputs, dnnl_ab);
        dnnl_primitive_desc_t description = NULL;
        dnnl_status_t status = describe(context, kind, block, &kind->weights, &description);

        if (status == dnnl_success && code->x == NULL)
                status = dnnl_memory_create(&code->x, &x, context->engine, DNNL_MEMORY_NONE);
        if (status == dnnl_success && code->y == NULL)
                status = dnnl_memory_create(&code->y, &y, context->engine, DNNL_MEMORY_NONE);
        if (status == dnnl_success)
                status = dnnl_primitive_create(&code->primitive, description);
        (void)dnnl_primitive_desc_destroy(description);
        return status;
}

static dnnl_status_t set_attributes(struct kind *kind)
{
        dnnl_post_ops_t after = NULL;
        dnnl_status_t status = dnnl_primitive_attr_create(&kind->attributes);

        if (status != dnnl_success || !kind->shape.gelu)
                return status;
        status = dnnl_post_ops_create(&after);
        if (status == dnnl_success)
                status = dnnl_post_ops_append_eltwise(after, 1, dnnl_eltwise_gelu_erf, 0, 0);
        if (status == dnnl_success)
                status = dnnl_primitive_attr_set_post_ops(kind->attributes, after);
        (void)dnnl_post_ops_destroy(after);
        return status;
}

/* Lets oneDNN choose the layout of the weights. */
static dnnl_status_t choose_layout(struct product_context *context, struct kind *kind)
{
        dnnl_memory_desc_t any = matrix(kind->shape.inputs, kind->shape.outputs, dnnl_format_tag_any);
        dnnl_primitive_desc_t description = NULL;
        dnnl_status_t status = set_attributes(kind);

        kind->bias = matrix(1, kind->shape.outputs, dnnl_ab);
        if (status == dnnl_success)
                status = describe(context, kind, BIGGEST, &any, &description);
        if (status == dnnl_success)
                kind->weights = *dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);
        (void)dnnl_primitive_desc_destroy(description);
        return status;
}

static dnnl_status_t find_kind(struct product_context *context, const struct product_shape *shape, struct kind **ret)
{
        struct kind *kind = context->kinds;
        dnnl_status_t status;

        while (kind != NULL && (kind->shape.inputs != shape->inputs || kind->shape.outputs != shape->outputs ||
                                kind->shape.gelu != shape->gelu))
                kind = kind->next;
        if (kind == NULL) {
                kind = hart_allocate(sizeof *kind);
                kind->shape = *shape;
                status = choose_layout(context, kind);
                if (status != dnnl_success) {
                        close_kind(kind);
                        return status;
                }
                kind->next = context->kinds;
                context->kinds = kind;
        }
        *ret = kind;
        return dnnl_success;
}

/* Copies numbers from one layout to another. */
static dnnl_status_t convert(struct product_context *context, dnnl_memory_t from, dnnl_memory_t to)
{
        const dnnl_memory_desc_t *from_layout, *to_layout;
        dnnl_primitive_desc_t description = NULL;
        dnnl_primitive_t reorder = NULL;
        const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
        dnnl_status_t status;

        (void)dnnl_memory_get_memory_desc(from, &from_layout);
        (void)dnnl_memory_get_memory_desc(to, &to_layout);
        status = dnnl_reorder_primitive_desc_create(&description, from_layout, context->engine, to_layout,
                                                    context->engine, NULL);
        if (status == dnnl_success)
                status = dnnl_primitive_create(&reorder, description);
        if (status == dnnl_success)
                status = dnnl_primitive_execute(reorder, context->stream, 2, arguments);
        (void)dnnl_primitive_destroy(reorder);
        (void)dnnl_primitive_desc_destroy(description);
        return status;
}

static dnnl_status_t fill(struct product *product, const float *weights, const float *bias)
{
        const struct kind *kind = product->kind;
        dnnl_engine_t engine = product->context->engine;
        dnnl_memory_desc_t given = matrix(kind->shape.inputs, kind->shape.outputs, dnnl_ba);
        dnnl_memory_t from = NULL;
        void *copy = NULL;
        dnnl_status_t status = dnnl_memory_create(&from, &given, engine, handle(weights));

        if (status == dnnl_success)
                status = dnnl_memory_create(&product->weights, &kind->weights, engine, DNNL_MEMORY_ALLOCATE);
        if (status == dnnl_success)
                status = convert(product->context, from, product->weights);
        if (status == dnnl_success)
                status = dnnl_memory_create(&product->bias, &kind->bias, engine, DNNL_MEMORY_ALLOCATE);
        if (status == dnnl_success)
                status = dnnl_memory_get_data_handle(product->bias, &copy);
        if (status == dnnl_success)
                memcpy(copy, bias, kind->shape.outputs * sizeof *bias);
        (void)dnnl_memory_destroy(from);
        return status;
}

hart_code product_open(struct product **ret, struct product_context *context, const struct product_shape *shape,
                       const float *weights, const float *bias, hart_error *err)
{
        struct product *product = hart_allocate(sizeof *product);
        dnnl_status_t status;

        product->context = context;
        status = find_kind(context, shape, &product->kind);
        if (status == dnnl_success)
                status = fill(product, weights, bias);
        if (status != dnnl_success) {
                product_close(product);
                return failed(status, "laying out weights", err);
        }
        *ret = product;
        return HART_OK;
}

void product_close(struct product *product)
{
        if (product == NULL)
                return;
        (void)dnnl_memory_destroy(product->weights);
        (void)dnnl_memory_destroy(product->bias);
        free(product);
}

static dnnl_status_t run_block(struct product *product, size_t block, const float *x, float *y)
{
        struct code *code = &product->kind->code[block];
        dnnl_status_t status = dnnl_success;

        if (code->primitive == NULL)
                status = generate(product->context, product->kind, block);
        if (status == dnnl_success)
                status = dnnl_memory_set_data_handle(code->x, handle(x));
        if (status == dnnl_success)
                status = dnnl_memory_set_data_handle(code->y, y);
        if (status != dnnl_success)
                return status;
        const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, code->x},
                                             {DNNL_ARG_WEIGHTS, product->weights},
                                             {DNNL_ARG_BIAS, product->bias},
                                             {DNNL_ARG_DST, code->y}};
        return dnnl_primitive_execute(code->primitive, product->context->stream, 4, arguments);
}

hart_code product_run(struct product *product, const float *x, float *y, size_t rows, hart_error *err)
{
        const struct product_shape *shape = &product->kind->shape;

        rows = (rows + PRODUCT_ROWS_MULTIPLE - 1) / PRODUCT_ROWS_MULTIPLE * PRODUCT_ROWS_MULTIPLE;
        for (size_t block = 0; rows > 0; block++)
                while (rows >= blocks[block]) {
                        dnnl_status_t status = run_block(product, block, x, y);
                        if (status != dnnl_success)
                                return failed(status, "a matrix product", err);
                        x += blocks[block] * shape->inputs;
                        y += blocks[block] * shape->outputs;
                        rows -= blocks[block];
                }
        return HART_OK;
}
