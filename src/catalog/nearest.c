#include "nearest.h"

#include <stdbool.h>
#include <stdlib.h>

static bool better(const candidate *a, const candidate *b)
{
        return a->score > b->score || (a->score == b->score && a->atom < b->atom);
}

static void swap(candidate *a, candidate *b)
{
        candidate kept = *a;
        *a = *b;
        *b = kept;
}

static void sift_up(struct nearest *nearest, size_t at)
{
        for (size_t parent; at > 0; at = parent) {
                parent = (at - 1) / 2;
                if (!better(&nearest->items[parent], &nearest->items[at]))
                        return;
                swap(&nearest->items[parent], &nearest->items[at]);
        }
}

static void sift_down(struct nearest *nearest)
{
        for (size_t at = 0, worst;; at = worst) {
                worst = at;
                for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < nearest->count; child++)
                        if (better(&nearest->items[worst], &nearest->items[child]))
                                worst = child;
                if (worst == at)
                        return;
                swap(&nearest->items[worst], &nearest->items[at]);
        }
}

void nearest_offer(struct nearest *nearest, candidate offered)
{
        if (nearest->count < nearest->limit) {
                nearest->items[nearest->count] = offered;
                sift_up(nearest, nearest->count++);
        } else if (nearest->limit > 0 && better(&offered, &nearest->items[0])) {
                nearest->items[0] = offered;
                sift_down(nearest);
        }
}

static int best_first(const void *left, const void *right)
{
        return better(left, right) ? -1 : better(right, left) ? 1 : 0;
}

void nearest_sort(struct nearest *nearest)
{
        if (nearest->count > 1)
                qsort(nearest->items, nearest->count, sizeof nearest->items[0], best_first);
}

double dot_product(const float *left, const float *right, size_t count)
{
        /* Four sums, so that the additions need not wait for one another. */
        double sum[4] = {0};
        size_t i = 0;
        for (; i + 4 <= count; i += 4)
                for (size_t lane = 0; lane < 4; lane++)
                        sum[lane] += (double)left[i + lane] * (double)right[i + lane];
        for (; i < count; i++)
                sum[0] += (double)left[i] * (double)right[i];
        return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}
