#include "sentencepiece_files.h"

#include <stdbool.h>
#include <string.h>

#include <hartonomous/memory.h>

#include "sentencepiece.h"
#include "tokenizer_json.h"

struct gathered {
        struct sentencepiece_options options;
        struct added_tokens normalised;
};

static void gathered_done(struct gathered *gathered)
{
        sentencepiece_options_done(&gathered->options);
        added_tokens_done(&gathered->normalised);
}

/* model.vocab: [[PIECE, SCORE], …] */
static hart_code read_pieces(struct gathered *gathered, const char *vocab, size_t vocab_size, hart_error *err)
{
        size_t at = 0;

        for (;;) {
                HART_CLEANUP(hart_json_close_p) hart_json *item = NULL;
                hart_code code = tokenizer_json_item(vocab, vocab_size, &at, &item, err);
                size_t size = 0;
                double score = 0;
                const char *piece = hart_json_text(hart_json_item(item, 0), &size);
                if (code < 0 || item == NULL)
                        return code;
                if (piece == NULL || hart_json_count(item) != 2 || !hart_json_number(hart_json_item(item, 1), &score))
                        return hart_fail(err, HART_CONFIG, "model.vocab: item %zu must be a piece and its score",
                                         gathered->options.pieces.count);
                code = sentencepiece_options_add(&gathered->options, piece, size, score, err);
                if (code < 0)
                        return hart_error_context(err, "model.vocab");
        }
}

static hart_code read_model(struct gathered *gathered, const hart_json *model, const char *vocab, size_t size,
                            hart_error *err)
{
        int64_t unknown = -1;
        bool bytes;
        hart_code code = tokenizer_json_flag(model, "model.", "byte_fallback", false, &bytes, err);

        if (code < 0)
                return code;
        if (bytes)
                return hart_fail(err, HART_CONFIG, "model.byte_fallback: is true; only false is done here");
        if (vocab == NULL)
                return hart_fail(err, HART_CONFIG, "model.vocab: must be an array of pieces and their scores");
        code = read_pieces(gathered, vocab, size, err);
        if (code < 0)
                return code;
        if (!hart_json_integer(hart_json_member(model, "unk_id"), &unknown) || unknown < 0 ||
            (uint64_t)unknown >= gathered->options.pieces.count)
                return hart_fail(err, HART_CONFIG, "model.unk_id: must be the number of a piece");
        gathered->options.unknown = (int32_t)unknown;
        return HART_OK;
}

static int value_of(char letter)
{
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const char *found = letter != '\0' ? strchr(letters, letter) : NULL;

        return found != NULL ? (int)(found - letters) : -1;
}

/* RFC 4648, section 4. */
static bool read_base64(const char *text, size_t size, hart_buffer *out)
{
        uint32_t bits = 0;

        while (size > 0 && text[size - 1] == '=')
                size--;
        for (size_t i = 0; i < size; i++) {
                const int value = value_of(text[i]);
                if (value < 0)
                        return false;
                bits = bits << 6 | (uint32_t)value;
                if (i % 4 != 0)
                        hart_buffer_byte(out, (unsigned char)(bits >> (6 - i % 4 * 2)));
        }
        return true;
}

static void add_step(struct text_steps *steps, enum text_step_kind step)
{
        steps->steps[steps->count++] = step;
}

static hart_code add_charsmap(struct text_steps *steps, const hart_json *normalizer, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer data = {0};
        size_t size = 0;
        const char *text = hart_json_text(hart_json_member(normalizer, "precompiled_charsmap"), &size);

        if (text == NULL || !read_base64(text, size, &data))
                return hart_fail(err, HART_CONFIG, "precompiled_charsmap: must be a text in base64");
        if (steps->map.units != NULL)
                return hart_fail(err, HART_CONFIG, "type: Precompiled is there twice; that is not done here");
        add_step(steps, STEP_CHARSMAP);
        return charsmap_read(&steps->map, data.data != NULL ? (const void *)data.data : "", data.size, err);
}

static hart_code add_strip(struct text_steps *steps, const hart_json *normalizer, hart_error *err)
{
        bool left, right;
        hart_code code = tokenizer_json_flag(normalizer, "", "strip_left", false, &left, err);

        if (code == HART_OK)
                code = tokenizer_json_flag(normalizer, "", "strip_right", false, &right, err);
        if (code < 0)
                return code;
        if (left)
                add_step(steps, STEP_STRIP_LEFT);
        if (right)
                add_step(steps, STEP_STRIP_RIGHT);
        return HART_OK;
}

static hart_code add_replace(struct text_steps *steps, const hart_json *normalizer, hart_error *err)
{
        const char *content = hart_json_text(hart_json_member(normalizer, "content"), NULL);
        hart_code code =
                tokenizer_json_must_be(hart_json_member(normalizer, "pattern"), "pattern.", "Regex", " {2,}", err);

        if (code < 0)
                return code;
        if (content == NULL || (strcmp(content, " ") != 0 && strcmp(content, METASPACE) != 0))
                return hart_fail(err, HART_CONFIG, "content: is \"%.60s\"; only a blank and U+2581 are done here",
                                 content != NULL ? content : "?");
        add_step(steps, strcmp(content, " ") == 0 ? STEP_ONE_BLANK : STEP_ONE_MARK);
        return HART_OK;
}

static hart_code add_normalizer(struct text_steps *steps, const hart_json *normalizer, bool nested, hart_error *err)
{
        static const struct {
                const char *type;
                hart_code (*add)(struct text_steps *steps, const hart_json *normalizer, hart_error *err);
        } rows[] = {{"Precompiled", add_charsmap}, {"Strip", add_strip}, {"Replace", add_replace}};
        const char *type = hart_json_text(hart_json_member(normalizer, "type"), NULL);
        const hart_json *list = hart_json_member(normalizer, "normalizers");
        hart_code code = HART_OK;

        if (steps->count + 2 > TEXT_STEPS)
                return hart_fail(err, HART_CONFIG, "normalizer: has too many steps");
        for (size_t i = 0; type != NULL && i < sizeof rows / sizeof rows[0]; i++)
                if (strcmp(type, rows[i].type) == 0)
                        return rows[i].add(steps, normalizer, err) < 0 ? hart_error_context(err, "normalizer")
                                                                       : HART_OK;
        if (nested || type == NULL || strcmp(type, "Sequence") != 0)
                return hart_fail(err, HART_CONFIG,
                                 "normalizer.type: is \"%.60s\"; only Precompiled, Strip, Replace and a Sequence of "
                                 "them are done here for a Unigram model",
                                 type != NULL ? type : "?");
        for (size_t i = 0; i < hart_json_count(list) && code == HART_OK; i++)
                code = add_normalizer(steps, hart_json_item(list, i), true, err);
        return code;
}

static hart_code read_metaspace(struct sentencepiece_options *options, const hart_json *splitter, hart_error *err)
{
        static const char name[] = "pre_tokenizer.";
        bool add;
        const char *scheme = NULL;
        hart_code code = tokenizer_json_must_be(splitter, name, "type", "Metaspace", err);

        if (code == HART_OK)
                code = tokenizer_json_must_be(splitter, name, "replacement", METASPACE, err);
        if (code == HART_OK)
                code = tokenizer_json_flag(splitter, name, "split", true, &options->split_marks, err);
        if (code == HART_OK)
                code = tokenizer_json_flag(splitter, name, "add_prefix_space", true, &add, err);
        if (code == HART_OK)
                code = tokenizer_json_text(splitter, name, "prepend_scheme", add ? "always" : "never", &scheme, err);
        if (code < 0)
                return code;
        options->prepend = strcmp(scheme, "always") == 0;
        if (options->prepend || strcmp(scheme, "never") == 0)
                return HART_OK;
        return hart_fail(err, HART_CONFIG,
                         "pre_tokenizer.prepend_scheme: is \"%.60s\"; only \"always\" and \"never\" are done here",
                         scheme);
}

/* A Metaspace, or a Sequence of WhitespaceSplit and Metaspace. */
static hart_code read_splitter(struct sentencepiece_options *options, const hart_json *splitter, hart_error *err)
{
        const char *type = hart_json_text(hart_json_member(splitter, "type"), NULL);
        const hart_json *list = hart_json_member(splitter, "pretokenizers");
        hart_code code;

        if (type == NULL || strcmp(type, "Sequence") != 0)
                return read_metaspace(options, splitter, err);
        if (hart_json_count(list) != 2)
                return hart_fail(err, HART_CONFIG,
                                 "pre_tokenizer.pretokenizers: only WhitespaceSplit and then Metaspace is done here");
        code = tokenizer_json_must_be(hart_json_item(list, 0), "pre_tokenizer.pretokenizers.", "type",
                                      "WhitespaceSplit", err);
        options->split_blanks = true;
        return code == HART_OK ? read_metaspace(options, hart_json_item(list, 1), err) : code;
}

hart_code sentencepiece_from_json(struct tokenizer_parts *parts, const hart_json *root, const char *vocab, size_t size,
                                  hart_error *err)
{
        HART_CLEANUP(gathered_done) struct gathered gathered = {0};
        const hart_json *normalizer = hart_json_member(root, "normalizer");
        hart_code code = HART_OK;

        if (normalizer != NULL && hart_json_kind_of(normalizer) != HART_JSON_NULL)
                code = add_normalizer(&gathered.options.steps, normalizer, false, err);
        if (code == HART_OK)
                code = read_splitter(&gathered.options, hart_json_member(root, "pre_tokenizer"), err);
        if (code == HART_OK)
                code = read_model(&gathered, hart_json_member(root, "model"), vocab, size, err);
        if (code < 0)
                return code;
        parts->count = gathered.options.pieces.count;
        code = tokenizer_json_added(hart_json_member(root, "added_tokens"), &gathered.options.pieces, &parts->count,
                                    &parts->written, &gathered.normalised, err);
        if (code == HART_OK)
                code = tokenizer_json_markers(hart_json_member(root, "post_processor"), parts->count, &parts->begin,
                                              &parts->end, err);
        if (code < 0)
                return code;
        return sentencepiece_open(&parts->sentencepiece, &gathered.options, &gathered.normalised, err);
}
