/* Equal texts are computed once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hartonomous/memory.h>

#include "texts.h"

static void numbers_distinct_texts_in_order(void **state)
{
        static const char *const given[] = {"b", "a", "b", NULL, "", "a", "c", "", "bb"};
        static const size_t expected[] = {0, 1, 0, 2, 1, 3, 2, 4};
        static const char *const distinct[] = {"b", "a", "", "c", "bb"};
        HART_CLEANUP(texts_done) struct texts texts = {0};
        (void)state;

        for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
                texts_add(&texts, 1, (int64_t)i, given[i], given[i] != NULL ? strlen(given[i]) : 0);
        texts_number(&texts);
        assert_int_equal(texts.count, 8);
        assert_int_equal(texts.without, 1);
        assert_int_equal(texts.distinct_count, 5);
        assert_memory_equal(texts.text_of, expected, sizeof expected);
        for (size_t i = 0; i < 5; i++)
                assert_memory_equal(texts.distinct[i].text, distinct[i], strlen(distinct[i]));
        assert_int_equal(texts.atoms[3], 4); /* number 3 has no text */
}

static void nothing_is_nothing(void **state)
{
        HART_CLEANUP(texts_done) struct texts texts = {0};
        (void)state;

        texts_number(&texts);
        assert_int_equal(texts.distinct_count, 0);
}

static void tells_text_from_bytes(void **state)
{
        HART_CLEANUP(hart_free_p) unsigned char *cut = hart_allocate(TEXT_CHARACTERS);
        (void)state;

        assert_int_equal(texts_utf8_size((const unsigned char *)"text", 4), 4);
        assert_int_equal(texts_utf8_size((const unsigned char *)"a\0b", 3), 3);
        assert_int_equal(texts_utf8_size((const unsigned char *)"\xff\xfe", 2), 0);
        assert_int_equal(texts_utf8_size((const unsigned char *)"ab\xc3", 3), 0);
        memset(cut, 'x', TEXT_CHARACTERS);
        cut[TEXT_CHARACTERS - 1] = 0xc3;
        assert_int_equal(texts_utf8_size(cut, TEXT_CHARACTERS), TEXT_CHARACTERS - 1);
        cut[10] = 0xc3;
        assert_int_equal(texts_utf8_size(cut, TEXT_CHARACTERS), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(numbers_distinct_texts_in_order),
                cmocka_unit_test(nothing_is_nothing),
                cmocka_unit_test(tells_text_from_bytes),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
