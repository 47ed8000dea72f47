/* How many rows go into one statement. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "graph_sync.h"

enum { QUICK = 50000, LONG = 5000000, MOST = 5000 };

static void grows_while_neo4j_is_quick_and_the_batch_was_full(void **state)
{
        struct graph_sync sync = {.batch = 1000};

        (void)state;
        graph_sync_adapt_batch(&sync, 999, QUICK, MOST);
        assert_int_equal(sync.batch, 1000);
        graph_sync_adapt_batch(&sync, 1000, QUICK, MOST);
        assert_int_equal(sync.batch, 2000);
        for (int i = 0; i < 5; i++)
                graph_sync_adapt_batch(&sync, sync.batch, QUICK, MOST);
        assert_int_equal(sync.batch, MOST);
}

static void shrinks_when_neo4j_is_slow_or_short_of_memory(void **state)
{
        struct graph_sync sync = {.batch = 4000};

        (void)state;
        graph_sync_adapt_batch(&sync, 4000, LONG, MOST);
        assert_int_equal(sync.batch, 2000);
        graph_sync_smaller_batch(&sync);
        assert_int_equal(sync.batch, 1000);
        for (int i = 0; i < 20; i++)
                graph_sync_smaller_batch(&sync);
        assert_true(sync.batch >= 100 && sync.batch < 200);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(grows_while_neo4j_is_quick_and_the_batch_was_full),
                cmocka_unit_test(shrinks_when_neo4j_is_slow_or_short_of_memory),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
