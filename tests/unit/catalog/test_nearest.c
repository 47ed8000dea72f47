/* The heap of the k best and the dot product, against sorting everything. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nearest.h"

#define OFFERS 1000

static int best_first(const void *left, const void *right)
{
        const candidate *a = left, *b = right;
        if (a->score != b->score)
                return a->score > b->score ? -1 : 1;
        return (a->atom > b->atom) - (a->atom < b->atom);
}

static void the_k_best_are_kept_in_order(void **state)
{
        static const size_t limits[] = {1, 2, 3, 10, 999, OFFERS, OFFERS + 5};
        candidate all[OFFERS], kept[OFFERS + 5];
        (void)state;
        for (size_t l = 0; l < sizeof limits / sizeof limits[0]; l++) {
                struct nearest nearest = {.items = kept, .limit = limits[l]};
                uint64_t random = 88172645463325252u + l;
                for (size_t i = 0; i < OFFERS; i++) {
                        random ^= random << 13;
                        random ^= random >> 7;
                        random ^= random << 17;
                        /* Few scores, so that many are equal. */
                        all[i] =
                                (candidate){.score = (double)(random % 50) / 50, .atom = (int64_t)((i * 7919) % 10007)};
                        nearest_offer(&nearest, all[i]);
                }
                qsort(all, OFFERS, sizeof all[0], best_first);
                nearest_sort(&nearest);
                assert_int_equal(nearest.count, limits[l] < OFFERS ? limits[l] : OFFERS);
                for (size_t i = 0; i < nearest.count; i++) {
                        assert_true(fabs(nearest.items[i].score - all[i].score) < 1e-15);
                        assert_int_equal(nearest.items[i].atom, all[i].atom);
                }
        }
}

static void nothing_offered_is_nothing_kept(void **state)
{
        candidate item;
        struct nearest nearest = {.items = &item, .limit = 1};
        (void)state;
        nearest_sort(&nearest);
        assert_int_equal(nearest.count, 0);
}

static void dot_products_of_any_length(void **state)
{
        float left[11], right[11];
        (void)state;
        for (size_t i = 0; i < 11; i++) {
                left[i] = (float)i + 1;
                right[i] = i % 2 ? -1.0f : 0.5f;
        }
        for (size_t count = 0; count <= 11; count++) {
                double expected = 0;
                for (size_t i = 0; i < count; i++)
                        expected += (double)left[i] * (double)right[i];
                assert_true(fabs(dot_product(left, right, count) - expected) < 1e-12);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_k_best_are_kept_in_order),
                cmocka_unit_test(nothing_offered_is_nothing_kept),
                cmocka_unit_test(dot_products_of_any_length),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
