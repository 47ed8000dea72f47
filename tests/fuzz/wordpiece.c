/* Any bytes as a text, under each combination of flags: tokens of the vocabulary between [CLS] and [SEP], never more
 * than the limit; a smaller limit gives a beginning of the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/json.h>

#include "tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TOKENIZERS 16

/* A tokenizer.json whose flags are the bits of a number. */
static const char format[] =
        "{\"normalizer\": {\"type\": \"BertNormalizer\", \"clean_text\": %s, \"handle_chinese_chars\": %s,"
        " \"strip_accents\": %s, \"lowercase\": %s}, \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"},"
        " \"post_processor\": {\"type\": \"BertProcessing\", \"cls\": [\"[CLS]\", 2], \"sep\": [\"[SEP]\", 3]},"
        " \"added_tokens\": [{\"id\": 3, \"content\": \"[SEP]\", \"normalized\": false, \"lstrip\": true},"
        " {\"id\": 4, \"content\": \"<M>\", \"normalized\": %s, \"rstrip\": true, \"single_word\": true}],"
        " \"model\": {\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\", \"max_input_chars_per_word\": 20,"
        " \"vocab\": {\"[PAD]\": 0, \"[UNK]\": 1, \"[CLS]\": 2, \"[SEP]\": 3, \"<M>\": 4, \"a\": 5, \"##a\": 6,"
        " \"##bc\": 7, \"hello\": 8, \".\": 9, \"<\": 10, \"\\u1112\": 11, \"##\\u1161\": 12, \"\\u4e2d\": 13,"
        " \"\\u0327\": 14, \"##\\u302e\": 15, \"##\\u1b44\": 16}}}";

static struct tokenizer *make(unsigned flags)
{
        static const char *const words[] = {"false", "true"};
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        struct tokenizer *tokenizer = NULL;

        hart_buffer_format(&text, format, words[flags & 1], words[flags >> 1 & 1], words[flags >> 2 & 1],
                           words[flags >> 3 & 1], words[flags & 1]);
        if (tokenizer_from_json(&tokenizer, text.data, text.size, NULL) != HART_OK)
                abort();
        return tokenizer;
}

static void check(const struct tokenizer *tokenizer, const char *text, size_t size)
{
        int32_t all[512], some[512];
        const size_t count = tokenizer_encode(tokenizer, text, size, all, 512);
        const size_t limit = 2 + size % 17;
        const size_t few = tokenizer_encode(tokenizer, text, size, some, limit);

        if (count < 2 || count > 512 || all[0] != 2 || all[count - 1] != 3)
                abort();
        for (size_t i = 0; i < count; i++)
                if (all[i] < 0 || (size_t)all[i] >= tokenizer_count(tokenizer))
                        abort();
        if (few != (count < limit ? count : limit) || memcmp(all, some, (few - 1) * sizeof *all) != 0)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct tokenizer *tokenizers[TOKENIZERS];

        for (unsigned i = 0; i < TOKENIZERS; i++) {
                if (tokenizers[i] == NULL)
                        tokenizers[i] = make(i);
                check(tokenizers[i], (const char *)data, size);
        }
        return 0;
}
