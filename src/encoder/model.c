#include "model.h"

#include <stdint.h>
#include <stdlib.h>

#include <hartonomous/memory.h>

#include "kernels.h"
#include "safetensors.h"

/* Lengths of a tensor's sides, as members of struct model_card. */
#define HIDDEN       offsetof(struct model_card, hidden)
#define INTERMEDIATE offsetof(struct model_card, intermediate)
#define VOCABULARY   offsetof(struct model_card, vocabulary)
#define POSITIONS    offsetof(struct model_card, positions)
#define TYPES        offsetof(struct model_card, types)
#define NO_COLUMNS   SIZE_MAX

struct tensor {
        const char *name;
        size_t offset; /* of the pointer, in struct model or struct model_layer */
        size_t rows, columns;
};

#define IN_MODEL(member) offsetof(struct model, member)
#define IN_LAYER(member) offsetof(struct model_layer, member)

static const struct tensor embedding_tensors[] = {
        {"embeddings.word_embeddings.weight", IN_MODEL(word_embeddings), VOCABULARY, HIDDEN},
        {"embeddings.position_embeddings.weight", IN_MODEL(position_embeddings), POSITIONS, HIDDEN},
        {"embeddings.token_type_embeddings.weight", IN_MODEL(type_embeddings), TYPES, HIDDEN},
        {"embeddings.LayerNorm.weight", IN_MODEL(embedding_norm), HIDDEN, NO_COLUMNS},
        {"embeddings.LayerNorm.bias", IN_MODEL(embedding_norm_bias), HIDDEN, NO_COLUMNS},
};
static const struct tensor layer_tensors[] = {
        {"attention.self.query.weight", IN_LAYER(query), HIDDEN, HIDDEN},
        {"attention.self.query.bias", IN_LAYER(query_bias), HIDDEN, NO_COLUMNS},
        {"attention.self.key.weight", IN_LAYER(key), HIDDEN, HIDDEN},
        {"attention.self.key.bias", IN_LAYER(key_bias), HIDDEN, NO_COLUMNS},
        {"attention.self.value.weight", IN_LAYER(value), HIDDEN, HIDDEN},
        {"attention.self.value.bias", IN_LAYER(value_bias), HIDDEN, NO_COLUMNS},
        {"attention.output.dense.weight", IN_LAYER(output), HIDDEN, HIDDEN},
        {"attention.output.dense.bias", IN_LAYER(output_bias), HIDDEN, NO_COLUMNS},
        {"attention.output.LayerNorm.weight", IN_LAYER(attention_norm), HIDDEN, NO_COLUMNS},
        {"attention.output.LayerNorm.bias", IN_LAYER(attention_norm_bias), HIDDEN, NO_COLUMNS},
        {"intermediate.dense.weight", IN_LAYER(up), INTERMEDIATE, HIDDEN},
        {"intermediate.dense.bias", IN_LAYER(up_bias), INTERMEDIATE, NO_COLUMNS},
        {"output.dense.weight", IN_LAYER(down), HIDDEN, INTERMEDIATE},
        {"output.dense.bias", IN_LAYER(down_bias), HIDDEN, NO_COLUMNS},
        {"output.LayerNorm.weight", IN_LAYER(norm), HIDDEN, NO_COLUMNS},
        {"output.LayerNorm.bias", IN_LAYER(norm_bias), HIDDEN, NO_COLUMNS},
};

static size_t side(const struct model *model, size_t offset)
{
        return offset == NO_COLUMNS ? 0 : *(const size_t *)(const void *)((const char *)model->card + offset);
}

/* Numbers that were converted. */
struct model_copy {
        struct model_copy *next;
        bool matrix; /* of a layer */
        float numbers[];
};

/* What some libraries put before each tensor's name. */
static const char *const prefixes[] = {"", "bert.", "roberta.", "model."};

struct reading {
        struct model *model;
        const struct safetensors *file;
        const char *prefix;
        hart_error *err;
};

static const float *convert(struct model *model, const struct safetensors_tensor *tensor, size_t count, bool matrix)
{
        struct model_copy *copy;

        if (tensor->type == SAFETENSORS_FLOAT)
                return tensor->numbers;
        copy = hart_allocate(sizeof *copy + count * sizeof *copy->numbers);
        copy->matrix = matrix;
        copy->next = model->copies;
        model->copies = copy;
        (tensor->type == SAFETENSORS_HALF ? kernels()->from_half : kernels()->from_bfloat)(copy->numbers,
                                                                                           tensor->numbers, count);
        return copy->numbers;
}

/* `layer` is SIZE_MAX for what belongs to none. */
static hart_code find(const struct reading *reading, const struct tensor *tensor, size_t layer, void *into)
{
        HART_CLEANUP(hart_free_p)
        char *name = layer == SIZE_MAX ? hart_format("%s%s", reading->prefix, tensor->name)
                                       : hart_format("%sencoder.layer.%zu.%s", reading->prefix, layer, tensor->name);
        size_t rows = side(reading->model, tensor->rows), columns = side(reading->model, tensor->columns);
        size_t count = rows * (columns > 0 ? columns : 1);
        struct safetensors_tensor found;
        const float *numbers;
        hart_code code = safetensors_find(reading->file, name, rows, columns, &found, reading->err);

        if (code < 0)
                return code;
        numbers = convert(reading->model, &found, count, layer != SIZE_MAX && columns > 0);
        if (!kernels()->all_finite(numbers, count))
                return hart_fail(reading->err, HART_CONFIG, "tensor %s: has weights that are not numbers", name);
        *(const float **)(void *)((char *)into + tensor->offset) = numbers;
        return HART_OK;
}

/* Half of a model would give vectors too. */
static hart_code check_end(const struct reading *reading)
{
        const size_t layers = reading->model->card->layers;
        HART_CLEANUP(hart_free_p)
        char *name = hart_format("%sencoder.layer.%zu.%s", reading->prefix, layers, layer_tensors[0].name);

        if (safetensors_has(reading->file, name))
                return hart_fail(reading->err, HART_CONFIG, "tensor %s: config.json says that there are %zu layers",
                                 name, layers);
        return HART_OK;
}

static hart_code find_all(struct model *model, const struct safetensors *file, hart_error *err)
{
        struct reading reading = {.model = model, .file = file, .prefix = "", .err = err};
        hart_code code = HART_OK;

        for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
                HART_CLEANUP(hart_free_p) char *name = hart_format("%s%s", prefixes[i], embedding_tensors[0].name);
                if (safetensors_has(file, name))
                        reading.prefix = prefixes[i];
        }
        for (size_t i = 0; code == HART_OK && i < sizeof embedding_tensors / sizeof embedding_tensors[0]; i++)
                code = find(&reading, &embedding_tensors[i], SIZE_MAX, model);
        model->layer = hart_allocate_array(model->card->layers, sizeof *model->layer);
        for (size_t n = 0; n < model->card->layers; n++)
                for (size_t i = 0; code == HART_OK && i < sizeof layer_tensors / sizeof layer_tensors[0]; i++)
                        code = find(&reading, &layer_tensors[i], n, &model->layer[n]);
        return code == HART_OK ? check_end(&reading) : code;
}

hart_code model_open(struct model *ret, const struct model_card *card, const char *folder, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/model.safetensors", folder);
        HART_CLEANUP(model_done) struct model model = {.card = card};
        struct safetensors file = {0};
        hart_code code = mapping_open(&model.weights, path, err);

        if (code < 0)
                return code;
        code = safetensors_parse(&file, model.weights.data, model.weights.size, err);
        if (code == HART_OK)
                code = find_all(&model, &file, err);
        safetensors_done(&file);
        if (code < 0)
                return hart_error_context(err, "%s", path), code;
        *ret = model;
        model = (struct model){0};
        return HART_OK;
}

static void drop(struct model *model, bool matrices_only)
{
        struct model_copy **link = &model->copies;

        while (*link != NULL) {
                struct model_copy *copy = *link;
                if (copy->matrix || !matrices_only) {
                        *link = copy->next;
                        free(copy);
                } else {
                        link = &copy->next;
                }
        }
}

void model_forget_matrices(struct model *model)
{
        drop(model, true);
        mapping_release_pages(&model->weights); /* what else is needed of the file comes back page by page */
}

void model_done(struct model *model)
{
        drop(model, false);
        free(model->layer);
        mapping_done(&model->weights);
        *model = (struct model){0};
}
