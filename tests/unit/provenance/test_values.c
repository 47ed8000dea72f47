/* Words of the command line as values, and what is said where they are none. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hartonomous/provenance.h>

static const hart_provenance_query query = {
        .number = "9.1",
        .name = "a-question",
        .parameters = {{"tenant", HART_PROVENANCE_INTEGER, NULL, 0, 0, "whose"},
                       {"atom", HART_PROVENANCE_INTEGER, NULL, 0, 0, "its number"},
                       {"share", HART_PROVENANCE_NUMBER, "0.5", 0, 0, "a share"},
                       {"since", HART_PROVENANCE_TIME, "", 0, 0, "from then on"},
                       {"user", HART_PROVENANCE_TEXT, "", 0, 0, "a name"},
                       {"limit", HART_PROVENANCE_INTEGER, "100", 1, 10000, "rows at most"}},
        .columns = {{"atom", HART_PROVENANCE_INTEGER}},
};

enum { TENANT, ATOM, SHARE, SINCE, USER, LIMIT };

static const struct {
        const char *name, *text;
        size_t place;
        int64_t integer;
        double number;
        const char *string; /* of a TEXT */
        bool null;
} good[] = {
        {"atom", "0", ATOM, 0, 0, NULL, false},
        {"atom", "9223372036854775807", ATOM, INT64_MAX, 0, NULL, false},
        {"atom", "007", ATOM, 7, 0, NULL, false},
        {"tenant", "2147483647", TENANT, INT32_MAX, 0, NULL, false},
        {"limit", "1", LIMIT, 1, 0, NULL, false},
        {"limit", "10000", LIMIT, 10000, 0, NULL, false},
        {"share", "0.25", SHARE, 0, 0.25, NULL, false},
        {"share", "1", SHARE, 0, 1, NULL, false},
        {"share", "-2.5e-3", SHARE, 0, -0.0025, NULL, false},
        {"user", "Zo\xC3\xAB \"x\" '", USER, 0, 0, "Zo\xC3\xAB \"x\" '", false},
        {"user", "", USER, 0, 0, NULL, true},
        {"since", "", SINCE, 0, 0, NULL, true},
        {"since", "1970-01-01", SINCE, 0, 0, NULL, false},
        {"since", "1970-01-01T00:00Z", SINCE, 0, 0, NULL, false},
        {"since", "2026-11-21", SINCE, INT64_C(1795219200000000), 0, NULL, false},
        {"since", "2026-11-21T10:00:00Z", SINCE, INT64_C(1795255200000000), 0, NULL, false},
        {"since", "2026-11-21T10:00:00+00:00", SINCE, INT64_C(1795255200000000), 0, NULL, false},
        {"since", "2026-11-21T10:00:00.5Z", SINCE, INT64_C(1795255200500000), 0, NULL, false},
        {"since", "2026-11-21T10:00:00.123456Z", SINCE, INT64_C(1795255200123456), 0, NULL, false},
        {"since", "1969-12-31T23:59:59.999999Z", SINCE, -1, 0, NULL, false},
        {"since", "2000-02-29", SINCE, INT64_C(951782400000000), 0, NULL, false},
        {"since", "0001-01-01", SINCE, INT64_C(-62135596800000000), 0, NULL, false},
        {"since", "9999-12-31T23:59:59.999999Z", SINCE, INT64_C(253402300799999999), 0, NULL, false},
};

static void values_are_read(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
                hart_provenance_values values = {0};
                hart_error err = {0};
                if (hart_provenance_set(&query, &values, good[i].name, good[i].text, &err) != HART_OK)
                        fail_msg("%s=%s: %s", good[i].name, good[i].text, err.text);
                const hart_provenance_value *value = &values.value[good[i].place];
                assert_true(value->given);
                assert_int_equal(value->null, good[i].null);
                assert_int_equal(value->integer, good[i].integer);
                assert_true(value->number > good[i].number - 1e-15 && value->number < good[i].number + 1e-15);
                if (good[i].string)
                        assert_string_equal(value->text, good[i].string);
                hart_provenance_values_done(&values);
        }
}

static const struct {
        const char *name, *text, *says;
} bad[] = {
        {"atom", "", "not a whole number from 0"},
        {"atom", "-1", "not a whole number from 0"},
        {"atom", "+1", "not a whole number"},
        {"atom", " 1", "not a whole number"},
        {"atom", "1 ", "not a whole number"},
        {"atom", "1.0", "not a whole number"},
        {"atom", "0x10", "not a whole number"},
        {"atom", "9223372036854775808", "not a whole number"},
        {"tenant", "2147483648", "from 0 to 2147483647"},
        {"limit", "0", "from 1 to 10000"},
        {"limit", "10001", "from 1 to 10000"},
        {"limit", "-", "from 1 to 10000"},
        {"share", "", "not a number"},
        {"share", "nan", "not a number"},
        {"share", "inf", "not a number"},
        {"share", "1e999", "not a number"},
        {"share", "0,5", "not a number"},
        {"share", "\"1\"", "not a number"},
        {"user", "\xC3", "UTF-8"},
        {"user", "\xED\xA0\x80", "UTF-8"},
        {"since", "yesterday", "not a time in UTC"},
        {"since", "2026-11-21T10:00:00", "not a time in UTC"},
        {"since", "2026-11-21T10:00:00+01:00", "not a time in UTC"},
        {"since", "2026-11-21 10:00:00Z", "not a time in UTC"},
        {"since", "2026-11-21T10Z", "not a time in UTC"},
        {"since", "2026-11-21T24:00:00Z", "not a time in UTC"},
        {"since", "2026-11-21T10:60:00Z", "not a time in UTC"},
        {"since", "2026-11-21T10:00:60Z", "not a time in UTC"},
        {"since", "2026-11-21T10:00:00.Z", "not a time in UTC"},
        {"since", "2026-11-21T10:00:00.1234567Z", "not a time in UTC"},
        {"since", "2026-11-21Z", "not a time in UTC"},
        {"since", "2026-11-21T", "not a time in UTC"},
        {"since", "2026-02-29", "not a time in UTC"},
        {"since", "1900-02-29", "not a time in UTC"},
        {"since", "2026-13-01", "not a time in UTC"},
        {"since", "2026-00-01", "not a time in UTC"},
        {"since", "2026-04-31", "not a time in UTC"},
        {"since", "0000-01-01", "not a time in UTC"},
        {"since", "20261121", "not a time in UTC"},
        {"since", "12026-11-21", "not a time in UTC"},
        {"atmo", "1", "a-question has no parameter atmo; there are tenant, atom, share, since, user, limit"},
        {"", "1", "has no parameter"},
};

static void what_is_no_value_is_refused(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
                hart_provenance_values values = {0};
                hart_error err = {0};
                if (hart_provenance_set(&query, &values, bad[i].name, bad[i].text, &err) != HART_CONFIG)
                        fail_msg("%s=%s is taken", bad[i].name, bad[i].text);
                if (!strstr(err.text, bad[i].says))
                        fail_msg("%s=%s: %s", bad[i].name, bad[i].text, err.text);
                for (size_t k = 0; k < HART_PROVENANCE_PARAMETERS_MAX; k++)
                        assert_false(values.value[k].given);
        }
}

static void nothing_is_given_twice(void **state)
{
        hart_provenance_values values = {0};
        hart_error err = {0};
        (void)state;
        assert_int_equal(hart_provenance_set(&query, &values, "user", "one", &err), HART_OK);
        assert_int_equal(hart_provenance_set(&query, &values, "user", "other", &err), HART_CONFIG);
        assert_non_null(strstr(err.text, "user is given twice"));
        assert_string_equal(values.value[USER].text, "one");
        hart_provenance_values_done(&values);
        hart_provenance_values_done(&values);
}

static void what_is_missing_has_its_fallback_or_is_named(void **state)
{
        hart_provenance_values values = {0};
        hart_error err = {0};
        (void)state;
        assert_int_equal(hart_provenance_complete(&query, &values, &err), HART_CONFIG);
        assert_string_equal(err.text, "a-question needs tenant=\xE2\x80\xA6: whose");
        assert_int_equal(hart_provenance_set(&query, &values, "tenant", "3", &err), HART_OK);
        assert_int_equal(hart_provenance_complete(&query, &values, &err), HART_CONFIG);
        assert_non_null(strstr(err.text, "needs atom="));
        assert_int_equal(hart_provenance_set(&query, &values, "atom", "7", &err), HART_OK);
        assert_int_equal(hart_provenance_complete(&query, &values, &err), HART_OK);
        assert_true(values.value[SHARE].number > 0.4999 && values.value[SHARE].number < 0.5001);
        assert_true(values.value[SINCE].given && values.value[SINCE].null);
        assert_true(values.value[USER].given && values.value[USER].null);
        assert_int_equal(values.value[LIMIT].integer, 100);
        hart_provenance_values_done(&values);
}

int main(void)
{
        setlocale(LC_ALL, "");
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(values_are_read),
                cmocka_unit_test(what_is_no_value_is_refused),
                cmocka_unit_test(nothing_is_given_twice),
                cmocka_unit_test(what_is_missing_has_its_fallback_or_is_named),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
