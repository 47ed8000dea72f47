/* BERT (Devlin et al. 2018): linear layers by linear.h, the rest by kernels.h. */
#include <string.h>

#include <hartonomous/memory.h>

#include "engine.h"
#include "kernels.h"
#include "linear.h"
#include "model.h"

#define CACHE_LINE 64

enum part { QKV, OUTPUT, UP, DOWN, PARTS }; /* QKV: queries, keys and values in one */

struct layer {
        struct linear linear[PARTS];
};

struct native {
        struct model model;
        const struct kernels *kernels;
        struct product_context *products;
        struct layer *layers;
        float *x; /* the state of a batch's tokens, which goes from layer to layer: rows of `hidden` */
        /* room for the tokens of a group of texts */
        struct linear_rows rows;
        float *wide;   /* 3 · hidden, or intermediate */
        float *mixed;  /* hidden */
        float *change; /* hidden */
        float *scratch;
};

static void native_close(void *state)
{
        struct native *native = state;

        if (native == NULL)
                return;
        for (size_t i = 0; native->layers != NULL && i < native->model.card->layers; i++)
                for (size_t part = 0; part < PARTS; part++)
                        linear_done(&native->layers[i].linear[part]);
        product_context_close(native->products);
        model_done(&native->model);
        free(native->layers);
        free(native->x);
        free(native->rows.numbers);
        free(native->rows.scales);
        free(native->wide);
        free(native->mixed);
        free(native->change);
        free(native->scratch);
        free(native);
}

/* What a precision computes a part of a layer with. By whole numbers, queries, keys and values lose most, and of them
 * those of the fifth of six layers: these are kept. */
static enum product_numbers numbers_of(const char *precision, size_t layer, enum part part)
{
        const bool small = strcmp(precision, "small") == 0 && product_has(PRODUCT_SIGNED);

        if (strcmp(precision, "exact") == 0)
                return PRODUCT_FLOAT;
        if (small && !(part == QKV && layer % 6 == 4))
                return part == DOWN ? PRODUCT_UNSIGNED : PRODUCT_SIGNED;
        return (small || strcmp(precision, "fast") == 0) && product_has(PRODUCT_BFLOAT) ? PRODUCT_BFLOAT
                                                                                        : PRODUCT_FLOAT;
}

static hart_code open_part(struct native *native, size_t layer, enum part part, const char *precision,
                           const struct linear_weights *weights, hart_error *err)
{
        const size_t hidden = native->model.card->hidden, intermediate = native->model.card->intermediate;
        const size_t sides[PARTS][2] = {[QKV] = {hidden, 3 * hidden},
                                        [OUTPUT] = {hidden, hidden},
                                        [UP] = {hidden, intermediate},
                                        [DOWN] = {intermediate, hidden}};
        const struct product_shape shape = {
                .inputs = sides[part][0], .outputs = sides[part][1], .numbers = numbers_of(precision, layer, part)};

        return linear_open(&native->layers[layer].linear[part], native->products, &shape, weights, err);
}

static hart_code open_qkv(struct native *native, size_t layer, const char *precision, hart_error *err)
{
        const struct model_layer *from = &native->model.layer[layer], *before = from - 1;
        size_t hidden = native->model.card->hidden, square = hidden * hidden;
        HART_CLEANUP(hart_free_p) float *weights = hart_allocate_array(3 * square, sizeof *weights);
        HART_CLEANUP(hart_free_p) float *bias = hart_allocate_array(3 * hidden, sizeof *bias);
        const float *const parts[3] = {from->query, from->key, from->value};
        const float *const biases[3] = {from->query_bias, from->key_bias, from->value_bias};
        const struct linear_weights qkv = {weights, bias, layer > 0 ? before->norm : native->model.embedding_norm,
                                           layer > 0 ? before->norm_bias : native->model.embedding_norm_bias};

        for (size_t i = 0; i < 3; i++) {
                memcpy(weights + i * square, parts[i], square * sizeof *weights);
                memcpy(bias + i * hidden, biases[i], hidden * sizeof *bias);
        }
        return open_part(native, layer, QKV, precision, &qkv, err);
}

static hart_code open_layer(struct native *native, size_t layer, const char *precision, hart_error *err)
{
        const struct model_layer *from = &native->model.layer[layer];
        const struct linear_weights output = {from->output, from->output_bias, NULL, NULL};
        const struct linear_weights up = {from->up, from->up_bias, from->attention_norm, from->attention_norm_bias};
        const struct linear_weights down = {from->down, from->down_bias, NULL, NULL};
        hart_code code = open_qkv(native, layer, precision, err);

        if (code == HART_OK)
                code = open_part(native, layer, OUTPUT, precision, &output, err);
        if (code == HART_OK)
                code = open_part(native, layer, UP, precision, &up, err);
        if (code == HART_OK)
                code = open_part(native, layer, DOWN, precision, &down, err);
        return code;
}

static const char *folder_of(const struct engine_options *options)
{
        return options->asked->model_dir != NULL ? options->asked->model_dir : HART_MODEL_DIR;
}

static size_t rounded(size_t rows)
{
        return (rows + PRODUCT_ROWS_MULTIPLE - 1) / PRODUCT_ROWS_MULTIPLE * PRODUCT_ROWS_MULTIPLE;
}

/* Zeroed, and on lines of the cache. */
static void *make_rows(size_t rows, size_t columns)
{
        size_t size = (rounded(rows) * columns * sizeof(float) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
        void *room = aligned_alloc(CACHE_LINE, size);

        if (room == NULL)
                abort(); /* as hart_allocate */
        return memset(room, 0, size);
}

static void make_room(struct native *native, size_t tokens)
{
        const struct model_card *card = native->model.card;
        size_t group = card->token_limit > PRODUCT_ROWS ? card->token_limit : PRODUCT_ROWS;
        size_t wide = 3 * card->hidden > card->intermediate ? 3 * card->hidden : card->intermediate;

        native->layers = hart_allocate_array(card->layers, sizeof *native->layers);
        native->x = make_rows(tokens + PRODUCT_ROWS_MULTIPLE, card->hidden);
        native->rows.numbers = make_rows(group, wide);
        native->rows.scales = hart_allocate_array(rounded(group), sizeof *native->rows.scales);
        native->wide = make_rows(group, wide);
        native->mixed = make_rows(group, card->hidden);
        native->change = make_rows(group, card->hidden);
        native->scratch = make_rows(attention_scratch(card->token_limit, card->hidden / card->heads), 1);
}

static void identify(const struct native *native, const char *precision, struct engine_identity *identity)
{
        unsigned char digest[HART_SHA256_SIZE];

        *identity = (struct engine_identity){.dimension = native->model.card->hidden};
        if ((strcmp(precision, "fast") == 0 && !product_has(PRODUCT_BFLOAT)) ||
            (strcmp(precision, "small") == 0 && !product_has(PRODUCT_SIGNED)))
                identity->means = "fp32";
        hart_sha256(native->model.weights.data, native->model.weights.size, digest);
        hart_hex(digest, sizeof digest, identity->revision);
}

static hart_code native_check(const struct engine_options *options, hart_error *err)
{
        struct model model = {0};
        hart_code code = model_open(&model, options->card, folder_of(options), err);

        model_done(&model);
        return code;
}

static hart_code native_open(void **ret, const struct engine_options *options, struct engine_identity *identity,
                             hart_error *err)
{
        struct native *native = hart_allocate(sizeof *native);
        hart_code code;

        native->kernels = kernels_up_to(product_vector());
        code = model_open(&native->model, options->card, folder_of(options), err);
        if (code == HART_OK) {
                identify(native, options->precision, identity);
                make_room(native, options->tokens);
                code = product_context_open(&native->products, options->asked->threads, err);
        }
        for (size_t i = 0; code == HART_OK && i < options->card->layers; i++)
                code = open_layer(native, i, options->precision, err);
        if (code < 0) {
                native_close(native);
                return code;
        }
        model_forget_matrices(&native->model); /* the products have their own copies */
        *ret = native;
        return HART_OK;
}

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
