#include "wordpiece_files.h"

#include <string.h>
#include <unistd.h>

#include <hartonomous/memory.h>

#include "mapping.h"
#include "tokenizer_json.h"
#include "wordpiece.h"

/* What both ways gather. */
struct gathered {
        struct wordpiece_options options;
        struct vocabulary vocabulary;
        struct added_tokens normalised;
        hart_error *err;
        hart_code code; /* of what a visit could not do */
};

static void gathered_done(struct gathered *gathered)
{
        vocabulary_done(&gathered->vocabulary);
        added_tokens_done(&gathered->normalised);
}

static hart_code read_flags(const hart_json *normalizer, struct wordpiece_flags *flags, hart_error *err)
{
        static const char name[] = "normalizer.";
        hart_code code;

        *flags = (struct wordpiece_flags){0};
        if (normalizer == NULL || hart_json_kind_of(normalizer) == HART_JSON_NULL)
                return HART_OK; /* texts stay as they are */
        code = tokenizer_json_must_be(normalizer, name, "type", "BertNormalizer", err);
        if (code == HART_OK)
                code = tokenizer_json_flag(normalizer, name, "clean_text", true, &flags->clean_text, err);
        if (code == HART_OK)
                code = tokenizer_json_flag(normalizer, name, "handle_chinese_chars", true, &flags->chinese_characters,
                                           err);
        if (code == HART_OK)
                code = tokenizer_json_flag(normalizer, name, "lowercase", true, &flags->lower_case, err);
        if (code == HART_OK)
                code = tokenizer_json_flag(normalizer, name, "strip_accents", flags->lower_case, &flags->strip_accents,
                                           err);
        return code;
}

static bool add_token(const char *key, const hart_json *value, void *data)
{
        struct gathered *gathered = data;
        int64_t id;

        if (!hart_json_integer(value, &id) || id < 0 || id >= 1 << 24)
                gathered->code = hart_fail(gathered->err, HART_CONFIG, "model.vocab: \"%.60s\" has no number", key);
        else
                gathered->code = vocabulary_add(&gathered->vocabulary, key, strlen(key), (int32_t)id, gathered->err);
        return gathered->code == HART_OK;
}

static hart_code read_model(const hart_json *model, struct gathered *gathered, hart_error *err)
{
        const hart_json *vocab = hart_json_member(model, "vocab");
        const hart_json *longest = hart_json_member(model, "max_input_chars_per_word");
        const char *unknown = NULL;
        int64_t characters = 100;
        hart_code code = tokenizer_json_text(model, "model.", "unk_token", "[UNK]", &unknown, err);

        if (code == HART_OK)
                code = tokenizer_json_text(model, "model.", "continuing_subword_prefix", "##",
                                           &gathered->options.continuation, err);
        if (code < 0)
                return code;
        if (longest != NULL &&
            (!hart_json_integer(longest, &characters) || characters < 1 || characters > WORDPIECE_CHARACTERS))
                return hart_fail(err, HART_CONFIG, "model.max_input_chars_per_word: must be a number from 1 to %d",
                                 WORDPIECE_CHARACTERS);
        gathered->options.characters = (size_t)characters;
        if (hart_json_kind_of(vocab) != HART_JSON_OBJECT)
                return hart_fail(err, HART_CONFIG, "model.vocab: must be an object of tokens and their numbers");
        gathered->err = err;
        vocabulary_begin(&gathered->vocabulary);
        hart_json_each(vocab, add_token, gathered);
        if (gathered->code < 0)
                return gathered->code;
        if (gathered->vocabulary.count != hart_json_count(vocab))
                return hart_fail(err, HART_CONFIG, "model.vocab: %zu tokens are not numbered from 0 without gaps",
                                 hart_json_count(vocab));
        gathered->options.unknown = vocabulary_find(&gathered->vocabulary, unknown, strlen(unknown));
        if (gathered->options.unknown == VOCABULARY_NONE)
                return hart_fail(err, HART_CONFIG, "model.unk_token: \"%.60s\" is not in model.vocab", unknown);
        return HART_OK;
}

hart_code wordpiece_from_json(struct tokenizer_parts *parts, const hart_json *root, hart_error *err)
{
        HART_CLEANUP(gathered_done) struct gathered gathered = {0};
        hart_code code = read_flags(hart_json_member(root, "normalizer"), &gathered.options.flags, err);

        if (code == HART_OK)
                code = tokenizer_json_must_be(hart_json_member(root, "pre_tokenizer"), "pre_tokenizer.", "type",
                                              "BertPreTokenizer", err);
        if (code == HART_OK)
                code = read_model(hart_json_member(root, "model"), &gathered, err);
        if (code < 0)
                return code;
        parts->count = gathered.vocabulary.count;
        code = tokenizer_json_added(hart_json_member(root, "added_tokens"), &gathered.vocabulary, &parts->count,
                                    &parts->written, &gathered.normalised, err);
        if (code == HART_OK)
                code = tokenizer_json_markers(hart_json_member(root, "post_processor"), parts->count, &parts->begin,
                                              &parts->end, err);
        if (code < 0)
                return code;
        return wordpiece_open(&parts->wordpiece, &gathered.options, &gathered.vocabulary, &gathered.normalised, err);
}

/* Tokens that tokenizer_config.json names. */
enum role { PAD, UNKNOWN, CLASSIFY, SEPARATE, MASK, ROLES };
static const struct {
        const char *key, *usual;
} roles[ROLES] = {{"pad_token", "[PAD]"},
                  {"unk_token", "[UNK]"},
                  {"cls_token", "[CLS]"},
                  {"sep_token", "[SEP]"},
                  {"mask_token", "[MASK]"}};

/* What in it changes the tokens, and is not done here. */
static hart_code refuse_more(const hart_json *config, hart_error *err)
{
        static const char *const classes[] = {"BertTokenizer",           "BertTokenizerFast", "DistilBertTokenizer",
                                              "DistilBertTokenizerFast", "ElectraTokenizer",  "ElectraTokenizerFast"};
        const char *class = NULL;
        bool basic;
        hart_code code = tokenizer_json_text(config, "", "tokenizer_class", classes[0], &class, err);

        if (code == HART_OK)
                code = tokenizer_json_flag(config, "", "do_basic_tokenize", true, &basic, err);
        if (code < 0)
                return code;
        if (!basic)
                return hart_fail(err, HART_CONFIG, "do_basic_tokenize: is false; only true is done here");
        if (hart_json_count(hart_json_member(config, "never_split")) > 0)
                return hart_fail(err, HART_CONFIG, "never_split: is not done here; add a tokenizer.json to the model");
        for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
                if (strcmp(class, classes[i]) == 0)
                        return HART_OK;
        return hart_fail(err, HART_CONFIG,
                         "tokenizer_class: is \"%.60s\"; of a model without tokenizer.json, only BertTokenizer and its "
                         "like are done here",
                         class);
}

static hart_code read_config(const hart_json *config, struct wordpiece_flags *flags, const char *texts[ROLES],
                             hart_error *err)
{
        hart_code code = refuse_more(config, err);

        flags->clean_text = true;
        if (code == HART_OK)
                code = tokenizer_json_flag(config, "", "do_lower_case", true, &flags->lower_case, err);
        if (code == HART_OK)
                code = tokenizer_json_flag(config, "", "tokenize_chinese_chars", true, &flags->chinese_characters, err);
        if (code == HART_OK)
                code = tokenizer_json_flag(config, "", "strip_accents", flags->lower_case, &flags->strip_accents, err);
        for (size_t i = 0; i < ROLES && code == HART_OK; i++)
                code = tokenizer_json_text(config, "", roles[i].key, roles[i].usual, &texts[i], err);
        return code;
}

/* added_tokens_decoder: {"0": {"content": …}, …} */
struct decoder {
        struct tokenizer_parts *parts;
        struct gathered *gathered;
};

static bool add_decoded(const char *key, const hart_json *value, void *data)
{
        struct decoder *decoder = data;
        struct gathered *gathered = decoder->gathered;
        size_t size = 0;
        const char *text = hart_json_text(hart_json_member(value, "content"), &size);
        const int32_t id = text != NULL ? vocabulary_find(&gathered->vocabulary, text, size) : VOCABULARY_NONE;
        HART_CLEANUP(hart_free_p) char *number = hart_format("%d", id);

        if (id == VOCABULARY_NONE || strcmp(number, key) != 0)
                gathered->code = hart_fail(gathered->err, HART_CONFIG,
                                           "added_tokens_decoder: \"%.60s\" is not token %.20s of vocab.txt",
                                           text != NULL ? text : "?", key);
        else
                gathered->code = tokenizer_json_added_one(value, id, &decoder->parts->written, &gathered->normalised,
                                                          gathered->err);
        return gathered->code == HART_OK;
}

static bool is_added(const struct added_tokens *added, int32_t id)
{
        for (size_t i = 0; i < added->count; i++)
                if (added->tokens[i].id == id)
                        return true;
        return false;
}

/* What is in the lists of the configuration, and its named tokens where they are not. */
static hart_code add_named(struct tokenizer_parts *parts, struct gathered *gathered, const hart_json *config,
                           const char *texts[ROLES], hart_error *err)
{
        struct decoder decoder = {parts, gathered};
        int32_t ids[ROLES];
        hart_code code = HART_OK;

        gathered->err = err;
        hart_json_each(hart_json_member(config, "added_tokens_decoder"), add_decoded, &decoder);
        if (gathered->code < 0)
                return gathered->code;
        for (size_t i = 0; i < ROLES && code == HART_OK; i++) {
                struct added_token token = {.size = strlen(texts[i])};
                token.text = hart_duplicate(texts[i]);
                token.id = ids[i] = vocabulary_find(&gathered->vocabulary, texts[i], token.size);
                if (ids[i] == VOCABULARY_NONE)
                        code = hart_fail(err, HART_CONFIG, "%s: \"%.60s\" is not in vocab.txt", roles[i].key, texts[i]);
                else if (!is_added(&parts->written, ids[i]) && !is_added(&gathered->normalised, ids[i]))
                        code = added_tokens_add(&parts->written, &token, err);
                free(token.text);
        }
        if (code < 0)
                return code;
        gathered->options.unknown = ids[UNKNOWN];
        parts->begin = ids[CLASSIFY];
        parts->end = ids[SEPARATE];
        return HART_OK;
}

/* A token that every such model has, and none says otherwise: the list is at fault, not what names it. */
static hart_code check_usual(const struct vocabulary *vocabulary, const char *const texts[ROLES], hart_error *err)
{
        for (size_t i = 0; i < ROLES; i++)
                if (strcmp(texts[i], roles[i].usual) == 0 &&
                    vocabulary_find(vocabulary, texts[i], strlen(texts[i])) == VOCABULARY_NONE)
                        return hart_fail(err, HART_CONFIG, "has no token %s", texts[i]);
        return HART_OK;
}

static hart_code read_list(struct gathered *gathered, const char *path, const char *const texts[ROLES], hart_error *err)
{
        HART_CLEANUP(mapping_done) struct mapping file = {0};
        hart_code code = mapping_open(&file, path, err);

        if (code < 0)
                return code;
        code = vocabulary_read(&gathered->vocabulary, file.data != NULL ? (const void *)file.data : "", file.size, err);
        if (code == HART_OK)
                code = check_usual(&gathered->vocabulary, texts, err);
        return code < 0 ? hart_error_context(err, "%s", path) : HART_OK;
}

hart_code wordpiece_from_folder(struct tokenizer_parts *parts, const char *folder, hart_error *err)
{
        HART_CLEANUP(gathered_done) struct gathered gathered = {.options = {.characters = 100, .continuation = "##"}};
        HART_CLEANUP(hart_free_p) char *list = hart_format("%s/vocab.txt", folder);
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/tokenizer_config.json", folder);
        HART_CLEANUP(hart_free_p) char *more = hart_format("%s/added_tokens.json", folder);
        HART_CLEANUP(hart_json_close_p) hart_json *config = NULL;
        const char *texts[ROLES];
        hart_code code = tokenizer_json_file(path, &config, err);

        if (code < 0)
                return code;
        if (read_config(config, &gathered.options.flags, texts, err) < 0)
                return hart_error_context(err, "%s", path);
        code = read_list(&gathered, list, texts, err);
        if (code < 0)
                return code;
        if (access(more, F_OK) == 0)
                return hart_fail(err, HART_CONFIG, "%s: is not read; add a tokenizer.json to the model", more);
        if (add_named(parts, &gathered, config, texts, err) < 0)
                return hart_error_context(err, "%s", path);
        parts->count = gathered.vocabulary.count;
        parts->is_list = true;
        return wordpiece_open(&parts->wordpiece, &gathered.options, &gathered.vocabulary, &gathered.normalised, err);
}
