#include "testing.h"

#include <errno.h>
#include <stdio.h>

#include <hartonomous/utf8.h>

static void text_is_one_clean_line(void **state)
{
        static const struct {
                const char *given, *expected;
        } rows[] = {
                {"plain", "plain"},
                {"two\nlines\n", "two lines"},
                {"tab\tbell\a\x1b[31m", "tab bell  [31m"},
                {"caf\xc3\xa9", "caf\xc3\xa9"},
                {"bad \xff byte", "bad ? byte"},
                {"C1 \xc2\x9b control", "C1   control"},
                {"", ""},
        };

        (void)state;
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                hart_error err = {0};
                assert_int_equal(hart_fail(&err, HART_RETRY, "%s", rows[i].given), HART_RETRY);
                assert_int_equal(err.code, HART_RETRY);
                assert_string_equal(err.text, rows[i].expected);
        }
}

static void long_text_is_cut_between_characters(void **state)
{
        char text[3 * HART_ERROR_TEXT_MAX];
        hart_error err = {0};

        (void)state;
        for (size_t shift = 0; shift < 3; shift++) {
                memset(text, 'a', shift);
                for (size_t i = shift; i + 3 < sizeof text; i += 3)
                        memcpy(text + i, "\xe2\x82\xac", 4); /* the euro sign */
                hart_fail(&err, HART_FAILED, "%s", text);
                /* The cut may fall into a character of the formatted text, which then shows as a question mark. */
                assert_true(hart_utf8_valid(err.text, strlen(err.text)));
                assert_in_range(strlen(err.text), HART_ERROR_TEXT_MAX - 5, HART_ERROR_TEXT_MAX - 1);
        }
}

static void context_goes_in_front(void **state)
{
        hart_error err = {0};

        (void)state;
        hart_fail_errno(&err, HART_CONFIG, ENOENT, "%s: cannot be opened", "model");
        assert_string_equal(err.text, "model: cannot be opened: No such file or directory");
        assert_int_equal(hart_error_foreign(&err, "42P01"), HART_CONFIG);
        assert_int_equal(hart_error_retry_after(&err, 5000), HART_CONFIG);
        assert_int_equal(hart_error_context(&err, "source %d", 7), HART_CONFIG);
        assert_string_equal(err.text, "source 7: model: cannot be opened: No such file or directory");
        assert_string_equal(err.foreign, "42P01");
        assert_int_equal(err.retry_after, 5000);
        /* The next failure starts anew, also where its text is made of the old one. */
        hart_fail(&err, HART_FATAL, "again: %s", err.text);
        assert_string_equal(err.text, "again: source 7: model: cannot be opened: No such file or directory");
        assert_string_equal(err.foreign, "");
        assert_int_equal(err.retry_after, 0);
}

static void no_error_wanted(void **state)
{
        (void)state;
        assert_int_equal(hart_fail(NULL, HART_POISON, "nobody reads this"), HART_POISON);
        assert_int_equal(hart_fail_errno(NULL, HART_RETRY, EIO, "nor this"), HART_RETRY);
}

static void codes_have_names(void **state)
{
        (void)state;
        assert_string_equal(hart_code_name(HART_OK), "ok");
        assert_string_equal(hart_code_name(HART_EMPTY), "empty");
        for (int code = HART_STOPPED; code <= HART_EMPTY; code++)
                assert_string_not_equal(hart_code_name((hart_code)code), "unknown");
        assert_string_equal(hart_code_name((hart_code)99), "unknown");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(text_is_one_clean_line), cmocka_unit_test(long_text_is_cut_between_characters),
                cmocka_unit_test(context_goes_in_front),  cmocka_unit_test(no_error_wanted),
                cmocka_unit_test(codes_have_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
