#include "product.h"

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <hartonomous/memory.h>

#include "product_kind.h"

/* Room for weights, in huge pages where the system gives them: reading weights takes the most time of a short text, and
 * more with small pages. */
enum { HUGE_PAGE = 2 << 20, CHUNK = 8 * HUGE_PAGE };
struct chunk {
        struct chunk *next;
        unsigned char *room;
        size_t size, used;
};

struct product_context {
        struct chunk *chunks;
        dnnl_engine_t engine;
        dnnl_stream_t stream;
        struct kind *kinds;
        unsigned threads;
        bool started;
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
static void *handle(const void *numbers)
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

        /* One thread lays out weights: a pool of them does not live on in a process that is forked. */
        set_threads(1);
        context->threads = threads;
        status = dnnl_engine_create(&context->engine, dnnl_cpu, 0);
        if (status == dnnl_success)
                status = dnnl_stream_create(&context->stream, context->engine, dnnl_stream_default_flags);
        if (status != dnnl_success)
                return failed(status, "making a CPU engine", err);
        *ret = HART_TAKE(context);
        return HART_OK;
}

void product_context_close(struct product_context *context)
{
        if (context == NULL)
                return;
        kinds_close(context->kinds);
        for (struct chunk *chunk = context->chunks, *next; chunk != NULL; chunk = next) {
                next = chunk->next;
                free(chunk->room);
                free(chunk);
        }
        (void)dnnl_stream_destroy(context->stream);
        (void)dnnl_engine_destroy(context->engine);
        free(context);
}

void product_context_close_p(struct product_context **context)
{
        product_context_close(*context);
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

static size_t rounded(size_t size, size_t multiple)
{
        return (size + multiple - 1) / multiple * multiple;
}

/* NULL where there is none. It is freed with the context. */
static void *room_for(struct product_context *context, size_t size)
{
        struct chunk *chunk = context->chunks;

        size = rounded(size, 64);
        if (chunk == NULL || chunk->size - chunk->used < size) {
                chunk = hart_allocate(sizeof *chunk);
                chunk->size = size > CHUNK ? rounded(size, HUGE_PAGE) : CHUNK;
                chunk->room = aligned_alloc(HUGE_PAGE, chunk->size);
                chunk->next = context->chunks;
                context->chunks = chunk;
                if (chunk->room == NULL) {
                        chunk->used = chunk->size;
                        return NULL;
                }
                (void)madvise(chunk->room, chunk->size, MADV_HUGEPAGE);
        }
        chunk->used += size;
        return chunk->room + chunk->used - size;
}

static dnnl_status_t fill(struct product *product, const void *weights, const float *bias)
{
        const struct kind *kind = product->kind;
        dnnl_engine_t engine = product->context->engine;
        dnnl_memory_desc_t given = kind_given_weights(kind);
        dnnl_memory_t from = NULL;
        void *copy = NULL, *room = room_for(product->context, dnnl_memory_desc_get_size(&kind->weights));
        dnnl_status_t status =
                room != NULL ? dnnl_memory_create(&from, &given, engine, handle(weights)) : dnnl_out_of_memory;

        if (status == dnnl_success)
                status = dnnl_memory_create(&product->weights, &kind->weights, engine, room);
        if (status == dnnl_success)
                status = convert(product->context, from, product->weights);
        if (status == dnnl_success && bias != NULL)
                status = dnnl_memory_create(&product->bias, &kind->bias, engine, DNNL_MEMORY_ALLOCATE);
        if (status == dnnl_success && bias != NULL)
                status = dnnl_memory_get_data_handle(product->bias, &copy);
        if (status == dnnl_success && bias != NULL)
                memcpy(copy, bias, kind->shape.outputs * sizeof *bias);
        (void)dnnl_memory_destroy(from);
        return status;
}

hart_code product_open(struct product **ret, struct product_context *context, const struct product_shape *shape,
                       const void *weights, const float *bias, hart_error *err)
{
        struct product *product = hart_allocate(sizeof *product);
        dnnl_status_t status;

        product->context = context;
        status = kind_find(&context->kinds, context->engine, shape, &product->kind);
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

static dnnl_status_t run_block(struct product *product, size_t block, const void *x, float *y)
{
        struct code *code = &product->kind->code[block];
        dnnl_status_t status = dnnl_success;

        if (code->primitive == NULL)
                status = kind_generate(product->kind, product->context->engine, block);
        if (status == dnnl_success)
                status = dnnl_memory_set_data_handle(code->x, handle(x));
        if (status == dnnl_success)
                status = dnnl_memory_set_data_handle(code->y, y);
        if (status != dnnl_success)
                return status;
        const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, code->x},
                                             {DNNL_ARG_WEIGHTS, product->weights},
                                             {DNNL_ARG_DST, code->y},
                                             {DNNL_ARG_BIAS, product->bias}};
        return dnnl_primitive_execute(code->primitive, product->context->stream, product->bias != NULL ? 4 : 3,
                                      arguments);
}

hart_code product_run(struct product *product, const void *x, float *y, size_t rows, hart_error *err)
{
        const struct product_shape *shape = &product->kind->shape;
        const char *from = x;

        if (!product->context->started)
                set_threads(product->context->threads);
        product->context->started = true;
        while (rows > 0) {
                size_t taken = rows < PRODUCT_ROWS ? rows : PRODUCT_ROWS;
                dnnl_status_t status = run_block(product, (taken - 1) / PRODUCT_ROWS_MULTIPLE, from, y);
                if (status != dnnl_success)
                        return failed(status, "a matrix product", err);
                from += taken * shape->inputs * kind_number_size(product->kind);
                y += taken * shape->outputs;
                rows -= taken;
        }
        return HART_OK;
}
