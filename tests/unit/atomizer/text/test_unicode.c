/* The Unicode standard's own tests of boundaries, and our sentence rules beside ICU's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <unicode/ubrk.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include "../../../../src/atomizer/sentence.h"
#include "../../../../src/atomizer/sentence_rules.h"

#define LINE_MAX_BYTES 256

/* One line of a test file: the text, and where it may be divided. */
struct sample {
        unsigned char text[LINE_MAX_BYTES];
        size_t size;
        bool ends[LINE_MAX_BYTES + 1]; /* by offset; 0 is none */
        bool has_line_end;
};

/* "÷ 0041 × 000A ÷	# …"; false where it is no such line. */
static bool read_sample(const char *line, struct sample *ret)
{
        *ret = (struct sample){0};
        while (*line != '\0' && *line != '#' && *line != '\n') {
                unsigned code_point = 0;
                int length = 0;
                if (strncmp(line, "\xC3\xB7", 2) == 0 || strncmp(line, "\xC3\x97", 2) == 0) {
                        ret->ends[ret->size] = line[1] == '\xB7' && ret->size > 0;
                        line += 2;
                } else if (sscanf(line, "%x%n", &code_point, &length) == 1) {
                        U8_APPEND_UNSAFE(ret->text, ret->size, code_point);
                        ret->has_line_end |= code_point == '\n' || code_point == '\r';
                        line += length;
                } else {
                        line++;
                }
        }
        return ret->size > 0;
}

static void divide_by_rules(const unsigned char *text, size_t size, bool *ends)
{
        for (size_t end = 0; end < size;)
                ends[end = sentence_rules_end(text, size, end, false)] = true;
}

static void divide_by_icu(UBreakIterator *rules, const unsigned char *text, size_t size, bool *ends)
{
        UErrorCode status = U_ZERO_ERROR;
        UText source = UTEXT_INITIALIZER;
        utext_openUTF8(&source, (const char *)text, (int64_t)size, &status);
        ubrk_setUText(rules, &source, &status);
        assert_true(U_SUCCESS(status));
        (void)ubrk_first(rules);
        for (int32_t at; (at = ubrk_next(rules)) != UBRK_DONE;)
                ends[at] = true;
        utext_close(&source);
}

static UBreakIterator *open_icu(UBreakIteratorType type, const char *locale)
{
        UErrorCode status = U_ZERO_ERROR;
        UBreakIterator *rules = ubrk_open(type, locale, NULL, 0, &status);
        assert_true(U_SUCCESS(status));
        return rules;
}

struct counts {
        size_t samples, wrong;
};

/* Runs each line; `rules` NULL: ours. With a file of another Unicode version than ICU's classes are of, a line may
 * differ where ICU itself differs in the same way. */
static void run_file(const char *path, UBreakIterator *icu, bool ours, struct counts *counts)
{
        char line[4096];
        struct sample sample;
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        assert_non_null(fgets(line, sizeof line, file));
        const char *version = strchr(line, '-');
        assert_non_null(version);
        bool same = strncmp(version + 1, hart_unicode_version(), strlen(hart_unicode_version())) == 0;
        while (fgets(line, sizeof line, file) != NULL) {
                bool found[LINE_MAX_BYTES + 1] = {false}, by_icu[LINE_MAX_BYTES + 1] = {false};
                if (!read_sample(line, &sample))
                        continue;
                counts->samples++;
                divide_by_icu(icu, sample.text, sample.size, by_icu);
                if (ours)
                        divide_by_rules(sample.text, sample.size, found);
                else
                        memcpy(found, by_icu, sizeof found);
                if (memcmp(found, sample.ends, sizeof found) == 0)
                        continue;
                print_message("differs (Unicode %s): %s", hart_unicode_version(), line);
                if (same || memcmp(found, by_icu, sizeof found) != 0)
                        counts->wrong++;
        }
        (void)fclose(file);
}

static void test_sentences(void **unused)
{
        (void)unused;
        struct counts counts = {0};
        UBreakIterator *icu = open_icu(UBRK_SENTENCE, "");
        sentence_open();
        run_file(UNICODE_SENTENCES, icu, true, &counts);
        ubrk_close(icu);
        assert_true(counts.samples > 400);
        assert_int_equal(counts.wrong, 0);
}

/* Nothing here divides text into words; the rules of this ICU pass where somebody does. */
static void test_words(void **unused)
{
        (void)unused;
        struct counts counts = {0};
        UBreakIterator *icu = open_icu(UBRK_WORD, "sv");
        run_file(UNICODE_WORDS, icu, false, &counts);
        ubrk_close(icu);
        assert_true(counts.samples > 1500);
        assert_int_equal(counts.wrong, 0);
}

/* What sentence_ends() makes of the standard's samples: it differs at line ends, and nowhere else. */
static void test_exceptions(void **unused)
{
        (void)unused;
        char line[4096];
        struct sample sample;
        size_t differ = 0;
        FILE *file = fopen(UNICODE_SENTENCES, "r");
        assert_non_null(file);
        sentence_open();
        while (fgets(line, sizeof line, file) != NULL) {
                bool found[LINE_MAX_BYTES + 1] = {false}, rules[LINE_MAX_BYTES + 1] = {false};
                static uint32_t ends[SENTENCE_MAX];
                size_t count;
                hart_error err = {0};
                if (!read_sample(line, &sample))
                        continue;
                assert_int_equal(sentence_ends(sample.text, sample.size, ends, &count, &err), HART_OK);
                for (size_t i = 0; i < count; i++)
                        found[ends[i]] = true;
                divide_by_rules(sample.text, sample.size, rules);
                if (memcmp(found, rules, sizeof found) == 0)
                        continue;
                differ++;
                if (!sample.has_line_end)
                        fail_msg("differs without a line end: %s", line);
        }
        (void)fclose(file);
        assert_true(differ > 0);
}

/* A generator of its own, so that every run tries the same. */
static unsigned next_random(uint64_t *state)
{
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        return (unsigned)(*state >> 33);
}

/* Characters of all classes, and bytes that are none. */
static void test_beside_icu(void **unused)
{
        (void)unused;
        static const char *const pieces[] = {
                ".",
                "?",
                "!",
                "...",
                "a",
                "b",
                "A",
                "B",
                "5",
                " ",
                "  ",
                "\n",
                "\r",
                "\r\n",
                "\t",
                "\"",
                ")",
                "(",
                ",",
                ":",
                "-",
                "\xCC\x88",
                "\xC2\xAD",
                "\xE2\x80\x8B",
                "\xC3\x89",
                "\xC3\xA9",
                "\xE3\x80\x82",
                "+",
                "\xE4\xBD\xA0",
                "\xC2\xA0",
                "\xC2\x85",
                "\xE2\x80\xA9",
                "\xE2\x80\x9D",
                "\xF0\x9D\x90\x80",
                "\xF0\x90\x90\xA8",
                "\xFF",
                "\xE3\x81",
                "\x80",
                "\xF0\x9F\x98\x80",
                "etc",
                "Dr",
                "\xE2\x80\xA6",
                "\xD6\x89",
                "\xEF\xBC\x8E",
                "\xE2\x80\x8D",
        };
        UBreakIterator *icu = open_icu(UBRK_SENTENCE, "");
        uint64_t state = 1;
        sentence_open();
        for (size_t round = 0; round < 200000; round++) {
                unsigned char text[LINE_MAX_BYTES];
                bool found[LINE_MAX_BYTES + 1] = {false}, expected[LINE_MAX_BYTES + 1] = {false};
                size_t size = 0;
                for (unsigned count = 1 + next_random(&state) % 24; count > 0; count--) {
                        const char *piece = pieces[next_random(&state) % (sizeof pieces / sizeof *pieces)];
                        memcpy(text + size, piece, strlen(piece));
                        size += strlen(piece);
                }
                divide_by_rules(text, size, found);
                divide_by_icu(icu, text, size, expected);
                if (memcmp(found, expected, sizeof found) == 0)
                        continue;
                for (size_t i = 0; i < size; i++)
                        print_message("%02X%s%s ", text[i], found[i + 1] ? "|" : "", expected[i + 1] ? "/" : "");
                fail_msg("round %zu: | is ours, / is ICU's", round);
        }
        ubrk_close(icu);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sentences),
                cmocka_unit_test(test_words),
                cmocka_unit_test(test_exceptions),
                cmocka_unit_test(test_beside_icu),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
