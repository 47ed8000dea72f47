#include "tokenizer.h"

#include <string.h>
#include <unistd.h>

#include <hartonomous/json.h>
#include <hartonomous/memory.h>
#include <hartonomous/utf8.h>

#include "mapping.h"
#include "sentencepiece.h"
#include "sentencepiece_files.h"
#include "tokenizer_json.h"
#include "tokenizer_parts.h"
#include "wordpiece.h"
#include "wordpiece_files.h"

struct tokenizer {
        struct tokenizer_parts parts;
        char *file;
};

static hart_code read_json(struct tokenizer_parts *parts, const void *text, size_t size, hart_error *err)
{
        HART_CLEANUP(hart_json_close_p) hart_json *root = NULL;
        const char *vocab, *type;
        size_t vocab_size;
        hart_code code = tokenizer_json_parse(text, size, &root, &vocab, &vocab_size, err);

        if (code < 0)
                return code;
        type = hart_json_text(hart_json_member(hart_json_member(root, "model"), "type"), NULL);
        if (type != NULL && strcmp(type, "WordPiece") == 0)
                return wordpiece_from_json(parts, root, err);
        if (type != NULL && strcmp(type, "Unigram") == 0)
                return sentencepiece_from_json(parts, root, vocab, vocab_size, err);
        return hart_fail(err, HART_CONFIG, "model.type: is \"%.60s\"; only \"WordPiece\" and \"Unigram\" are done here",
                         type != NULL ? type : "?");
}

static hart_code from_data(struct tokenizer **ret, const char *name,
                           hart_code (*read)(struct tokenizer_parts *parts, const void *data, size_t size,
                                             hart_error *err),
                           const void *data, size_t size, hart_error *err)
{
        HART_CLEANUP(tokenizer_close_p) struct tokenizer *tokenizer = hart_allocate(sizeof *tokenizer);
        hart_code code = read(&tokenizer->parts, data, size, err);

        if (code < 0)
                return code;
        tokenizer->file = hart_duplicate(name);
        *ret = HART_TAKE(tokenizer);
        return HART_OK;
}

hart_code tokenizer_from_json(struct tokenizer **ret, const void *text, size_t size, hart_error *err)
{
        return from_data(ret, "tokenizer.json", read_json, text, size, err);
}

hart_code tokenizer_from_model(struct tokenizer **ret, const void *data, size_t size, hart_error *err)
{
        return from_data(ret, "sentencepiece.bpe.model", sentencepiece_from_model, data, size, err);
}

static hart_code open_json(struct tokenizer_parts *parts, const char *path, hart_error *err)
{
        HART_CLEANUP(mapping_done) struct mapping file = {0};
        hart_code code = mapping_open(&file, path, err);

        if (code < 0)
                return code;
        code = read_json(parts, file.data != NULL ? (const void *)file.data : "", file.size, err);
        return code < 0 ? hart_error_context(err, "%s", path) : HART_OK;
}

static hart_code open_model(struct tokenizer_parts *parts, const char *folder, const char *path, hart_error *err)
{
        return sentencepiece_from_folder(parts, folder, path, err);
}

static hart_code open_list(struct tokenizer_parts *parts, const char *folder, const char *path, hart_error *err)
{
        (void)path;
        return wordpiece_from_folder(parts, folder, err);
}

static hart_code open_whole(struct tokenizer_parts *parts, const char *folder, const char *path, hart_error *err)
{
        (void)folder;
        return open_json(parts, path, err);
}

/* The first that is there is read; the last one is missed where none is. */
static const struct {
        const char *name;
        hart_code (*open)(struct tokenizer_parts *parts, const char *folder, const char *path, hart_error *err);
} files[] = {
        {"tokenizer.json", open_whole},
        {"sentencepiece.bpe.model", open_model},
        {"spiece.model", open_model},
        {"vocab.txt", open_list},
};
#define FILES (sizeof files / sizeof files[0])

hart_code tokenizer_open(struct tokenizer **ret, const char *folder, hart_error *err)
{
        HART_CLEANUP(tokenizer_close_p) struct tokenizer *tokenizer = hart_allocate(sizeof *tokenizer);
        hart_code code;

        for (size_t i = 0;; i++) {
                tokenizer->file = hart_format("%s/%s", folder, files[i].name);
                if (i + 1 == FILES || access(tokenizer->file, F_OK) == 0) {
                        code = files[i].open(&tokenizer->parts, folder, tokenizer->file, err);
                        break;
                }
                free(tokenizer->file);
                tokenizer->file = NULL;
        }
        if (code < 0)
                return code;
        *ret = HART_TAKE(tokenizer);
        return HART_OK;
}

void tokenizer_close(struct tokenizer *tokenizer)
{
        if (tokenizer == NULL)
                return;
        wordpiece_close(tokenizer->parts.wordpiece);
        sentencepiece_close(tokenizer->parts.sentencepiece);
        added_tokens_done(&tokenizer->parts.written);
        free(tokenizer->file);
        free(tokenizer);
}

void tokenizer_close_p(struct tokenizer **tokenizer)
{
        tokenizer_close(*tokenizer);
}

size_t tokenizer_count(const struct tokenizer *tokenizer)
{
        return tokenizer->parts.count;
}

const char *tokenizer_file(const struct tokenizer *tokenizer)
{
        return tokenizer->file;
}

hart_code tokenizer_fits(const struct tokenizer *tokenizer, size_t model_tokens, hart_error *err)
{
        const size_t count = tokenizer->parts.count;

        if (count == model_tokens || (count < model_tokens && !tokenizer->parts.is_list))
                return HART_OK;
        return hart_fail(err, HART_CONFIG, "%s: has %zu tokens, config.json says %zu; %s", tokenizer->file, count,
                         model_tokens, count < model_tokens ? "is it cut off?" : "is it of another model?");
}

static void encode_part(const struct tokenizer_parts *parts, const char *text, size_t size, struct token_run *run)
{
        if (size > 0 && parts->wordpiece != NULL)
                wordpiece_encode(parts->wordpiece, text, size, run);
        else if (size > 0)
                sentencepiece_encode(parts->sentencepiece, text, size, run);
}

/* All tokens of valid UTF-8, without markers. */
static void encode_text(const struct tokenizer_parts *parts, const char *text, size_t size, struct token_run *run)
{
        struct added_search search = {.text = text, .size = size};
        bool found;

        if (size == 0)
                return;
        do {
                const size_t from = search.done;
                found = added_tokens_next(&parts->written, &search);
                encode_part(parts, text + from, search.start - from, run);
                if (found)
                        token_run_put(run, search.id);
        } while (found && run->count < run->limit);
}

static void copy_valid(const char *text, size_t size, hart_buffer *out)
{
        size_t length;

        for (size_t i = 0; i<size; i += length> 0 ? length : 1) {
                length = hart_utf8_length((const unsigned char *)text + i, size - i, NULL);
                hart_buffer_append(out, text + i, length);
        }
}

size_t tokenizer_encode(const struct tokenizer *tokenizer, const char *text, size_t size, int32_t *ids, size_t limit)
{
        struct token_run run = {.ids = ids, .limit = limit - 1};

        token_run_put(&run, tokenizer->parts.begin);
        if (hart_utf8_valid(text, size)) {
                encode_text(&tokenizer->parts, text, size, &run);
        } else {
                HART_CLEANUP(hart_buffer_done) hart_buffer valid = {0};
                copy_valid(text, size, &valid);
                encode_text(&tokenizer->parts, (const char *)valid.data, valid.size, &run);
        }
        run.limit = limit;
        token_run_put(&run, tokenizer->parts.end);
        return run.count;
}
