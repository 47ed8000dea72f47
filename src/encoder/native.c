/* A batch's way through the layers. */
#include "native.h"

#include <string.h>

#include <hartonomous/memory.h>

/* Token, position and type 0, summed and normalised. */
static void embed(struct native *native, const struct token_batch *batch)
{
        const struct model *model = &native->model;
        size_t hidden = model->card->hidden;
        const float *positions = model->position_embeddings + model->card->first_position * hidden;

        for (size_t text = 0; text < batch->count; text++)
                for (size_t i = batch->starts[text]; i < batch->starts[text + 1]; i++)
                        native->kernels->add_three(
                                native->x + i * hidden, model->word_embeddings + (size_t)batch->ids[i] * hidden,
                                positions + (i - batch->starts[text]) * hidden, model->type_embeddings, hidden);
        native->kernels->layer_norm(native->x, NULL, batch->starts[batch->count], hidden, model->embedding_norm,
                                    model->embedding_norm_bias, model->card->epsilon);
}

/* Texts of a batch that are computed together: as many as fit the second cache, one at least. */
struct group {
        const size_t *starts; /* of its first text, and on */
        size_t count;         /* texts */
        size_t rows;          /* tokens */
        float *x;             /* of the first */
};

static void attend(struct native *native, const struct group *group)
{
        const struct model_card *card = native->model.card;

        for (size_t text = 0; text < group->count; text++) {
                size_t start = group->starts[text] - group->starts[0];
                const struct attention_shape shape = {.tokens = group->starts[text + 1] - group->starts[text],
                                                      .heads = card->heads,
                                                      .head = card->hidden / card->heads};
                native->kernels->attention(native->mixed + start * card->hidden,
                                           native->wide + start * 3 * card->hidden, &shape, native->scratch);
        }
}

static void take_rows(struct native *native, const struct linear *linear, const float *x, size_t rows)
{
        for (size_t row = 0; row < rows; row++)
                linear_take(linear, native->kernels, &native->rows, row, x + row * linear->inputs);
}

/* Queries, keys, values, and what attention makes of them, into `change`. */
static hart_code run_attention(struct native *native, const struct layer *layer, const struct group *group,
                               hart_error *err)
{
        const struct linear *qkv = &layer->linear[QKV], *output = &layer->linear[OUTPUT];
        hart_code code;

        take_rows(native, qkv, group->x, group->rows);
        code = linear_run(qkv, &native->rows, group->x, native->wide, group->rows, err);
        if (code < 0)
                return code;
        for (size_t row = 0; row < group->rows; row++)
                linear_finish(qkv, native->kernels, &native->rows, row, native->wide + row * qkv->outputs);
        attend(native, group);
        take_rows(native, output, native->mixed, group->rows);
        return linear_run(output, &native->rows, native->mixed, native->change, group->rows, err);
}

/* Adds `change`, which `from` made, to the state, and takes each row for `to` (NULL: none), while it is in the first
 * cache. */
static void settle(struct native *native, const struct linear *from, const struct linear *to, const float *scale,
                   const float *shift, const struct group *group)
{
        const struct model_card *card = native->model.card;

        for (size_t row = 0; row < group->rows; row++) {
                float *x = group->x + row * card->hidden, *change = native->change + row * card->hidden;
                linear_finish(from, native->kernels, &native->rows, row, change);
                native->kernels->layer_norm(x, change, 1, card->hidden, scale, shift, card->epsilon);
                if (to != NULL)
                        linear_take(to, native->kernels, &native->rows, row, x);
        }
}

static hart_code run_layer(struct native *native, size_t number, const struct group *group, hart_error *err)
{
        const struct model_layer *weights = &native->model.layer[number];
        const struct layer *layer = &native->layers[number];
        const struct linear *up = &layer->linear[UP], *down = &layer->linear[DOWN];
        hart_code code = run_attention(native, layer, group, err);

        if (code < 0)
                return code;
        settle(native, &layer->linear[OUTPUT], up, weights->attention_norm, weights->attention_norm_bias, group);
        code = linear_run(up, &native->rows, group->x, native->wide, group->rows, err);
        if (code < 0)
                return code;
        for (size_t row = 0; row < group->rows; row++) {
                float *wide = native->wide + row * up->outputs;
                linear_finish(up, native->kernels, &native->rows, row, wide);
                (native->model.card->gelu_tanh ? native->kernels->gelu_tanh : native->kernels->gelu)(wide, up->outputs);
                linear_take(down, native->kernels, &native->rows, row, wide);
        }
        code = linear_run(down, &native->rows, native->wide, native->change, group->rows, err);
        if (code == HART_OK)
                settle(native, down, NULL, weights->norm, weights->norm_bias, group);
        return code;
}

/* All groups, one after the other, so that a layer's weights stay in the last cache. */
static hart_code run_groups(struct native *native, size_t layer, const struct token_batch *batch, hart_error *err)
{
        hart_code code = HART_OK;

        for (size_t first = 0, next; code == HART_OK && first < batch->count; first = next) {
                const size_t *starts = batch->starts + first;
                for (next = first + 1; next < batch->count && batch->starts[next + 1] - *starts <= PRODUCT_ROWS;)
                        next++;
                const struct group group = {.starts = starts,
                                            .count = next - first,
                                            .rows = batch->starts[next] - *starts,
                                            .x = native->x + *starts * native->model.card->hidden};
                code = run_layer(native, layer, &group, err);
        }
        return code;
}

static hart_code native_run(void *state, const struct token_batch *batch, float *vectors, hart_error *err)
{
        struct native *native = state;
        size_t hidden = native->model.card->hidden;
        hart_code code = HART_OK;

        embed(native, batch);
        for (size_t i = 0; code == HART_OK && i < native->model.card->layers; i++)
                code = run_groups(native, i, batch, err);
        for (size_t text = 0; code == HART_OK && text < batch->count; text++) {
                size_t rows = batch->starts[text + 1] - batch->starts[text];
                native->kernels->pool(vectors + text * hidden, native->x + batch->starts[text] * hidden,
                                      native->model.card->pooling == CARD_POOL_FIRST ? 1 : rows, hidden);
        }
        return code;
}

static const char *const precisions[] = {"exact", "fast", "small", NULL};

const struct engine native_engine = {.name = "native",
                                     .precisions = precisions,
                                     .may_fork = true,
                                     .open = native_open,
                                     .close = native_close,
                                     .run_tokens = native_run,
                                     .check = native_check};
