#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "keys.h"

static void doubles_go_and_order_comes(void **state)
{
        static const sync_key added[] = {{2, 5}, {1, 9}, {2, 5}, {1, -3}, {1, 9}, {2, INT64_MAX}, {0, 7}};
        static const sync_key sorted[] = {{0, 7}, {1, -3}, {1, 9}, {2, 5}, {2, INT64_MAX}};
        sync_keys keys = {0};

        (void)state;
        for (size_t i = 0; i < sizeof added / sizeof *added; i++)
                keys_add(&keys, added[i].tenant, added[i].id);
        keys_sort(&keys);
        assert_int_equal(keys.count, sizeof sorted / sizeof *sorted);
        for (size_t i = 0; i < keys.count; i++) {
                assert_int_equal(keys.item[i].tenant, sorted[i].tenant);
                assert_int_equal(keys.item[i].id, sorted[i].id);
        }
        keys_sort_by_id(&keys);
        assert_non_null(keys_find_id(&keys, -3));
        assert_int_equal(keys_find_id(&keys, 5)->tenant, 2);
        assert_null(keys_find_id(&keys, 4));
        int64_t *ids = keys_ids(&keys);
        assert_int_equal(ids[0], -3);
        assert_int_equal(ids[4], INT64_MAX);
        free(ids);
        keys_done(&keys);
        assert_int_equal(keys.count, 0);
}

static void many_are_kept(void **state)
{
        sync_keys keys = {0};

        (void)state;
        for (int64_t i = 0; i < 10000; i++)
                keys_add(&keys, 1, i % 5000);
        keys_sort(&keys);
        assert_int_equal(keys.count, 5000);
        keys_sort(&keys);
        assert_int_equal(keys.count, 5000);
        keys_done(&keys);
}

static void nothing_is_fine(void **state)
{
        sync_keys keys = {0};

        (void)state;
        keys_sort(&keys);
        assert_null(keys_find_id(&keys, 0));
        keys_done(&keys);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(doubles_go_and_order_comes),
                cmocka_unit_test(many_are_kept),
                cmocka_unit_test(nothing_is_fine),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
