/* Weights to layers: what each part of a layer is computed with, and the room that a batch needs. */
#include "native.h"

#include <string.h>

#include <hartonomous/memory.h>

#define CACHE_LINE 64

void native_close(void *state)
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

/* Zeroed, and on lines of the cache. */
static void *make_rows(size_t rows, size_t columns)
{
        size_t size = (native_rounded(rows) * columns * sizeof(float) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
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
        native->rows.scales = hart_allocate_array(native_rounded(group), sizeof *native->rows.scales);
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

hart_code native_check(const struct engine_options *options, hart_error *err)
{
        struct model model = {0};
        hart_code code = model_open(&model, options->card, folder_of(options), err);

        model_done(&model);
        return code;
}

hart_code native_open(void **ret, const struct engine_options *options, struct engine_identity *identity,
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
