/* Private to the catalog: the k best of a stream, in k places. Pure. */
#ifndef CATALOG_NEAREST_H
#define CATALOG_NEAREST_H

#include <stddef.h>
#include <stdint.h>

typedef struct candidate {
        double score;
        int64_t atom;
        int32_t tenant;
} candidate;

/* A heap with the worst on top. Zeroed with `items` (room for `limit`) and `limit` set it is empty. */
struct nearest {
        candidate *items;
        size_t count, limit;
};

void nearest_offer(struct nearest *nearest, candidate offered);
/* Best first; equal scores in order of atom. It is no heap afterwards. */
void nearest_sort(struct nearest *nearest);

/* Dot product; of unit vectors it is their cosine. */
double dot_product(const float *left, const float *right, size_t count);

#endif
