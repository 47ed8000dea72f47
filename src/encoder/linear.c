#include "linear.h"

#include <hartonomous/memory.h>

/* Weights as whole numbers, with the greatest of an output's as 127; bias with what `least` adds to every sum. */
static void quantise(struct linear *linear, int8_t *to, const float *weights, const float *bias)
{
        const float least = linear->numbers == PRODUCT_UNSIGNED ? GELU_LEAST : 0;

        for (size_t output = 0; output < linear->outputs; output++) {
                int8_t *row = to + output * linear->inputs;
                int32_t sum = 0;
                kernels()->to_signed(row, &linear->scales[output], weights + output * linear->inputs, linear->inputs);
                for (size_t i = 0; i < linear->inputs; i++)
                        sum += row[i];
                linear->shift[output] = bias[output] + least * linear->scales[output] * (float)sum;
        }
}

hart_code linear_open(struct linear *linear, struct product_context *context, const struct product_shape *shape,
                      const float *weights, const float *bias, hart_error *err)
{
        HART_CLEANUP(hart_free_p) int8_t *whole = NULL;

        *linear = (struct linear){.numbers = shape->numbers, .inputs = shape->inputs, .outputs = shape->outputs};
        if (shape->numbers == PRODUCT_FLOAT || shape->numbers == PRODUCT_BFLOAT)
                return product_open(&linear->product, context, shape, weights, bias, err);
        whole = hart_allocate_array(shape->outputs, shape->inputs);
        linear->scales = hart_allocate_array(shape->outputs, sizeof *linear->scales);
        linear->shift = hart_allocate_array(shape->outputs, sizeof *linear->shift);
        quantise(linear, whole, weights, bias);
        return product_open(&linear->product, context, shape, whole, NULL, err);
}

void linear_done(struct linear *linear)
{
        product_close(linear->product);
        free(linear->scales);
        free(linear->shift);
        *linear = (struct linear){0};
}

void linear_take(const struct linear *linear, const struct kernels *kernels, const struct linear_rows *to, size_t row,
                 const float *x)
{
        size_t first = row * linear->inputs;

        switch (linear->numbers) {
        case PRODUCT_FLOAT:
                break;
        case PRODUCT_BFLOAT:
                kernels->to_bfloat((uint16_t *)to->numbers + first, x, linear->inputs);
                break;
        case PRODUCT_SIGNED:
                kernels->to_signed((int8_t *)to->numbers + first, &to->scales[row], x, linear->inputs);
                break;
        case PRODUCT_UNSIGNED:
                kernels->to_unsigned((uint8_t *)to->numbers + first, &to->scales[row], x, GELU_LEAST, linear->inputs);
                break;
        }
}

hart_code linear_run(const struct linear *linear, const struct linear_rows *taken, const float *x, float *y,
                     size_t rows, hart_error *err)
{
        return product_run(linear->product, linear->numbers == PRODUCT_FLOAT ? (const void *)x : taken->numbers, y,
                           rows, err);
}
