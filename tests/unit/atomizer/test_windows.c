/* The promise of atomizer.h: every byte is kept, and where windows end makes no difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "document.h"

static uint64_t next(uint64_t *state)
{
        uint64_t word = *state += UINT64_C(0x9E3779B97F4A7C15);
        word = (word ^ (word >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        word = (word ^ (word >> 27)) * UINT64_C(0x94D049BB133111EB);
        return word ^ (word >> 31);
}

/* What texts are made of, with all that is hard to cut: line ends, wide blanks, broken characters, NUL, marks. */
static const struct {
        const char *bytes;
        size_t size;
} words[] = {
#define WORD(text)                                                                                                     \
        {                                                                                                              \
                text, sizeof(text) - 1                                                                                 \
        }
        WORD("The"),
        WORD(" quick "),
        WORD("fox. "),
        WORD("Dr. "),
        WORD("Smith "),
        WORD("U.S.A. "),
        WORD("\n"),
        WORD("\n\n"),
        WORD("\r\n"),
        WORD("\r"),
        WORD("\r\n\r\n"),
        WORD("\t"),
        WORD("   "),
        WORD("\xC2\xA0"),
        WORD("\xE2\x80\xA9"),
        WORD("\xE2\x80\xA8"),
        WORD("\xE3\x80\x80"),
        WORD("\xC2\x85"),
        WORD("\xEF\xBB\xBF"),
        WORD("\xFF"),
        WORD("\xE2\x80"),
        WORD("\xC2"),
        WORD("\0"),
        WORD("!"),
        WORD("? "),
        WORD("caf\xC3\xA9 "),
        WORD("\xE3\x80\x82"),
        WORD("\xF0\x9F\x98\x80"),
        WORD("\n# Title\n"),
        WORD("\n===\n"),
        WORD("\n---\n"),
        WORD("\n```\n"),
        WORD("\n~~~~ c\n"),
        WORD("\n- item "),
        WORD("\n  2. item\n"),
        WORD("\n| a | b |\n"),
        WORD("\n> said "),
        WORD("\f"),
        WORD("\"Yes.\" "),
        WORD("lower. case "),
};

static void make_words(uint64_t *state, size_t size, hart_buffer *out)
{
        while (out->size < size) {
                size_t word = next(state) % (sizeof words / sizeof *words);
                /* Now and then something very long, so that limits are met. */
                size_t repeat = next(state) % 400 == 0 ? next(state) % 30000 : 1;
                for (size_t i = 0; i < repeat; i++)
                        hart_buffer_append(out, words[word].bytes, words[word].size);
        }
}

static void make_noise(uint64_t *state, size_t size, hart_buffer *out)
{
        while (out->size < size) {
                uint64_t word = next(state);
                size_t repeat = word % 64 == 0 ? next(state) % 100000 : 1;
                for (size_t i = 0; i < repeat; i++)
                        hart_buffer_append(out, &word, sizeof word);
        }
}

/* One very long line, no line end at all, with a character of several bytes over every limit. */
static void make_wide(uint64_t *state, size_t size, hart_buffer *out)
{
        size_t shift = next(state) % 5;
        hart_buffer_append(out, "abcde", shift);
        while (out->size < size)
                hart_buffer_text(out, "\xE4\xB8\xAD");
}

static void (*const makers[])(uint64_t *, size_t, hart_buffer *) = {make_words, make_words, make_noise, make_wide};

static size_t random_window(void *state)
{
        uint64_t *random = state;
        static const size_t scales[] = {4, 64, 4096, 66000, 300000, HART_WINDOW_MAX};
        return 1 + next(random) % scales[next(random) % (sizeof scales / sizeof *scales)];
}

static void check(const hart_atomizer *atomizer, const hart_buffer *input, uint64_t *state)
{
        struct document whole, pieces;
        document_run_whole(&whole, atomizer, input->data, input->size);
        document_run(&pieces, atomizer, input->data, input->size, random_window, state);
        assert_int_equal(whole.bad, 0);
        assert_true(whole.leads <= 1 && whole.late_leads == 0);
        assert_int_equal(whole.bytes.size, input->size);
        if (input->size > 0) {
                assert_memory_equal(whole.bytes.data, input->data, input->size);
                assert_true(whole.components > 0);
                assert_string_equal((char *)pieces.trace.data, (char *)whole.trace.data);
                assert_memory_equal(pieces.bytes.data, input->data, input->size);
        }
        document_done(&whole);
        document_done(&pieces);
}

/* Those that see windows; the others see the whole document. */
static void check_row(const hart_atomizer *atomizer, const hart_buffer *input, uint64_t *state)
{
        if (atomizer->way == HART_WINDOWS)
                check(atomizer, input, state);
}

static void test_any_window_gives_the_same(void **unused)
{
        (void)unused;
        static const size_t sizes[] = {0, 1, 2, 3, 7, 30, 200, 1000, 5000, 70000, 300000};
        uint64_t state = 1;
        for (size_t round = 0; round < 24; round++) {
                for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                        if (sizes[i] > 5000 && round % 8 != 0)
                                continue;
                        hart_buffer input = {0};
                        makers[next(&state) % (sizeof makers / sizeof *makers)](&state, sizes[i], &input);
                        for (size_t row = 0; row < hart_atomizer_count; row++)
                                check_row(hart_atomizers[row], &input, &state);
                        hart_buffer_done(&input);
                }
        }
}

/* Runs of one thing longer than every limit. */
static void test_long_runs(void **unused)
{
        (void)unused;
        uint64_t state = 2;
        for (size_t word = 0; word < sizeof words / sizeof *words; word++) {
                hart_buffer input = {0};
                while (input.size < 200000)
                        hart_buffer_append(&input, words[word].bytes, words[word].size);
                for (size_t row = 0; row < hart_atomizer_count; row++)
                        check_row(hart_atomizers[row], &input, &state);
                hart_buffer_done(&input);
        }
}

/* Documents that end at a limit, or a byte before or behind it. */
static void test_ends_at_the_limits(void **unused)
{
        (void)unused;
        static const size_t limits[] = {HART_SEPARATOR_MAX, HART_COMPONENT_MAX, 2 * HART_COMPONENT_MAX};
        static const char *const fills[] = {" ", "a", "\n", "\r", "a\n", "\xC3\xA9", "\r\n"};
        uint64_t state = 3;
        for (size_t limit = 0; limit < sizeof limits / sizeof *limits; limit++) {
                for (size_t size = limits[limit] - 2; size <= limits[limit] + 2; size++) {
                        for (size_t fill = 0; fill < sizeof fills / sizeof *fills; fill++) {
                                hart_buffer input = {0};
                                while (input.size < size)
                                        hart_buffer_text(&input, fills[fill]);
                                input.size = size;
                                for (size_t row = 0; row < hart_atomizer_count; row++)
                                        check_row(hart_atomizers[row], &input, &state);
                                hart_buffer_done(&input);
                        }
                }
        }
}

/* Each row of the table keeps the table's promises. */
static void test_table(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < hart_atomizer_count; i++) {
                const hart_atomizer *row = hart_atomizers[i];
                assert_ptr_equal(hart_atomizer_find(row->name), row);
                assert_true(row->version > 0 && row->subtype_count > 0);
                assert_non_null(row->modality);
                assert_non_null(row->document_subtype);
                assert_true((row->content_types == NULL) == (i + 1 == hart_atomizer_count));
                for (size_t k = 0; k < row->subtype_count; k++)
                        assert_string_not_equal(row->subtypes[k].name, row->document_subtype);
                for (size_t other = 0; other < i; other++)
                        assert_string_not_equal(hart_atomizers[other]->name, row->name);
        }
        assert_null(hart_atomizer_find("no such thing"));
        assert_true(hart_unicode_version()[0] >= '1' && hart_unicode_version()[0] <= '9');
}

#define BYTES(text) text, sizeof(text) - 1

static const struct {
        const char *type, *head;
        size_t size;
        const char *expected;
} choices[] = {
        {"text/plain; charset=utf-8", BYTES("a"), "text"},
        {"TEXT/Markdown", BYTES("a"), "markdown"},
        {"text/css", BYTES("a{}"), "text"},
        {"text/csv", BYTES("a,b"), "csv"},
        {"text/plain", BYTES("\xFF"), "charset"},
        {"application/json", BYTES("{\"a\": \"\xC3\xA9\"}"), "json"},
        {"application/json", BYTES("{\0"), "json"},
        {"application/xml", BYTES("<?xml version=\"1.0\"?><a/>"), "xml"},
        {"application/xml", BYTES("\xFE\xFF\0<\0a\0/\0>"), "charset"},
        {"image/svg+xml", BYTES("<svg/>"), "xml"},
        {"application/x-unheard-of", BYTES("\x89\0\1"), "chunks"},
        {"application/x-unheard-of", BYTES("words"), "text"},
        {"application/octet-stream", BYTES(""), "text"},
        {"", BYTES("caf\xC3"), "chunks"},
};

/* What is text is taken apart as text, whatever it is called. */
static void test_choice(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
                const hart_atomizer *found =
                        hart_atomizer_for(choices[i].type, (const unsigned char *)choices[i].head, choices[i].size);
                if (strcmp(found->name, choices[i].expected) != 0)
                        fail_msg("row %zu, %s: %s instead of %s", i, choices[i].type, found->name, choices[i].expected);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_table),
                cmocka_unit_test(test_choice),
                cmocka_unit_test(test_any_window_gives_the_same),
                cmocka_unit_test(test_long_runs),
                cmocka_unit_test(test_ends_at_the_limits),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
