#include "product_kind.h"

#include <hartonomous/memory.h>

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

static void close_kind(struct kind *kind)
{
        for (size_t i = 0; i < BLOCKS; i++) {
                (void)dnnl_memory_destroy(kind->code[i].x);
                (void)dnnl_memory_destroy(kind->code[i].y);
                (void)dnnl_primitive_destroy(kind->code[i].primitive);
        }
        free(kind);
}

void kinds_close(struct kind *kinds)
{
        for (struct kind *kind = kinds, *next; kind != NULL; kind = next) {
                next = kind->next;
                close_kind(kind);
        }
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

static dnnl_status_t describe(const struct kind *kind, dnnl_engine_t engine, size_t block,
                              const dnnl_memory_desc_t *weights, dnnl_primitive_desc_t *ret)
{
        dnnl_memory_desc_t x = x_of(kind, block), y = y_of(kind, block);
        dnnl_matmul_desc_t product;
        dnnl_status_t status =
                dnnl_matmul_desc_init(&product, &x, weights, is_whole(&kind->shape) ? NULL : &kind->bias, &y);

        return status == dnnl_success ? dnnl_primitive_desc_create(ret, &product, NULL, engine, NULL) : status;
}

dnnl_status_t kind_generate(struct kind *kind, dnnl_engine_t engine, size_t block)
{
        struct code *code = &kind->code[block];
        dnnl_memory_desc_t x = x_of(kind, block), y = y_of(kind, block);
        dnnl_primitive_desc_t description = NULL;
        dnnl_status_t status = describe(kind, engine, block, &kind->weights, &description);

        if (status == dnnl_success && code->x == NULL)
                status = dnnl_memory_create(&code->x, &x, engine, DNNL_MEMORY_NONE);
        if (status == dnnl_success && code->y == NULL)
                status = dnnl_memory_create(&code->y, &y, engine, DNNL_MEMORY_NONE);
        if (status == dnnl_success)
                status = dnnl_primitive_create(&code->primitive, description);
        (void)dnnl_primitive_desc_destroy(description);
        return status;
}

/* Lets oneDNN choose the layout of the weights. */
static dnnl_status_t choose_layout(struct kind *kind, dnnl_engine_t engine)
{
        dnnl_memory_desc_t any = matrix(kind->shape.inputs, kind->shape.outputs,
                                        kinds_of_numbers[kind->shape.numbers].weights, dnnl_format_tag_any);
        dnnl_primitive_desc_t description = NULL;
        dnnl_status_t status;

        kind->bias = matrix(1, kind->shape.outputs, dnnl_f32, dnnl_ab);
        status = describe(kind, engine, BLOCKS - 1, &any, &description);
        if (status == dnnl_success)
                kind->weights = *dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);
        (void)dnnl_primitive_desc_destroy(description);
        return status;
}

dnnl_status_t kind_find(struct kind **kinds, dnnl_engine_t engine, const struct product_shape *shape, struct kind **ret)
{
        struct kind *kind = *kinds;
        dnnl_status_t status;

        while (kind != NULL && (kind->shape.inputs != shape->inputs || kind->shape.outputs != shape->outputs ||
                                kind->shape.numbers != shape->numbers))
                kind = kind->next;
        if (kind == NULL) {
                kind = hart_allocate(sizeof *kind);
                kind->shape = *shape;
                status = choose_layout(kind, engine);
                if (status != dnnl_success) {
                        close_kind(kind);
                        return status;
                }
                kind->next = *kinds;
                *kinds = kind;
        }
        *ret = kind;
        return dnnl_success;
}

size_t kind_number_size(const struct kind *kind)
{
        return kinds_of_numbers[kind->shape.numbers].size;
}

dnnl_memory_desc_t kind_given_weights(const struct kind *kind)
{
        return matrix(kind->shape.inputs, kind->shape.outputs, kinds_of_numbers[kind->shape.numbers].given, dnnl_ba);
}
