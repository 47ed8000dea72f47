/* BERT (Devlin et al. 2018) in fp32: matrix products by oneDNN, the rest by kernels.h. */
#include <string.h>

#include <hartonomous/memory.h>

#include "engine.h"
#include "kernels.h"
#include "model.h"
#include "product.h"

struct layer {
        struct product *qkv; /* queries, keys and values in one */
        struct product *output, *up, *down;
};

struct native {
        struct model weights;
        const struct model *model; /* the same */
        const struct kernels *kernels;
        struct product_context *products;
        struct layer *layers;
        /* room for the tokens of a batch, as rows */
        float *x;      /* hidden: the state that goes from layer to layer */
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
        for (size_t i = 0; native->layers != NULL && i < native->model->card->layers; i++) {
                product_close(native->layers[i].qkv);
                product_close(native->layers[i].output);
                product_close(native->layers[i].up);
                product_close(native->layers[i].down);
        }
        product_context_close(native->products);
        model_done(&native->weights);
        free(native->layers);
        free(native->x);
        free(native->wide);
        free(native->mixed);
        free(native->change);
        free(native->scratch);
        free(native);
}

static hart_code open_qkv(struct native *native, const struct model_layer *from, struct product **ret, hart_error *err)
{
        size_t hidden = native->model->card->hidden, square = hidden * hidden;
        const struct product_shape shape = {.inputs = hidden, .outputs = 3 * hidden};
        HART_CLEANUP(hart_free_p) float *weights = hart_allocate_array(3 * square, sizeof *weights);
        HART_CLEANUP(hart_free_p) float *bias = hart_allocate_array(3 * hidden, sizeof *bias);
        const float *const parts[3] = {from->query, from->key, from->value};
        const float *const biases[3] = {from->query_bias, from->key_bias, from->value_bias};

        for (size_t i = 0; i < 3; i++) {
                memcpy(weights + i * square, parts[i], square * sizeof *weights);
                memcpy(bias + i * hidden, biases[i], hidden * sizeof *bias);
        }
        return product_open(ret, native->products, &shape, weights, bias, err);
}

static hart_code open_layer(struct native *native, const struct model_layer *from, struct layer *to, hart_error *err)
{
        size_t hidden = native->model->card->hidden, intermediate = native->model->card->intermediate;
        const struct product_shape output = {.inputs = hidden, .outputs = hidden};
        const struct product_shape up = {.inputs = hidden, .outputs = intermediate, .gelu = true};
        const struct product_shape down = {.inputs = intermediate, .outputs = hidden};
        hart_code code = open_qkv(native, from, &to->qkv, err);

        if (code == HART_OK)
                code = product_open(&to->output, native->products, &output, from->output, from->output_bias, err);
        if (code == HART_OK)
                code = product_open(&to->up, native->products, &up, from->up, from->up_bias, err);
        if (code == HART_OK)
                code = product_open(&to->down, native->products, &down, from->down, from->down_bias, err);
        return code;
}

static const char *folder_of(const struct engine_options *options)
{
        return options->asked->model_dir != NULL ? options->asked->model_dir : HART_MODEL_DIR;
}

static void make_room(struct native *native, size_t tokens)
{
        const struct model_card *card = native->model->card;
        size_t rows = (tokens + PRODUCT_ROWS_MULTIPLE - 1) / PRODUCT_ROWS_MULTIPLE * PRODUCT_ROWS_MULTIPLE;
        size_t wide = 3 * card->hidden > card->intermediate ? 3 * card->hidden : card->intermediate;

        native->layers = hart_allocate_array(card->layers, sizeof *native->layers);
        native->x = hart_allocate_array(rows * card->hidden, sizeof(float));
        native->wide = hart_allocate_array(rows * wide, sizeof(float));
        native->mixed = hart_allocate_array(rows * card->hidden, sizeof(float));
        native->change = hart_allocate_array(rows * card->hidden, sizeof(float));
        native->scratch =
                hart_allocate_array(attention_scratch(card->token_limit, card->hidden / card->heads), sizeof(float));
}

static void identify(const struct native *native, struct engine_identity *identity)
{
        unsigned char digest[HART_SHA256_SIZE];

        *identity = (struct engine_identity){.dimension = native->model->card->hidden};
        hart_sha256(native->weights.weights.data, native->weights.weights.size, digest);
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

        native->model = &native->weights;
        native->kernels = kernels();
        code = model_open(&native->weights, options->card, folder_of(options), err);
        if (code == HART_OK) {
                identify(native, identity);
                make_room(native, options->tokens);
                code = product_context_open(&native->products, options->asked->threads, err);
        }
        for (size_t i = 0; code == HART_OK && i < options->card->layers; i++)
                code = open_layer(native, &native->model->layer[i], &native->layers[i], err);
        if (code < 0) {
                native_close(native);
                return code;
        }
        /* The products have their own copy of most; what is needed of the file comes back page by page. */
        mapping_release_pages(&native->weights.weights);
        *ret = native;
        return HART_OK;
}

/* Token, position and type 0, summed and normalised. */
static void embed(struct native *native, const struct token_batch *batch)
{
        const struct model *model = native->model;
        size_t hidden = model->card->hidden;

        for (size_t text = 0; text < batch->count; text++)
                for (size_t i = batch->starts[text]; i < batch->starts[text + 1]; i++)
                        native->kernels->add_three(native->x + i * hidden,
                                                   model->word_embeddings + (size_t)batch->ids[i] * hidden,
                                                   model->position_embeddings + (i - batch->starts[text]) * hidden,
                                                   model->type_embeddings, hidden);
        native->kernels->layer_norm(native->x, NULL, batch->starts[batch->count], hidden, model->embedding_norm,
                                    model->embedding_norm_bias, model->card->epsilon);
}

static void attend(struct native *native, const struct token_batch *batch)
{
        const struct model *model = native->model;

        for (size_t text = 0; text < batch->count; text++) {
                size_t start = batch->starts[text];
                const struct attention_shape shape = {.tokens = batch->starts[text + 1] - start,
                                                      .heads = model->card->heads,
                                                      .head = model->card->hidden / model->card->heads};
                native->kernels->attention(native->mixed + start * model->card->hidden,
                                           native->wide + start * 3 * model->card->hidden, &shape, native->scratch);
        }
}

static hart_code run_layer(struct native *native, size_t number, const struct token_batch *batch, hart_error *err)
{
        const struct model *model = native->model;
        const struct model_layer *weights = &model->layer[number];
        const struct layer *layer = &native->layers[number];
        size_t rows = batch->starts[batch->count];
        hart_code code = product_run(layer->qkv, native->x, native->wide, rows, err);

        if (code < 0)
                return code;
        attend(native, batch);
        code = product_run(layer->output, native->mixed, native->change, rows, err);
        if (code < 0)
                return code;
        native->kernels->layer_norm(native->x, native->change, rows, model->card->hidden, weights->attention_norm,
                                    weights->attention_norm_bias, model->card->epsilon);
        code = product_run(layer->up, native->x, native->wide, rows, err);
        if (code == HART_OK)
                code = product_run(layer->down, native->wide, native->change, rows, err);
        if (code < 0)
                return code;
        native->kernels->layer_norm(native->x, native->change, rows, model->card->hidden, weights->norm,
                                    weights->norm_bias, model->card->epsilon);
        return HART_OK;
}

static hart_code native_run(void *state, const struct token_batch *batch, float *vectors, hart_error *err)
{
        struct native *native = state;
        size_t hidden = native->model->card->hidden;
        hart_code code = HART_OK;

        embed(native, batch);
        for (size_t i = 0; code == HART_OK && i < native->model->card->layers; i++)
                code = run_layer(native, i, batch, err);
        for (size_t text = 0; code == HART_OK && text < batch->count; text++)
                native->kernels->pool(vectors + text * hidden, native->x + batch->starts[text] * hidden,
                                      batch->starts[text + 1] - batch->starts[text], hidden);
        return code;
}

static const char *const precisions[] = {"exact", NULL};

const struct engine native_engine = {.name = "native",
                                     .precisions = precisions,
                                     .may_fork = true,
                                     .open = native_open,
                                     .close = native_close,
                                     .run_tokens = native_run,
                                     .check = native_check};
