#include "card.h"

#include <stdbool.h>
#include <string.h>

#include <hartonomous/json.h>
#include <hartonomous/memory.h>

#include "mapping.h"

/* What a configuration file must say. */
struct demand {
        const char *key;
        enum { TEXT, YES, NO, WHOLE } kind;
        const char *text;  /* TEXT */
        size_t offset;     /* WHOLE: of a size_t in struct model_card */
        int64_t min, max;  /* WHOLE */
        bool optional;     /* may be missing */
        bool architecture; /* does not matter where another's program computes the model */
};

#define AT(member) offsetof(struct model_card, member)

static const struct demand architecture[] = {
        {.key = "model_type", .kind = TEXT, .text = "bert", .architecture = true},
        {.key = "hidden_act", .kind = TEXT, .text = "gelu", .architecture = true},
        {.key = "position_embedding_type", .kind = TEXT, .text = "absolute", .optional = true, .architecture = true},
        {.key = "num_hidden_layers", .kind = WHOLE, .offset = AT(layers), .min = 1, .max = 96, .architecture = true},
        {.key = "num_attention_heads", .kind = WHOLE, .offset = AT(heads), .min = 1, .max = 128, .architecture = true},
        {.key = "hidden_size", .kind = WHOLE, .offset = AT(hidden), .min = 8, .max = 8192, .architecture = true},
        {.key = "intermediate_size",
         .kind = WHOLE,
         .offset = AT(intermediate),
         .min = 8,
         .max = 32768,
         .architecture = true},
        {.key = "vocab_size", .kind = WHOLE, .offset = AT(vocabulary), .min = 6, .max = 4000000},
        {.key = "max_position_embeddings",
         .kind = WHOLE,
         .offset = AT(positions),
         .min = 2,
         .max = 65536,
         .architecture = true},
        {.key = "type_vocab_size", .kind = WHOLE, .offset = AT(types), .min = 1, .max = 64, .architecture = true},
};
static const struct demand pooling[] = {
        {.key = "pooling_mode_mean_tokens", .kind = YES},
        {.key = "pooling_mode_cls_token", .kind = NO, .optional = true},
        {.key = "pooling_mode_max_tokens", .kind = NO, .optional = true},
        {.key = "pooling_mode_mean_sqrt_len_tokens", .kind = NO, .optional = true},
};
static const struct demand sentence[] = {
        {.key = "max_seq_length", .kind = WHOLE, .offset = AT(token_limit), .min = 2, .max = 65536},
};

#define ROWS(table) table, sizeof(table) / sizeof(table)[0]
static const struct {
        const char *file;
        const struct demand *demands;
        size_t count;
} files[] = {
        {"config.json", ROWS(architecture)},
        {"1_Pooling/config.json", ROWS(pooling)},
        {"sentence_bert_config.json", ROWS(sentence)},
};
static const char *const modules[] = {"sentence_transformers.models.Transformer",
                                      "sentence_transformers.models.Pooling", "sentence_transformers.models.Normalize"};

static hart_code read_json(const char *folder, const char *name, hart_json **ret, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/%s", folder, name);
        HART_CLEANUP(mapping_done) struct mapping file = {0};
        hart_error cause = {0};
        hart_code code = mapping_open(&file, path, err);

        if (code < 0)
                return code;
        if (hart_json_parse(file.data != NULL ? (const void *)file.data : "", file.size, ret, &cause) < 0)
                return hart_fail(err, HART_CONFIG, "%s: %s", path, cause.text);
        return HART_OK;
}

static hart_code take_whole(const struct demand *demand, const hart_json *value, void *card, hart_error *err)
{
        int64_t whole;

        if (!hart_json_integer(value, &whole) || whole < demand->min || whole > demand->max)
                return hart_fail(err, HART_CONFIG, "%s: must be a whole number from %lld to %lld", demand->key,
                                 (long long)demand->min, (long long)demand->max);
        *(size_t *)(void *)((char *)card + demand->offset) = (size_t)whole;
        return HART_OK;
}

static hart_code meet(const struct demand *demand, const hart_json *value, struct model_card *card, hart_error *err)
{
        hart_json_kind kind = hart_json_kind_of(value);
        const char *text = hart_json_text(value, NULL);

        if (value == NULL && demand->optional)
                return HART_OK;
        if (value == NULL)
                return hart_fail(err, HART_CONFIG, "%s: is missing", demand->key);
        switch (demand->kind) {
        case WHOLE:
                return take_whole(demand, value, card, err);
        case TEXT:
                if (text != NULL && strcmp(text, demand->text) == 0)
                        return HART_OK;
                return hart_fail(err, HART_CONFIG, "%s: is \"%.60s\"; only \"%s\" is computed here", demand->key,
                                 text != NULL ? text : "?", demand->text);
        case NO:
                if (kind == HART_JSON_FALSE)
                        return HART_OK;
                return hart_fail(err, HART_CONFIG, "%s: only false is computed here", demand->key);
        case YES:
                break;
        }
        if (kind == HART_JSON_TRUE)
                return HART_OK;
        return hart_fail(err, HART_CONFIG, "%s: only true is computed here", demand->key);
}

/* What is of interest but not needed: 0 where it is missing or senseless. */
static void take_if_there(const struct demand *demand, const hart_json *value, struct model_card *card)
{
        if (demand->kind == WHOLE)
                (void)take_whole(demand, value, card, NULL);
}

static hart_code read_modules(const char *folder, hart_error *err)
{
        hart_json *root = NULL;
        hart_code code = read_json(folder, "modules.json", &root, err);
        size_t count = sizeof modules / sizeof modules[0];

        if (code == HART_OK && hart_json_count(root) != count)
                code = hart_fail(err, HART_CONFIG, "%s/modules.json: must list %zu modules", folder, count);
        for (size_t i = 0; code == HART_OK && i < count; i++) {
                const char *type = hart_json_text(hart_json_member(hart_json_item(root, i), "type"), NULL);
                if (type == NULL || strcmp(type, modules[i]) != 0)
                        code = hart_fail(err, HART_CONFIG, "%s/modules.json: module %zu must be %s", folder, i,
                                         modules[i]);
        }
        hart_json_close(root);
        return code;
}

static hart_code read_epsilon(const hart_json *root, struct model_card *card, hart_error *err)
{
        double epsilon;

        if (!hart_json_number(hart_json_member(root, "layer_norm_eps"), &epsilon) || (float)epsilon <= 0 || epsilon > 1)
                return hart_fail(err, HART_CONFIG, "layer_norm_eps: must be a number over 0, up to 1");
        card->epsilon = (float)epsilon;
        return HART_OK;
}

static hart_code read_file(struct model_card *card, const char *folder, size_t file, enum card_use use, hart_error *err)
{
        hart_json *root = NULL;
        hart_code code = read_json(folder, files[file].file, &root, err);

        if (code < 0)
                return code;
        for (size_t i = 0; code == HART_OK && i < files[file].count; i++) {
                const struct demand *demand = &files[file].demands[i];
                if (demand->architecture && use == CARD_FOR_ANY)
                        take_if_there(demand, hart_json_member(root, demand->key), card);
                else
                        code = meet(demand, hart_json_member(root, demand->key), card, err);
        }
        if (code == HART_OK && files[file].demands == architecture && use == CARD_FOR_BERT)
                code = read_epsilon(root, card, err);
        hart_json_close(root);
        if (code < 0)
                (void)hart_error_context(err, "%s/%s", folder, files[file].file);
        return code;
}

hart_code card_read(struct model_card *card, const char *folder, enum card_use use, hart_error *err)
{
        hart_code code = read_modules(folder, err);

        for (size_t i = 0; code == HART_OK && i < sizeof files / sizeof files[0]; i++)
                code = read_file(card, folder, i, use, err);
        if (code < 0)
                return code;
        if (use == CARD_FOR_BERT && card->hidden % card->heads != 0)
                return hart_fail(err, HART_CONFIG, "%s/config.json: hidden_size is no multiple of num_attention_heads",
                                 folder);
        if (card->positions != 0 && card->token_limit > card->positions)
                return hart_fail(err, HART_CONFIG,
                                 "%s/sentence_bert_config.json: max_seq_length is over config.json's "
                                 "max_position_embeddings, %zu",
                                 folder, card->positions);
        return HART_OK;
}
