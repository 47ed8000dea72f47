#include "linear.h"

#include <math.h>

#include <hartonomous/memory.h>

#define TAKEN_OVER 0.65f

/* Inputs differ in size, and one scale for a row leaves the small ones few bits. A layer norm's scale and shift tell
 * how big each becomes; weights take over the greater part of that (after SmoothQuant, Xiao et al. 2022; the power is
 * what lost least with all-MiniLM-L6-v2). */
static void balance(struct linear *linear, const struct linear_weights *from)
{
        for (size_t i = 0; i < linear->inputs; i++) {
                float x = 1, most = 0;
                linear->factors[i] = 1;
                if (from->norm_scale == NULL)
                        continue;
                x = fabsf(from->norm_shift[i]) + 2 * fabsf(from->norm_scale[i]);
                for (size_t output = 0; output < linear->outputs; output++)
                        most = fmaxf(most, fabsf(from->weights[output * linear->inputs + i]));
                if (x > 0 && most > 0)
                        linear->factors[i] = powf(most, 1 - TAKEN_OVER) / powf(x, TAKEN_OVER);
        }
}

/* Weights as whole numbers, with the greatest of an output's as 127; bias with what `least` adds to every sum. */
static void quantise(struct linear *linear, int8_t *to, const struct linear_weights *from)
{
        const float least = linear->numbers == PRODUCT_UNSIGNED ? GELU_LEAST : 0;
        HART_CLEANUP(hart_free_p) float *inverse = hart_allocate_array(linear->inputs, sizeof *inverse);

        for (size_t i = 0; i < linear->inputs; i++)
                inverse[i] = 1 / linear->factors[i];
        for (size_t output = 0; output < linear->outputs; output++) {
                int8_t *row = to + output * linear->inputs;
                int32_t sum = 0;
                kernels()->to_signed(row, &linear->scales[output], from->weights + output * linear->inputs, inverse,
                                     linear->inputs);
                for (size_t i = 0; i < linear->inputs; i++)
                        sum += row[i];
                linear->shift[output] = from->bias[output] + least * linear->scales[output] * (float)sum;
        }
}

hart_code linear_open(struct linear *linear, struct product_context *context, const struct product_shape *shape,
                      const struct linear_weights *weights, hart_error *err)
{
        HART_CLEANUP(hart_free_p) int8_t *whole = NULL;

        *linear = (struct linear){.numbers = shape->numbers, .inputs = shape->inputs, .outputs = shape->outputs};
        if (shape->numbers == PRODUCT_FLOAT || shape->numbers == PRODUCT_BFLOAT)
                return product_open(&linear->product, context, shape, weights->weights, weights->bias, err);
        whole = hart_allocate_array(shape->outputs, shape->inputs);
        linear->factors = hart_allocate_array(shape->inputs, sizeof *linear->factors);
        linear->scales = hart_allocate_array(shape->outputs, sizeof *linear->scales);
        linear->shift = hart_allocate_array(shape->outputs, sizeof *linear->shift);
        balance(linear, weights);
        quantise(linear, whole, weights);
        return product_open(&linear->product, context, shape, whole, NULL, err);
}

void linear_done(struct linear *linear)
{
        product_close(linear->product);
        free(linear->factors);
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
                kernels->to_signed((int8_t *)to->numbers + first, &to->scales[row], x, linear->factors, linear->inputs);
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
