/* Reference vectors: what is read from a file, what is refused, and how likeness is measured. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reference.h"

#define FILE_OF(dimension, vector)                                                                                     \
        "{\"revision\": \"r\", \"dimension\": " dimension ", \"texts\": [{\"text\": \"a\", \"vector\": \"" vector      \
        "\"}]}"

static hart_code parse(const char *text, struct reference *ret, hart_error *err)
{
        return reference_parse(ret, "file", text, strlen(text), "r", err);
}

static void numbers_of_every_length_are_read(void **state)
{
        static const struct {
                const char *text;
                size_t dimension;
        } rows[] = {
                {FILE_OF("1", "AACAPw=="), 1},                 /* 1 */
                {FILE_OF("2", "AACAPwAAAMA="), 2},             /* 1, -2 */
                {FILE_OF("3", "AACAPwAAAMAAAAA/"), 3},         /* 1, -2, 0.5 */
                {FILE_OF("4", "AACAPwAAAMAAAAA/AACAvw=="), 4}, /* 1, -2, 0.5, -1 */
        };
        static const float expected[] = {1, -2, 0.5F, -1};

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                struct reference reference = {0};
                hart_error err = {0};
                if (parse(rows[i].text, &reference, &err) != HART_OK)
                        fail_msg("%s", err.text);
                assert_int_equal(reference.count, 1);
                assert_int_equal(reference.dimension, rows[i].dimension);
                assert_string_equal(reference.texts[0].text, "a");
                assert_memory_equal(reference.vectors, expected, rows[i].dimension * sizeof expected[0]);
                reference_done(&reference);
        }
}

static void what_is_wrong_is_named(void **state)
{
        static const struct {
                const char *text, *says;
        } rows[] = {
                {"{", "file"},
                {"[]", "file"},
                {"{\"revision\": \"r\"}", "dimension"},
                {"{\"revision\": \"r\", \"dimension\": 0}", "dimension"},
                {"{\"revision\": \"r\", \"dimension\": 1}", "file: has no texts"},
                {"{\"revision\": \"r\", \"dimension\": 1, \"texts\": []}", "file: has no texts"},
                {"{\"revision\": \"r\", \"dimension\": 1, \"texts\": [1]}", "file: text 1 has no vector of 1 numbers"},
                {FILE_OF("1", ""), "text 1 has no vector of 1 numbers"},
                {FILE_OF("1", "AACAPwAAAMA="), "text 1 has no vector of 1"},
                {FILE_OF("2", "AACAPw=="), "text 1 has no vector of 2"},
                {FILE_OF("1", "AACAPw"), "text 1"},
                {FILE_OF("1", "AACAPw="), "text 1"},
                {FILE_OF("1", "AACAPw==="), "text 1"},
                {FILE_OF("1", "AACA=w=="), "text 1"},
                {FILE_OF("1", "AACAP!=="), "text 1"},
                {FILE_OF("1", "AACAPw\\u0000="), "text 1"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                struct reference reference = {0};
                hart_error err = {0};
                if (parse(rows[i].text, &reference, &err) != HART_CONFIG || !strstr(err.text, rows[i].says))
                        fail_msg("%s: %s", rows[i].text, err.text);
                assert_null(reference.texts);
        }
}

static void other_weights_have_no_reference(void **state)
{
        static const char text[] = FILE_OF("1", "AACAPw==");
        struct reference reference = {0};
        hart_error err = {0};

        (void)state;
        assert_int_equal(reference_parse(&reference, "file", text, strlen(text), "other", &err), HART_EMPTY);
}

static void likeness_is_measured(void **state)
{
        float given[] = {1, 0, 0, 1}, same[] = {1, 0, 0, 1}, turned[] = {0, 1, 0, 1}, none[] = {NAN, 0, 0, 1};
        const struct reference reference = {.count = 2, .dimension = 2, .vectors = given};
        struct likeness likeness = reference_compare(&reference, same);

        (void)state;
        assert_true(likeness.max_difference == 0 && likeness.mean_cosine == 1 && likeness.least_cosine == 1);
        likeness = reference_compare(&reference, turned);
        assert_true(likeness.max_difference == 1 && likeness.mean_cosine == 0.5 && likeness.least_cosine == 0);
        likeness = reference_compare(&reference, none);
        assert_false(likeness.mean_cosine >= 0.99);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(numbers_of_every_length_are_read),
                cmocka_unit_test(what_is_wrong_is_named),
                cmocka_unit_test(other_weights_have_no_reference),
                cmocka_unit_test(likeness_is_measured),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
