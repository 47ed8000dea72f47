#include "product.h"

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <dnnl.h>

#include <hartonomous/memory.h>

enum { BLOCKS = PRODUCT_ROWS / PRODUCT_ROWS_MULTIPLE }; /* block i has (i + 1) · PRODUCT_ROWS_MULTIPLE rows */

static const struct {
        dnnl_data_type_t x, weights, given; /* given to product_open */
        size_t size;                        /* of a number of x */
        dnnl_cpu_isa_t isa;                 /* what computes it directly */
} kinds_of_numbers[] = {
        [PRODUCT_FLOAT] = {dnnl_f32, dnnl_f32, dnnl_f32, 4, 0},
        [PRODUCT_BFLOAT] = {dnnl_bf16, dnnl_bf16, dnnl_f32, 2, dnnl_cpu_isa_avx512_core_bf16},
        [PRODUCT_SIGNED] = {dnnl_s8, dnnl_s8, dnnl_s8, 1, dnnl_cpu_isa_avx512_core_vnni},
        [PRODUCT_UNSIGNED] = {dnnl_u8, dnnl_s8, dnnl_s8, 1, dnnl_cpu_isa_avx512_core_vnni},
};

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

static void close_kind(struct kind *kind)
{
        for (size_t i = 0; i < BLOCKS; i++) {
                (void)dnnl_memory_destroy(kind->code[i].x);
                (void)dnnl_memory_destroy(kind->code[i].y);
                (void)dnnl_primitive_destroy(kind->code[i].primitive);
        }
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

bool product_has(enum product_numbers numbers)
{
        dnnl_cpu_isa_t isa = kinds_of_numbers[numbers].isa;

        return (dnnl_get_effective_cpu_isa() & isa) == isa;
}

size_t product_vector(void)
{
        dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();

        return (isa & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core ? 64
               : (isa & dnnl_cpu_isa_avx2) == dnnl_cpu_isa_avx2             ? 32
                                                                            : 16;
}

static dnnl_memory_desc_t matrix(size_t rows, size_t columns, dnnl_data_type_t type, dnnl_format_tag_t layout)
{
        dnnl_memory_desc_t description;
        const dnnl_dims_t sides = {(dnnl_dim_t)rows, (dnnl_dim_t)columns};

        (void)dnnl_memory_desc_init_by_tag(&description, 2, sides, type, layout);
        return description;
}

static bool is_whole(const struct product_shape *shape)
{
        return shape->numbers == PRODUCT_SIGNED || shape->numbers == PRODUCT_UNSIGNED;
}

static size_t rows_of(size_t block)
{
        return (block + 1) * PRODUCT_ROWS_MULTIPLE;
}

static dnnl_memory_desc_t x_of(const struct kind *kind, size_t block)
{
        return matrix(rows_of(block), kind->shape.inputs, kinds_of_numbers[kind->shape.numbers].x, dnnl_ab);
}

static dnnl_memory_desc_t y_of(const struct kind *kind, size_t block)
{
        return matrix(rows_of(block), kind->shape.outputs, dnnl_f32, dnnl_ab);
}

static dnnl_status_t describe(const struct product_context *context, const struct kind *kind, size_t block,
                              const dnnl_memory_desc_t *weights, dnnl_primitive_desc_t *ret)
{
        dnnl_memory_desc_t x = x_of(kind, block), y = y_of(kind, block);
        dnnl_matmul_desc_t product;
        dnnl_status_t status =
                dnnl_matmul_desc_init(&product, &x, weights, is_whole(&kind->shape) ? NULL : &kind->bias, &y);

        return status == dnnl_success ? dnnl_primitive_desc_create(ret, &product, NULL, context->engine, NULL) : status;
}

/* Code for one block of rows. */
static dnnl_status_t generate(struct product_context *context, struct kind *kind, size_t block)
{
        struct code *code = &kind->code[block];
        dnnl_memory_desc_t x = x_of(kind, block), y = y_of(kind, block);
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

/* Lets oneDNN choose the layout of the weights. */
static dnnl_status_t choose_layout(struct product_context *context, struct kind *kind)
{
        dnnl_memory_desc_t any = matrix(kind->shape.inputs, kind->shape.outputs,
                                        kinds_of_numbers[kind->shape.numbers].weights, dnnl_format_tag_any);
        dnnl_primitive_desc_t description = NULL;
        dnnl_status_t status;

        kind->bias = matrix(1, kind->shape.outputs, dnnl_f32, dnnl_ab);
        status = describe(context, kind, BLOCKS - 1, &any, &description);
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
                                kind->shape.numbers != shape->numbers))
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
        dnnl_memory_desc_t given =
                matrix(kind->shape.inputs, kind->shape.outputs, kinds_of_numbers[kind->shape.numbers].given, dnnl_ba);
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

static dnnl_status_t run_block(struct product *product, size_t block, const void *x, float *y)
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
                from += taken * shape->inputs * kinds_of_numbers[shape->numbers].size;
                y += taken * shape->outputs;
                rows -= taken;
        }
        return HART_OK;
}
