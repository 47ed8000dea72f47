#include "wordpiece.h"

#include <string.h>

#include <hartonomous/memory.h>
#include <hartonomous/utf8.h>

#include "unicode_table.h"
#include "vocabulary.h"

#define WORD_CHARACTERS 100 /* a longer word is [UNK] */
#define WORD_BYTES      (WORD_CHARACTERS * 4)

/* Written out in a text, these are found before anything else and stand for themselves. */
enum special { PAD, UNKNOWN, CLASSIFY, SEPARATE, MASK, SPECIALS };
static const char *const special_texts[SPECIALS] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};

struct wordpiece {
        struct vocabulary vocabulary;
        uint32_t continuation; /* node of "##" */
        int32_t special[SPECIALS];
};

/* One text on its way. */
struct run {
        const struct wordpiece *wordpiece;
        int32_t *ids;
        size_t count, limit;
        unsigned char word[WORD_BYTES];
        size_t size;       /* bytes in word */
        size_t characters; /* of the word, also those over WORD_CHARACTERS, which are not kept */
};

hart_code wordpiece_open(struct wordpiece **ret, const void *vocabulary, size_t size, hart_error *err)
{
        HART_CLEANUP(wordpiece_close_p) struct wordpiece *wordpiece = hart_allocate(sizeof *wordpiece);
        hart_code code = vocabulary_read(&wordpiece->vocabulary, vocabulary, size, err);

        if (code < 0)
                return code;
        for (size_t i = 0; i < SPECIALS; i++) {
                wordpiece->special[i] = vocabulary_find(&wordpiece->vocabulary, special_texts[i]);
                if (wordpiece->special[i] == VOCABULARY_NONE)
                        return hart_fail(err, HART_CONFIG, "has no token %s", special_texts[i]);
        }
        wordpiece->continuation = vocabulary_walk(&wordpiece->vocabulary, "##");
        *ret = HART_TAKE(wordpiece);
        return HART_OK;
}

void wordpiece_close(struct wordpiece *wordpiece)
{
        if (wordpiece == NULL)
                return;
        vocabulary_done(&wordpiece->vocabulary);
        free(wordpiece);
}

void wordpiece_close_p(struct wordpiece **wordpiece)
{
        wordpiece_close(*wordpiece);
}

size_t wordpiece_count(const struct wordpiece *wordpiece)
{
        return wordpiece->vocabulary.count;
}

static void put(struct run *run, int32_t id)
{
        if (run->count < run->limit)
                run->ids[run->count++] = id;
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

/* Returns how many pieces, 0 where some part has none. */
static size_t split_word(const struct run *run, int32_t pieces[WORD_BYTES])
{
        const struct wordpiece *wordpiece = run->wordpiece;
        uint32_t node = VOCABULARY_ROOT;
        size_t count = 0;

        for (size_t start = 0; start < run->size; count++) {
                size_t length = longest_piece(&wordpiece->vocabulary, node, run->word + start, run->size - start,
                                              &pieces[count]);
                if (length == 0)
                        return 0;
                start += length;
                node = wordpiece->continuation;
        }
        return count;
}

static void end_word(struct run *run)
{
        int32_t pieces[WORD_BYTES];
        size_t count;

        if (run->characters == 0)
                return;
        count = run->characters > WORD_CHARACTERS ? 0 : split_word(run, pieces);
        if (count == 0)
                put(run, run->wordpiece->special[UNKNOWN]);
        for (size_t i = 0; i < count; i++)
                put(run, pieces[i]);
        run->size = run->characters = 0;
}

static void add_character(struct run *run, uint32_t code_point)
{
        unsigned char *end = run->word + run->size;

        if (++run->characters > WORD_CHARACTERS)
                return;
        if (code_point < 0x80) {
                end[0] = (unsigned char)code_point;
                run->size += 1;
        } else if (code_point < 0x800) {
                end[0] = (unsigned char)(0xc0 | code_point >> 6);
                end[1] = (unsigned char)(0x80 | (code_point & 0x3f));
                run->size += 2;
        } else if (code_point < 0x10000) {
                end[0] = (unsigned char)(0xe0 | code_point >> 12);
                end[1] = (unsigned char)(0x80 | (code_point >> 6 & 0x3f));
                end[2] = (unsigned char)(0x80 | (code_point & 0x3f));
                run->size += 3;
        } else {
                end[0] = (unsigned char)(0xf0 | code_point >> 18);
                end[1] = (unsigned char)(0x80 | (code_point >> 12 & 0x3f));
                end[2] = (unsigned char)(0x80 | (code_point >> 6 & 0x3f));
                end[3] = (unsigned char)(0x80 | (code_point & 0x3f));
                run->size += 4;
        }
}

static void add_word(struct run *run, uint32_t code_point)
{
        end_word(run);
        add_character(run, code_point);
        end_word(run);
}

/* Hangul syllables are taken apart by rule: The Unicode Standard, section 3.12. */
static void add_kept(struct run *run, uint32_t code_point)
{
        uint32_t syllable = code_point - 0xac00;

        if (syllable >= 11172) {
                add_character(run, code_point);
                return;
        }
        add_character(run, 0x1100 + syllable / 588);
        add_character(run, 0x1161 + syllable % 588 / 28);
        if (syllable % 28 != 0)
                add_character(run, 0x11a7 + syllable % 28);
}

static void add_code_point(struct run *run, uint32_t code_point)
{
        unsigned entry = unicode_entries[unicode_pages[code_point >> 8] * 256u + (code_point & 255)];

        if (entry == UNICODE_KEEP) {
                add_kept(run, code_point);
        } else if (entry == UNICODE_KEEP_PUNCTUATION || entry == UNICODE_ALONE) {
                add_word(run, code_point);
        } else {
                const uint32_t *output = unicode_outputs + unicode_starts[entry];
                for (uint32_t i = 1; i <= output[0]; i++) {
                        if (output[i] == ' ')
                                end_word(run);
                        else if ((output[i] & UNICODE_PUNCTUATION) != 0)
                                add_word(run, output[i] & ~UNICODE_PUNCTUATION);
                        else
                                add_character(run, output[i]);
                }
        }
}

/* Bytes of a special token at the start of a text, 0 where there is none. */
static size_t special_length(const struct wordpiece *wordpiece, const char *text, size_t size, int32_t *id)
{
        for (size_t i = 0; i < SPECIALS; i++) {
                size_t length = strlen(special_texts[i]);
                if (size >= length && memcmp(text, special_texts[i], length) == 0) {
                        *id = wordpiece->special[i];
                        return length;
                }
        }
        return 0;
}

size_t wordpiece_encode(const struct wordpiece *wordpiece, const char *text, size_t size, int32_t *ids, size_t limit)
{
        struct run run = {.wordpiece = wordpiece, .ids = ids, .limit = limit - 1};

        put(&run, wordpiece->special[CLASSIFY]);
        for (size_t i = 0, length; i < size && run.count < run.limit; i += length) {
                uint32_t code_point = 0;
                int32_t id;
                length = text[i] == '[' ? special_length(wordpiece, text + i, size - i, &id) : 0;
                if (length > 0) {
                        end_word(&run);
                        put(&run, id);
                        continue;
                }
                length = hart_utf8_length((const unsigned char *)text + i, size - i, &code_point);
                if (length > 0)
                        add_code_point(&run, code_point);
                else
                        length = 1;
        }
        end_word(&run);
        run.limit = limit;
        put(&run, wordpiece->special[SEPARATE]);
        return run.count;
}
