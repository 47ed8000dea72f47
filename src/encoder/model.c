#include "model.h"

#include <math.h>
#include <stdint.h>

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

static hart_code find(const struct model *model, const struct safetensors *file, const struct tensor *tensor,
                      const char *name, void *into, hart_error *err)
{
        size_t rows = side(model, tensor->rows), columns = side(model, tensor->columns);
        const float *numbers;
        hart_code code = safetensors_find(file, name, rows, columns, &numbers, err);

        if (code < 0)
                return code;
        if (!kernels()->all_finite(numbers, rows * (columns > 0 ? columns : 1)))
                return hart_fail(err, HART_CONFIG, "tensor %s: has weights that are not numbers", name);
        *(const float **)(void *)((char *)into + tensor->offset) = numbers;
        return HART_OK;
}

static hart_code find_all(struct model *model, const struct safetensors *file, hart_error *err)
{
        hart_code code = HART_OK;

        for (size_t i = 0; code == HART_OK && i < sizeof embedding_tensors / sizeof embedding_tensors[0]; i++)
                code = find(model, file, &embedding_tensors[i], embedding_tensors[i].name, model, err);
        model->layer = hart_allocate_array(model->card->layers, sizeof *model->layer);
        for (size_t n = 0; n < model->card->layers; n++)
                for (size_t i = 0; code == HART_OK && i < sizeof layer_tensors / sizeof layer_tensors[0]; i++) {
                        HART_CLEANUP(hart_free_p)
                        char *name = hart_format("encoder.layer.%zu.%s", n, layer_tensors[i].name);
                        code = find(model, file, &layer_tensors[i], name, &model->layer[n], err);
                }
        return code;
}

/* Half of a model would give vectors too. */
static hart_code check_end(const struct model *model, const struct safetensors *file, hart_error *err)
{
        HART_CLEANUP(hart_free_p)
        char *name = hart_format("encoder.layer.%zu.%s", model->card->layers, layer_tensors[0].name);
        const float *numbers;

        if (safetensors_find(file, name, model->card->hidden, model->card->hidden, &numbers, NULL) == HART_OK)
                return hart_fail(err, HART_CONFIG, "tensor %s: config.json says that there are %zu layers", name,
                                 model->card->layers);
        return HART_OK;
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
        if (code == HART_OK)
                code = check_end(&model, &file, err);
        safetensors_done(&file);
        if (code < 0)
                return hart_error_context(err, "%s", path), code;
        *ret = model;
        model = (struct model){0};
        return HART_OK;
}

void model_done(struct model *model)
{
        free(model->layer);
        mapping_done(&model->weights);
        *model = (struct model){0};
}
