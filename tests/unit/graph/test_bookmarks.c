/* Which bookmarks the next request names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"

/* A request that named `used` is answered with `now`. */
static void answer(graph_bookmarks *bookmarks, const graph_bookmarks *used, const char *now)
{
        HART_CLEANUP(hart_json_close_p) hart_json *list = NULL;

        assert_int_equal(hart_json_parse(now, strlen(now), &list, NULL), HART_OK);
        graph_bookmarks_replace(bookmarks, used, list);
}

static void an_answer_stands_for_what_its_request_named(void **state)
{
        HART_CLEANUP(graph_bookmarks_done) graph_bookmarks bookmarks = {0}, used = {0};

        (void)state;
        answer(&bookmarks, &used, "[\"a\"]");
        graph_bookmarks_copy(&bookmarks, &used);
        answer(&bookmarks, &used, "[\"b\"]");
        assert_int_equal(bookmarks.count, 1);
        assert_string_equal(bookmarks.texts[0], "b");
        answer(&bookmarks, &used, "[]");
        assert_int_equal(bookmarks.count, 1);
        answer(&bookmarks, &used, "[\"b\", 5, null]");
        assert_int_equal(bookmarks.count, 1);
}

static void answers_beside_one_another_are_all_kept(void **state)
{
        HART_CLEANUP(graph_bookmarks_done) graph_bookmarks bookmarks = {0}, used = {0};

        (void)state;
        answer(&bookmarks, &used, "[\"a\"]");
        graph_bookmarks_copy(&bookmarks, &used);
        answer(&bookmarks, &used, "[\"b\"]");
        answer(&bookmarks, &used, "[\"c\"]"); /* of a request begun before b was known */
        assert_int_equal(bookmarks.count, 2);
        assert_string_equal(bookmarks.texts[0], "b");
        assert_string_equal(bookmarks.texts[1], "c");
        graph_bookmarks_copy(&bookmarks, &used);
        assert_int_equal(used.count, 2);
        answer(&bookmarks, &used, "[\"d\"]");
        assert_int_equal(bookmarks.count, 1);
        assert_string_equal(bookmarks.texts[0], "d");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_answer_stands_for_what_its_request_named),
                cmocka_unit_test(answers_beside_one_another_are_all_kept),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
