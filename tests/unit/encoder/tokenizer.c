/* Tokenizers that are nearly one: the message must say which key is at fault; and the ends of what a text may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hartonomous/memory.h>

#include "tokenizer.h"

#include "test_model.h"

/* Each is the smallest that is taken. */
static const char wordpiece[] =
        "{\"truncation\": {\"max_length\": 3}, \"padding\": null,"
        " \"normalizer\": {\"type\": \"BertNormalizer\", \"clean_text\": true, \"handle_chinese_chars\": true,"
        " \"strip_accents\": null, \"lowercase\": true}, \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"},"
        " \"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\": \"[CLS]\","
        " \"type_id\": 0}}, {\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}, {\"SpecialToken\": {\"id\": \"[SEP]\","
        " \"type_id\": 0}}], \"special_tokens\": {\"[CLS]\": {\"ids\": [2]}, \"[SEP]\": {\"ids\": [3]}}},"
        " \"added_tokens\": [{\"id\": 2, \"content\": \"[CLS]\", \"special\": true},"
        " {\"id\": 6, \"content\": \"<new>\", \"normalized\": false}],"
        " \"model\": {\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\", \"continuing_subword_prefix\": \"##\","
        " \"max_input_chars_per_word\": 100,"
        " \"vocab\": {\"[PAD]\": 0, \"[UNK]\": 1, \"[CLS]\": 2, \"[SEP]\": 3, \"a\": 4, \"##a\": 5}}}";
static const char unigram[] =
        "{\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Strip\", \"strip_left\": true,"
        " \"strip_right\": true}, {\"type\": \"Replace\", \"pattern\": {\"Regex\": \" {2,}\"}, \"content\": \" \"}]},"
        " \"pre_tokenizer\": {\"type\": \"Metaspace\", \"replacement\": \"\u2581\", \"prepend_scheme\": \"always\"},"
        " \"post_processor\": {\"type\": \"RobertaProcessing\", \"cls\": [\"<s>\", 2], \"sep\": [\"</s>\", 3]},"
        " \"added_tokens\": [{\"id\": 2, \"content\": \"<s>\", \"special\": true}],"
        " \"model\": {\"type\": \"Unigram\", \"unk_id\": 1, \"vocab\":"
        " [[\"<pad>\", 0], [\"<unk>\", 0], [\"<s>\", 0], [\"</s>\", 0], [\"\u2581a\", -1.5], [\"a\", -2]]}}";

struct row {
        const char *from, *to;
        const char *words; /* of the message */
};
static const struct row wordpiece_rows[] = {
        {"{\"truncation\"", "[\"truncation\"", "line 1"},
        {"\"WordPiece\"", "\"BPE\"", "model.type: is \"BPE\""},
        {"\"BertNormalizer\"", "\"NFKC\"", "normalizer.type: is \"NFKC\"; only \"BertNormalizer\""},
        {"\"lowercase\": true", "\"lowercase\": \"yes\"", "normalizer.lowercase: must be true or false"},
        {"\"strip_accents\": null", "\"strip_accents\": 0", "normalizer.strip_accents: must be true or false"},
        {"\"BertPreTokenizer\"", "\"Whitespace\"", "pre_tokenizer.type: is \"Whitespace\""},
        {"{\"type\": \"BertPreTokenizer\"}", "null", "pre_tokenizer.type: is missing"},
        {"\"[PAD]\": 0", "\"[PAD]\": 9", "not numbered from 0 without gaps"},
        {"\"[PAD]\": 0", "\"[PAD]\": -1", "\"[PAD]\" has no number"},
        {"\"[UNK]\": 1", "\"[unk]\": 1", "model.unk_token: \"[UNK]\" is not in model.vocab"},
        {"\"max_input_chars_per_word\": 100", "\"max_input_chars_per_word\": 0", "model.max_input_chars_per_word"},
        {"\"max_input_chars_per_word\": 100", "\"max_input_chars_per_word\": 5000", "model.max_input_chars_per_word"},
        {"\"vocab\": {", "\"words\": {", "model.vocab: must be an object"},
        {"\"id\": 2, \"content\"", "\"id\": 3, \"content\"", "\"[CLS]\" has id 3, but its place is that of id 2"},
        {"\"id\": 6, \"content\"", "\"id\": 7, \"content\"", "\"<new>\" has id 7, but its place is that of id 6"},
        {"\"content\": \"<new>\"", "\"content\": 5", "added_tokens: item 1"},
        {"\"content\": \"<new>\"", "\"content\": \"\"", "added_tokens: one is empty"},
        {"\"TemplateProcessing\"", "\"ByteLevel\"", "post_processor.type: is \"ByteLevel\""},
        {"\"ids\": [3]", "\"ids\": [3, 4]", "one token of the vocabulary on each side"},
        {"\"ids\": [3]", "\"ids\": [7]", "one token of the vocabulary on each side"},
        {"{\"id\": \"A\", \"type_id\": 0}", "{\"id\": \"A\", \"type_id\": 1}", "of type 0"},
};
static const struct row unigram_rows[] = {
        {"\"strip_left\": true", "\"strip_left\": 1", "strip_left: must be true or false"},
        {"\"Replace\"", "\"Lowercase\"", "normalizer.type: is \"Lowercase\""},
        {" {2,}", "  +", "normalizer: pattern.Regex: is \"  +\""},
        {"\"content\": \" \"", "\"content\": \"_\"", "content: is \"_\""},
        {"{\"type\": \"Strip\"", "{\"type\": \"Precompiled\"", "precompiled_charsmap: must be a text in base64"},
        {"{\"type\": \"Strip\"", "{\"precompiled_charsmap\": \"AAAA\", \"type\": \"Precompiled\"", "is cut off"},
        {"{\"type\": \"Strip\"", "{\"precompiled_charsmap\": \"BAAAAAAAAABh\", \"type\": \"Precompiled\"",
         "each with a NUL"},
        {"\"Metaspace\"", "\"ByteLevel\"", "pre_tokenizer.type: is \"ByteLevel\""},
        {"\"\u2581\"", "\"_\"", "pre_tokenizer.replacement: is \"_\""},
        {"\"always\"", "\"first\"", "pre_tokenizer.prepend_scheme: is \"first\""},
        {"\"unk_id\": 1", "\"unk_id\": 6", "model.unk_id"},
        {"\"unk_id\": 1", "\"unk_id\": null", "model.unk_id"},
        {"\"unk_id\": 1", "\"unk_id\": 1, \"byte_fallback\": true", "model.byte_fallback: is true"},
        {"[\"a\", -2]", "[\"a\"]", "model.vocab: item 5"},
        {"[\"a\", -2]", "[\"a\", \"b\"]", "model.vocab: item 5"},
        {"[\"a\", -2]", "[\"a\", -2],", "model.vocab: ends with a comma"},
        {"[\"a\", -2]]", "[\"a\", -2", "line 1"},
        {"\"vocab\": [", "\"vocab\": {\"a\": 1}, \"more\": [", "model.vocab: must be an array"},
};

static struct tokenizer *open_text(const char *text, hart_error *err)
{
        struct tokenizer *tokenizer = NULL;

        (void)tokenizer_from_json(&tokenizer, text, strlen(text), err);
        return tokenizer;
}

static void refuse(const char *whole, const struct row *row)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        const char *at = strstr(whole, row->from);
        hart_error err = {0};

        assert_non_null(at);
        hart_buffer_append(&text, whole, (size_t)(at - whole));
        hart_buffer_text(&text, row->to);
        hart_buffer_text(&text, at + strlen(row->from));
        if (open_text((const char *)text.data, &err) != NULL)
                fail_msg("%s in the place of %s is taken", row->to, row->from);
        assert_int_equal(err.code, HART_CONFIG);
        if (strstr(err.text, row->words) == NULL)
                fail_msg("\"%s\" lacks \"%s\"", err.text, row->words);
}

static void says_what_is_wrong(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof wordpiece_rows / sizeof wordpiece_rows[0]; i++)
                refuse(wordpiece, &wordpiece_rows[i]);
        for (size_t i = 0; i < sizeof unigram_rows / sizeof unigram_rows[0]; i++)
                refuse(unigram, &unigram_rows[i]);
}

struct text {
        const char *text;
        size_t size; /* 0: up to its NUL */
        int32_t ids[8];
        size_t count, limit;
};
#define HUNDRED "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
static const struct text wordpiece_texts[] = {
        {"", 0, {2, 3}, 2, 8},
        {" \t\n\xe3\x80\x80", 0, {2, 3}, 2, 8},
        {"\0", 1, {2, 3}, 2, 8},
        {"\xff\xc3\xe4\xb8", 0, {2, 3}, 2, 8},
        {"a\xff"
         "a",
         0,
         {2, 4, 5, 3},
         4,
         8},
        {"<n\xff"
         "ew>",
         0,
         {2, 6, 3},
         3,
         8},
        {"[CLS][CLS] <new>", 0, {2, 2, 2, 6, 3}, 5, 8},
        {"[CLS][CLS] <new>", 0, {2, 3}, 2, 2},
        {"aaa", 0, {2, 3}, 2, 2},
        {"aaa", 0, {2, 4, 3}, 3, 3},
        {"\xc3\x84 b", 0, {2, 4, 1, 3}, 4, 8},
        {"aab a", 0, {2, 1, 4, 3}, 4, 8},
        {"aaaaaaab", 0, {2, 1, 3}, 3, 4}, /* unknown, though only its beginning has room */
        {HUNDRED, 0, {2, 4, 5, 3}, 4, 4},
        {HUNDRED "a", 0, {2, 1, 3}, 3, 8},
        {HUNDRED "\xff", 0, {2, 4, 5, 3}, 4, 4},
};
static const struct text unigram_texts[] = {
        {"", 0, {2, 3}, 2, 8},
        {" \t ", 0, {2, 3}, 2, 8},
        {"\xff", 0, {2, 3}, 2, 8},
        {"a", 0, {2, 4, 3}, 3, 8},
        {" a  a ", 0, {2, 4, 4, 3}, 4, 8},
        {"aaa", 0, {2, 4, 5, 5, 3}, 5, 8},
        {"aaa", 0, {2, 3}, 2, 2},
        {"aaa", 0, {2, 4, 3}, 3, 3},
        {"abca", 0, {2, 4, 1, 5, 3}, 5, 8},
        {"<s>a<s>", 0, {2, 2, 4, 2, 3}, 5, 8},
        {"\0", 1, {2, 1, 3}, 3, 8},
};

static void compare(const char *whole, const struct text *texts, size_t count)
{
        hart_error err = {0};
        HART_CLEANUP(tokenizer_close_p) struct tokenizer *tokenizer = open_text(whole, &err);

        if (tokenizer == NULL)
                fail_msg("%s", err.text);
        for (size_t i = 0; i < count; i++) {
                const struct text *row = &texts[i];
                const size_t size = row->size > 0 ? row->size : strlen(row->text);
                int32_t ids[16];
                ids[row->limit] = -7;
                if (tokenizer_encode(tokenizer, row->text, size, ids, row->limit) != row->count ||
                    memcmp(ids, row->ids, row->count * sizeof *ids) != 0)
                        fail_msg("row %zu (\"%s\") has other tokens", i, row->text);
                assert_int_equal(ids[row->limit], -7);
        }
}

static void keeps_to_the_ends(void **state)
{
        (void)state;
        compare(wordpiece, wordpiece_texts, sizeof wordpiece_texts / sizeof wordpiece_texts[0]);
        compare(unigram, unigram_texts, sizeof unigram_texts / sizeof unigram_texts[0]);
}

static void fits_models_that_know_all_its_tokens(void **state)
{
        HART_CLEANUP(tokenizer_close_p) struct tokenizer *tokenizer = open_text(wordpiece, NULL);
        hart_error err = {0};
        (void)state;

        assert_int_equal(tokenizer_count(tokenizer), 7);
        assert_int_equal(tokenizer_fits(tokenizer, 7, &err), HART_OK);
        assert_int_equal(tokenizer_fits(tokenizer, 64, &err), HART_OK);
        assert_int_equal(tokenizer_fits(tokenizer, 6, &err), HART_CONFIG);
        assert_string_equal(err.text, "tokenizer.json: has 7 tokens, config.json says 6; is it of another model?");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(says_what_is_wrong),
                cmocka_unit_test(keeps_to_the_ends),
                cmocka_unit_test(fits_models_that_know_all_its_tokens),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
