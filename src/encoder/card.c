#include "card.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <hartonomous/json.h>
#include <hartonomous/memory.h>

#include "mapping.h"

#define LIMIT_MOST 65536 /* tokens */

/* What a configuration file must say. */
struct demand {
        const char *key;
        enum { TEXT, WHOLE } kind;
        const char *text;  /* TEXT */
        size_t offset;     /* WHOLE: of a size_t in struct model_card */
        int64_t min, max;  /* WHOLE */
        bool optional;     /* may be missing */
        bool architecture; /* does not matter where another's program computes the model */
};

#define AT(member) offsetof(struct model_card, member)
/* clang-format off */
static const struct demand architecture[] = {
        {"position_embedding_type", TEXT, .text = "absolute", .optional = true, .architecture = true},
        {"num_hidden_layers", WHOLE, .offset = AT(layers), .min = 1, .max = 96, .architecture = true},
        {"num_attention_heads", WHOLE, .offset = AT(heads), .min = 1, .max = 128, .architecture = true},
        {"hidden_size", WHOLE, .offset = AT(hidden), .min = 8, .max = 8192, .architecture = true},
        {"intermediate_size", WHOLE, .offset = AT(intermediate), .min = 8, .max = 32768, .architecture = true},
        {"vocab_size", WHOLE, .offset = AT(vocabulary), .min = 6, .max = 4000000},
        {"max_position_embeddings", WHOLE, .offset = AT(positions), .min = 2, .max = 65536, .architecture = true},
        {"type_vocab_size", WHOLE, .offset = AT(types), .min = 1, .max = 64, .architecture = true},
};
/* clang-format on */

/* A word that may be one of several, and what it means. */
struct choice {
        const char *word;
        bool meaning;
};
static const struct choice families[] = {{"bert", false}, {"xlm-roberta", true}, {"roberta", true}, {NULL, false}};
static const struct choice activations[] = {
        {"gelu", false}, {"gelu_new", true}, {"gelu_pytorch_tanh", true}, {NULL, false}};

/* The ways of pooling that are computed, in 1_Pooling/config.json; of the others, none may be true. */
static const struct {
        const char *key;
        enum card_pooling pooling;
} poolings[] = {{"pooling_mode_mean_tokens", CARD_POOL_MEAN}, {"pooling_mode_cls_token", CARD_POOL_FIRST}};

/* The last part of each module's type: what is before it depends on the release. */
static const char *const modules[] = {"Transformer", "Pooling", "Normalize"};
enum { MODULES = sizeof modules / sizeof modules[0], MODULES_NEEDED = MODULES - 1 };

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
        const char *text = hart_json_text(value, NULL);

        if (value == NULL && demand->optional)
                return HART_OK;
        if (value == NULL)
                return hart_fail(err, HART_CONFIG, "%s: is missing", demand->key);
        if (demand->kind == WHOLE)
                return take_whole(demand, value, card, err);
        if (text != NULL && strcmp(text, demand->text) == 0)
                return HART_OK;
        return hart_fail(err, HART_CONFIG, "%s: is \"%.60s\"; only \"%s\" is computed here", demand->key,
                         text != NULL ? text : "?", demand->text);
}

static hart_code choose(const struct choice *choices, const hart_json *root, const char *key, bool *meaning,
                        hart_error *err)
{
        const char *word = hart_json_text(hart_json_member(root, key), NULL);
        HART_CLEANUP(hart_buffer_done) hart_buffer known = {0};

        for (const struct choice *choice = choices; choice->word != NULL; choice++) {
                if (word != NULL && strcmp(choice->word, word) == 0) {
                        *meaning = choice->meaning;
                        return HART_OK;
                }
                hart_buffer_format(&known, "%s\"%s\"", known.size > 0 ? ", " : "", choice->word);
        }
        if (word == NULL)
                return hart_fail(err, HART_CONFIG, "%s: is missing, or no text", key);
        return hart_fail(err, HART_CONFIG, "%s: is \"%.60s\"; what is computed here: %.*s", key, word, (int)known.size,
                         (const char *)known.data);
}

/* Transformer and pooling. Where they are normalised or not does not matter: here, vectors always are. */
static hart_code read_modules(const char *folder, hart_error *err)
{
        HART_CLEANUP(hart_json_close_p) hart_json *root = NULL;
        hart_code code = read_json(folder, "modules.json", &root, err);
        size_t count = hart_json_count(root);

        if (code < 0)
                return code;
        if (count != MODULES && count != MODULES_NEEDED)
                return hart_fail(err, HART_CONFIG, "%s/modules.json: must list %d or %d modules", folder,
                                 MODULES_NEEDED, MODULES);
        for (size_t i = 0; i < count; i++) {
                const char *type = hart_json_text(hart_json_member(hart_json_item(root, i), "type"), NULL);
                const char *last = type != NULL ? strrchr(type, '.') : NULL;
                if (last == NULL || strcmp(last + 1, modules[i]) != 0)
                        return hart_fail(err, HART_CONFIG,
                                         "%s/modules.json: module %zu is %.100s; only %s is computed here", folder, i,
                                         type != NULL ? type : "without a type", modules[i]);
        }
        return HART_OK;
}

static hart_code read_epsilon(const hart_json *root, struct model_card *card, hart_error *err)
{
        double epsilon;

        if (!hart_json_number(hart_json_member(root, "layer_norm_eps"), &epsilon) || (float)epsilon <= 0 || epsilon > 1)
                return hart_fail(err, HART_CONFIG, "layer_norm_eps: must be a number over 0, up to 1");
        card->epsilon = (float)epsilon;
        return HART_OK;
}

/* What else matters to who computes it. */
static hart_code read_family(const hart_json *root, struct model_card *card, hart_error *err)
{
        bool roberta = false;
        int64_t padding = 1;
        hart_code code = choose(families, root, "model_type", &roberta, err);

        if (code == HART_OK)
                code = choose(activations, root, "hidden_act", &card->gelu_tanh, err);
        if (code == HART_OK)
                code = read_epsilon(root, card, err);
        if (code < 0 || !roberta)
                return code;
        if (hart_json_member(root, "pad_token_id") != NULL &&
            (!hart_json_integer(hart_json_member(root, "pad_token_id"), &padding) || padding < 0 || padding > 1000))
                return hart_fail(err, HART_CONFIG, "pad_token_id: must be a whole number from 0 to 1000");
        card->first_position = (size_t)padding + 1;
        return HART_OK;
}

static hart_code take_architecture(const hart_json *root, struct model_card *card, enum card_use use, hart_error *err)
{
        hart_code code = use == CARD_FOR_BERT ? read_family(root, card, err) : HART_OK;

        for (size_t i = 0; code == HART_OK && i < sizeof architecture / sizeof architecture[0]; i++) {
                const struct demand *demand = &architecture[i];
                const hart_json *value = hart_json_member(root, demand->key);
                if (!demand->architecture || use == CARD_FOR_BERT)
                        code = meet(demand, value, card, err);
                else if (demand->kind == WHOLE)
                        (void)take_whole(demand, value, card, NULL); /* 0 where it is missing or senseless */
        }
        if (code == HART_OK && use == CARD_FOR_BERT && card->hidden % card->heads != 0)
                code = hart_fail(err, HART_CONFIG, "hidden_size: is no multiple of num_attention_heads");
        if (code == HART_OK && card->positions != 0 && card->positions < card->first_position + 2)
                code = hart_fail(err, HART_CONFIG, "max_position_embeddings: is too small for any text");
        return code;
}

static bool count_mode(const char *key, const hart_json *value, void *data)
{
        size_t *count = data;

        if (strncmp(key, "pooling_mode_", strlen("pooling_mode_")) == 0 && hart_json_kind_of(value) == HART_JSON_TRUE)
                ++*count;
        return true;
}

static hart_code take_pooling(const hart_json *root, struct model_card *card, hart_error *err)
{
        const hart_json *dimension = hart_json_member(root, "word_embedding_dimension");
        size_t found = 0, all = 0;
        int64_t length;

        for (size_t i = 0; i < sizeof poolings / sizeof poolings[0]; i++)
                if (hart_json_kind_of(hart_json_member(root, poolings[i].key)) == HART_JSON_TRUE) {
                        card->pooling = poolings[i].pooling;
                        found++;
                }
        hart_json_each(root, count_mode, &all);
        if (found != 1 || all != 1)
                return hart_fail(
                        err, HART_CONFIG,
                        "exactly one of pooling_mode_mean_tokens and pooling_mode_cls_token must be true, and no "
                        "other pooling_mode; no other way of pooling is computed here");
        if (dimension != NULL && card->hidden != 0 &&
            (!hart_json_integer(dimension, &length) || length < 0 || (size_t)length != card->hidden))
                return hart_fail(err, HART_CONFIG, "word_embedding_dimension: is not config.json's hidden_size, %zu",
                                 card->hidden);
        return HART_OK;
}

/* One file that must be there. */
static hart_code read_config(struct model_card *card, const char *folder, enum card_use use, hart_error *err)
{
        HART_CLEANUP(hart_json_close_p) hart_json *root = NULL;
        hart_code code = read_json(folder, "config.json", &root, err);

        if (code == HART_OK && take_architecture(root, card, use, err) < 0)
                return hart_error_context(err, "%s/config.json", folder), HART_CONFIG;
        return code;
}

static hart_code read_pooling(struct model_card *card, const char *folder, hart_error *err)
{
        HART_CLEANUP(hart_json_close_p) hart_json *root = NULL;
        hart_code code = read_json(folder, "1_Pooling/config.json", &root, err);

        if (code == HART_OK && take_pooling(root, card, err) < 0)
                return hart_error_context(err, "%s/1_Pooling/config.json", folder), HART_CONFIG;
        return code;
}

/* A whole number in a file that may be missing, and where it may be null: 0 then. */
static hart_code read_limit(const char *folder, const char *name, const char *key, size_t *ret, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/%s", folder, name);
        HART_CLEANUP(hart_json_close_p) hart_json *root = NULL;
        const hart_json *value;
        double limit;
        hart_code code;

        *ret = 0;
        if (access(path, F_OK) != 0)
                return HART_OK;
        code = read_json(folder, name, &root, err);
        value = hart_json_member(root, key);
        if (code < 0 || value == NULL || hart_json_kind_of(value) == HART_JSON_NULL)
                return code;
        if (!hart_json_number(value, &limit) || limit < 2)
                return hart_fail(err, HART_CONFIG, "%s: %s: must be a number over 1", path, key);
        *ret = limit < LIMIT_MOST ? (size_t)limit : 0; /* tokenizers without a limit say 10^30 */
        return HART_OK;
}

/* sentence-transformers would write the whole text in small letters first, by Python's rules. */
static hart_code refuse_lower_case(const char *folder, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/sentence_bert_config.json", folder);
        HART_CLEANUP(hart_json_close_p) hart_json *root = NULL;
        hart_code code = HART_OK;

        if (access(path, F_OK) == 0)
                code = read_json(folder, "sentence_bert_config.json", &root, err);
        if (code == HART_OK && hart_json_kind_of(hart_json_member(root, "do_lower_case")) == HART_JSON_TRUE)
                return hart_fail(
                        err, HART_CONFIG,
                        "%s: do_lower_case: only false is done here; where the tokenizer makes letters small by "
                        "itself, false means the same",
                        path);
        return code;
}

/* As sentence-transformers has it: its own file, else the least of the tokenizer's limit and the positions there are.
 */
static hart_code read_limits(struct model_card *card, const char *folder, hart_error *err)
{
        size_t own, tokenizer, positions = card->positions != 0 ? card->positions - card->first_position : 0;
        hart_code code = read_limit(folder, "sentence_bert_config.json", "max_seq_length", &own, err);

        if (code == HART_OK)
                code = read_limit(folder, "tokenizer_config.json", "model_max_length", &tokenizer, err);
        if (code < 0)
                return code;
        if (own != 0 && positions != 0 && own > positions)
                return hart_fail(
                        err, HART_CONFIG,
                        "%s/sentence_bert_config.json: max_seq_length is over the %zu tokens that config.json's "
                        "max_position_embeddings allows",
                        folder, positions);
        card->token_limit = own != 0 ? own : tokenizer;
        if (card->token_limit == 0 || (positions != 0 && card->token_limit > positions))
                card->token_limit = positions;
        if (card->token_limit == 0)
                return hart_fail(
                        err, HART_CONFIG,
                        "%s: none of sentence_bert_config.json (max_seq_length), tokenizer_config.json "
                        "(model_max_length) and config.json (max_position_embeddings) says how long a text may be",
                        folder);
        return HART_OK;
}

hart_code card_read(struct model_card *card, const char *folder, enum card_use use, hart_error *err)
{
        hart_code code = read_modules(folder, err);

        if (code == HART_OK)
                code = read_config(card, folder, use, err);
        if (code == HART_OK)
                code = read_pooling(card, folder, err);
        if (code == HART_OK)
                code = refuse_lower_case(folder, err);
        return code == HART_OK ? read_limits(card, folder, err) : code;
}
