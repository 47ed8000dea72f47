#include "wordpiece.h"

#include <string.h>

#include <hartonomous/memory.h>

#include "unicode_table.h"

struct wordpiece {
        struct vocabulary vocabulary;
        struct wordpiece_text text;
        struct added_tokens normalised; /* their texts are, too */
        size_t characters;
        int32_t unknown;
        uint32_t continuation; /* the node of what a piece within a word begins with */
};

/* One text on its way. */
struct words {
        const struct wordpiece *wordpiece;
        struct token_run *run;
        size_t size;       /* bytes in `word` */
        size_t characters; /* of the word, also those over the limit, which are not kept */
        size_t barrier;    /* marks stay behind it */
        unsigned char word[WORDPIECE_CHARACTERS * 4 + 4];
};

static void normalise(const struct wordpiece_text *rules, const char *text, size_t size, hart_buffer *out);

/* What a token becomes that is looked for in the normalised text. */
static hart_code normalise_added(struct wordpiece *wordpiece, const struct added_tokens *written, hart_error *err)
{
        hart_code code = HART_OK;

        for (size_t i = 0; i < written->count && code == HART_OK; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
                struct added_token token = written->tokens[i];
                normalise(&wordpiece->text, token.text, token.size, &text);
                token.text = (char *)text.data;
                token.size = text.size;
                code = added_tokens_add(&wordpiece->normalised, &token, err);
        }
        return code;
}

hart_code wordpiece_open(struct wordpiece **ret, const struct wordpiece_options *options, struct vocabulary *vocabulary,
                         struct added_tokens *normalised, hart_error *err)
{
        HART_CLEANUP(wordpiece_close_p) struct wordpiece *wordpiece = hart_allocate(sizeof *wordpiece);
        hart_code code;

        wordpiece->vocabulary = *vocabulary;
        *vocabulary = (struct vocabulary){0};
        wordpiece->characters = options->characters;
        wordpiece->unknown = options->unknown;
        wordpiece->continuation =
                vocabulary_walk(&wordpiece->vocabulary, options->continuation, strlen(options->continuation));
        wordpiece_text_begin(&wordpiece->text, &options->flags);
        code = normalise_added(wordpiece, normalised, err);
        added_tokens_done(normalised);
        if (code < 0)
                return code;
        *ret = HART_TAKE(wordpiece);
        return HART_OK;
}

void wordpiece_close(struct wordpiece *wordpiece)
{
        if (wordpiece == NULL)
                return;
        vocabulary_done(&wordpiece->vocabulary);
        wordpiece_text_done(&wordpiece->text);
        added_tokens_done(&wordpiece->normalised);
        free(wordpiece);
}

void wordpiece_close_p(struct wordpiece **wordpiece)
{
        wordpiece_close(*wordpiece);
}

/* Bytes of the longest piece at the start of a text, 0 where none fits. */
static size_t longest_piece(const struct vocabulary *vocabulary, uint32_t node, const unsigned char *text, size_t size,
                            int32_t *id)
{
        size_t longest = 0;

        for (size_t i = 0; i < size && node != VOCABULARY_DEAD; i++) {
                node = vocabulary_step(vocabulary, node, text[i]);
                if (node != VOCABULARY_DEAD && vocabulary->tokens[node] != VOCABULARY_NONE) {
                        longest = i + 1;
                        *id = vocabulary->tokens[node];
                }
        }
        return longest;
}

/* The pieces go straight to the run, and are taken back where some part has none. */
static void split_word(const struct words *words)
{
        const struct wordpiece *wordpiece = words->wordpiece;
        const size_t before = words->run->count;
        uint32_t node = VOCABULARY_ROOT;
        int32_t id = 0;

        for (size_t start = 0, length; start < words->size; start += length) {
                length = longest_piece(&wordpiece->vocabulary, node, words->word + start, words->size - start, &id);
                if (length == 0) {
                        words->run->count = before;
                        token_run_put(words->run, wordpiece->unknown);
                        return;
                }
                token_run_put(words->run, id);
                node = wordpiece->continuation;
        }
}

static void end_word(struct words *words)
{
        if (words->characters == 0)
                return;
        if (words->characters > words->wordpiece->characters)
                token_run_put(words->run, words->wordpiece->unknown);
        else
                split_word(words);
        words->size = words->characters = words->barrier = 0;
}

static void add_character(struct words *words, uint32_t code_point)
{
        if (++words->characters <= words->wordpiece->characters)
                words->size += unicode_write(words->word + words->size, code_point);
}

static void add_word(struct words *words, uint32_t code_point)
{
        end_word(words);
        add_character(words, code_point);
        end_word(words);
}

static void add_item(struct words *words, uint32_t item)
{
        const uint32_t code_point = item & TEXT_CODE_POINT;

        switch ((enum text_kind)TEXT_KIND(item)) {
        case TEXT_KEEP:
                add_character(words, code_point);
                break;
        case TEXT_WORD:
        case TEXT_ALONE:
                add_word(words, code_point);
                break;
        case TEXT_BLANK:
                end_word(words);
                break;
        case TEXT_MARK:
                add_character(words, code_point);
                wordpiece_text_order(words->word, words->size, words->barrier);
                break;
        case TEXT_BARRIER:
                words->barrier = words->size;
                break;
        }
}

/* Takes bytes of ASCII that are a word's as they are; returns how many. */
static size_t take_plain(struct words *words, const unsigned char *text, size_t size)
{
        const unsigned char *plain = words->wordpiece->text.plain;
        const size_t room =
                words->wordpiece->characters > words->characters ? words->wordpiece->characters - words->characters : 0;
        const size_t most = size < room ? size : room;
        unsigned char *to = words->word + words->size;
        size_t taken = 0;

        while (taken < most && plain[text[taken]] != 0) {
                to[taken] = plain[text[taken]];
                taken++;
        }
        words->size += taken;
        words->characters += taken;
        return taken;
}

/* Splits a text into words while it is normalised. */
static void encode_written(const struct wordpiece *wordpiece, const char *text, size_t size, struct token_run *run)
{
        const unsigned char *bytes = (const unsigned char *)text;
        struct words words;

        words.wordpiece = wordpiece;
        words.run = run;
        words.size = words.characters = words.barrier = 0;
        for (size_t i = take_plain(&words, bytes, size), length; i < size && run->count < run->limit; i += length) {
                uint32_t items[TEXT_ITEMS], code_point;
                length = unicode_read(bytes + i, &code_point);
                if (code_point == ' ') {
                        end_word(&words);
                } else {
                        const size_t count = wordpiece_text_items(&wordpiece->text, code_point, items);
                        for (size_t k = 0; k < count; k++)
                                add_item(&words, items[k]);
                }
                length += take_plain(&words, bytes + i + length, size - i - length);
        }
        end_word(&words);
}

static void append(hart_buffer *out, uint32_t code_point)
{
        out->size += unicode_write(hart_buffer_reserve(out, 4), code_point);
}

/* The text that comes out of the normaliser, as it is. */
static void normalise(const struct wordpiece_text *rules, const char *text, size_t size, hart_buffer *out)
{
        size_t barrier = 0;

        for (size_t i = 0; i < size;) {
                uint32_t items[TEXT_ITEMS], code_point;
                size_t count;
                i += unicode_read((const unsigned char *)text + i, &code_point);
                count = wordpiece_text_items(rules, code_point, items);
                for (size_t k = 0; k < count; k++) {
                        const enum text_kind kind = (enum text_kind)TEXT_KIND(items[k]);
                        if (kind == TEXT_BARRIER) {
                                barrier = out->size;
                                continue;
                        }
                        if (kind == TEXT_ALONE)
                                append(out, ' ');
                        append(out, items[k] & TEXT_CODE_POINT);
                        if (kind == TEXT_MARK)
                                wordpiece_text_order(out->data, out->size, barrier);
                        if (kind == TEXT_ALONE)
                                append(out, ' ');
                }
        }
        hart_buffer_byte(out, 0);
        out->size--;
}

/* Splits a normalised text into words. */
static void encode_plain(const struct wordpiece *wordpiece, const char *text, size_t size, struct token_run *run)
{
        struct words words;

        words.wordpiece = wordpiece;
        words.run = run;
        words.size = words.characters = words.barrier = 0;
        for (size_t i = 0, length; i < size && run->count < run->limit; i += length) {
                uint32_t code_point;
                unsigned flags;
                length = unicode_read((const unsigned char *)text + i, &code_point);
                flags = unicode_row_of(code_point)->flags;
                if ((flags & UNICODE_BLANK) != 0)
                        end_word(&words);
                else if ((flags & UNICODE_PUNCTUATION) != 0)
                        add_word(&words, code_point);
                else
                        add_character(&words, code_point);
        }
        end_word(&words);
}

void wordpiece_encode(const struct wordpiece *wordpiece, const char *text, size_t size, struct token_run *run)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer normal = {0};
        struct added_search search = {0};
        bool found;

        if (wordpiece->normalised.count == 0) {
                encode_written(wordpiece, text, size, run);
                return;
        }
        normalise(&wordpiece->text, text, size, &normal);
        search.text = (const char *)normal.data;
        search.size = normal.size;
        do {
                const size_t from = search.done;
                found = added_tokens_next(&wordpiece->normalised, &search);
                encode_plain(wordpiece, search.text + from, search.start - from, run);
                if (found)
                        token_run_put(run, search.id);
        } while (found && run->count < run->limit);
}
