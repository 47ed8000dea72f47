#include "sentencepiece.h"

#include <math.h>
#include <string.h>

#include <hartonomous/memory.h>

#include "unicode_table.h"

#define PIECES_LIMIT    (1u << 22)
#define UNKNOWN_PENALTY 10.0 /* below the lowest score */

struct sentencepiece {
        struct sentencepiece_options options;
        struct added_tokens normalised;
        double unknown_score;
};

/* The best way to the end of a byte of a word. */
struct way {
        double score;
        int32_t piece; /* its last; -1 where there is no way yet */
        uint32_t start;
};

/* One text on its way. */
struct words {
        const struct sentencepiece *sentencepiece;
        struct token_run *run;
        hart_buffer word; /* with its marks */
        struct way *ways;
        int32_t *pieces; /* of a word, backwards */
        size_t room;
};

hart_code sentencepiece_options_add(struct sentencepiece_options *options, const char *piece, size_t size, double score,
                                    hart_error *err)
{
        struct vocabulary *pieces = &options->pieces;

        if (options->scores == NULL)
                vocabulary_begin(pieces);
        if (pieces->count == PIECES_LIMIT)
                return hart_fail(err, HART_CONFIG, "has more than %u pieces", PIECES_LIMIT);
        if (!isfinite(score))
                return hart_fail(err, HART_CONFIG, "piece %zu has a score that is no number", pieces->count);
        if (pieces->count == options->room) {
                options->room = options->room * 2 + 4096;
                options->scores = hart_reallocate_array(options->scores, options->room, sizeof *options->scores);
        }
        options->scores[pieces->count] = score;
        return vocabulary_add(pieces, piece, size, (int32_t)pieces->count, err);
}

void sentencepiece_options_done(struct sentencepiece_options *options)
{
        vocabulary_done(&options->pieces);
        charsmap_done(&options->steps.map);
        free(options->scores);
        *options = (struct sentencepiece_options){0};
}

static hart_code normalise_added(struct sentencepiece *sentencepiece, const struct added_tokens *written,
                                 hart_error *err)
{
        hart_code code = HART_OK;

        for (size_t i = 0; i < written->count && code == HART_OK; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
                struct added_token token = written->tokens[i];
                text_steps_run(&sentencepiece->options.steps, token.text, token.size, &text);
                token.text = (char *)text.data;
                token.size = text.size;
                code = added_tokens_add(&sentencepiece->normalised, &token, err);
        }
        return code;
}

hart_code sentencepiece_open(struct sentencepiece **ret, struct sentencepiece_options *options,
                             struct added_tokens *normalised, hart_error *err)
{
        HART_CLEANUP(sentencepiece_close_p) struct sentencepiece *sentencepiece = hart_allocate(sizeof *sentencepiece);
        double least = options->scores[0];
        hart_code code;

        for (size_t i = 1; i < options->pieces.count; i++)
                if (options->scores[i] < least)
                        least = options->scores[i];
        sentencepiece->unknown_score = least - UNKNOWN_PENALTY;
        sentencepiece->options = *options;
        *options = (struct sentencepiece_options){0};
        code = normalise_added(sentencepiece, normalised, err);
        added_tokens_done(normalised);
        if (code < 0)
                return code;
        *ret = HART_TAKE(sentencepiece);
        return HART_OK;
}

void sentencepiece_close(struct sentencepiece *sentencepiece)
{
        if (sentencepiece == NULL)
                return;
        sentencepiece_options_done(&sentencepiece->options);
        added_tokens_done(&sentencepiece->normalised);
        free(sentencepiece);
}

void sentencepiece_close_p(struct sentencepiece **sentencepiece)
{
        sentencepiece_close(*sentencepiece);
}

static void offer(struct way *way, double score, int32_t piece, size_t start)
{
        if (way->piece < 0 || score > way->score)
                *way = (struct way){score, piece, (uint32_t)start};
}

/* The ways on from a place in the word: each piece that begins there, and where none is its first character alone, the
 * unknown one. */
static void go_on(const struct sentencepiece *sentencepiece, const unsigned char *word, size_t size, size_t start,
                  struct way *ways)
{
        const struct sentencepiece_options *options = &sentencepiece->options;
        const double so_far = ways[start].score;
        uint32_t node = VOCABULARY_ROOT, ignored;
        const size_t first = unicode_read(word + start, &ignored);
        bool alone = false;

        for (size_t end = start; end < size;) {
                node = vocabulary_step(&options->pieces, node, word[end++]);
                if (node == VOCABULARY_DEAD)
                        break;
                if (options->pieces.tokens[node] != VOCABULARY_NONE) {
                        const int32_t piece = options->pieces.tokens[node];
                        offer(&ways[end], options->scores[piece] + so_far, piece, start);
                        alone = alone || end - start == first;
                }
        }
        if (!alone)
                offer(&ways[start + first], sentencepiece->unknown_score + so_far, options->unknown, start);
}

static void make_room(struct words *words, size_t size)
{
        if (size < words->room)
                return;
        words->room = size * 2 + 256;
        words->ways = hart_reallocate_array(words->ways, words->room, sizeof *words->ways);
        words->pieces = hart_reallocate_array(words->pieces, words->room, sizeof *words->pieces);
}

/* The tokens of one word; unknown ones in a row are one. */
static void put_word(struct words *words, const unsigned char *word, size_t size)
{
        const int32_t unknown = words->sentencepiece->options.unknown;
        uint32_t ignored;
        size_t count = 0;

        make_room(words, size);
        words->ways[0] = (struct way){.score = 0};
        for (size_t i = 1; i <= size; i++)
                words->ways[i].piece = -1;
        for (size_t start = 0; start < size; start += unicode_read(word + start, &ignored))
                go_on(words->sentencepiece, word, size, start, words->ways);
        for (size_t end = size; end > 0; end = words->ways[end].start) {
                const int32_t piece = words->ways[end].piece;
                if (piece != unknown || count == 0 || words->pieces[count - 1] != unknown)
                        words->pieces[count++] = piece;
        }
        while (count > 0)
                token_run_put(words->run, words->pieces[--count]);
}

/* A word and the mark before it, or many where they are cut at the marks. */
static void put_marked(struct words *words)
{
        const unsigned char *word = words->word.data;
        const size_t size = words->word.size, mark = strlen(METASPACE);
        size_t start = 0;

        for (size_t i = 1; words->sentencepiece->options.split_marks && i + mark <= size; i++) {
                if (word[i] != (unsigned char)METASPACE[0] || memcmp(word + i, METASPACE, mark) != 0)
                        continue;
                put_word(words, word + start, i - start);
                start = i;
                if (words->run->count == words->run->limit)
                        return;
        }
        put_word(words, word + start, size - start);
}

/* Blanks become marks, and the first mark is put before. */
static void put_text(struct words *words, const char *text, size_t size)
{
        const size_t mark = strlen(METASPACE);
        const bool marked = size > 0 && (text[0] == ' ' || (size >= mark && memcmp(text, METASPACE, mark) == 0));

        if (size == 0)
                return;
        hart_buffer_clear(&words->word);
        if (words->sentencepiece->options.prepend && !marked)
                hart_buffer_text(&words->word, METASPACE);
        for (size_t i = 0; i < size; i++) {
                if (text[i] == ' ')
                        hart_buffer_text(&words->word, METASPACE);
                else
                        hart_buffer_byte(&words->word, (unsigned char)text[i]);
        }
        put_marked(words);
}

static void put_part(struct words *words, const char *text, size_t size)
{
        size_t start = 0;

        if (!words->sentencepiece->options.split_blanks) {
                put_text(words, text, size);
                return;
        }
        for (size_t i = 0, length; i < size && words->run->count < words->run->limit; i += length) {
                uint32_t code_point;
                length = unicode_read((const unsigned char *)text + i, &code_point);
                if ((unicode_row_of(code_point)->flags & UNICODE_BLANK) == 0)
                        continue;
                put_text(words, text + start, i - start);
                start = i + length;
        }
        put_text(words, text + start, size - start);
}

static void words_done(struct words *words)
{
        hart_buffer_done(&words->word);
        free(words->ways);
        free(words->pieces);
}

void sentencepiece_encode(const struct sentencepiece *sentencepiece, const char *text, size_t size,
                          struct token_run *run)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer normal = {0};
        HART_CLEANUP(words_done) struct words words = {.sentencepiece = sentencepiece, .run = run};
        struct added_search search = {0};
        bool found;

        text_steps_run(&sentencepiece->options.steps, text, size, &normal);
        search.text = (const char *)normal.data;
        search.size = normal.size;
        do {
                const size_t from = search.done;
                found = added_tokens_next(&sentencepiece->normalised, &search);
                put_part(&words, search.text + from, search.start - from);
                if (found)
                        token_run_put(run, search.id);
        } while (found && run->count < run->limit);
}
