#include <string.h>

#include "options.h"

#define WORD_MAX 31

static unsigned least(unsigned a, unsigned b, unsigned c)
{
        unsigned ab = a < b ? a : b;
        return ab < c ? ab : c;
}

unsigned ctl_distance(const char *left, const char *right)
{
        size_t rows = strlen(left), columns = strlen(right);
        unsigned above[WORD_MAX + 1], current[WORD_MAX + 1];
        if (rows > WORD_MAX || columns > WORD_MAX)
                return WORD_MAX + 1;
        for (unsigned column = 0; column <= columns; column++)
                above[column] = column;
        for (unsigned row = 1; row <= rows; row++) {
                current[0] = row;
                for (size_t column = 1; column <= columns; column++)
                        current[column] = least(above[column] + 1, current[column - 1] + 1,
                                                above[column - 1] + (left[row - 1] != right[column - 1]));
                memcpy(above, current, sizeof above);
        }
        return above[columns];
}

const char *ctl_suggest(const char *word, const char *const *words, size_t count, size_t stride)
{
        const char *found = NULL;
        unsigned best = strlen(word) < 4 ? 2 : 3; /* at most one, or two, letters wrong */
        for (size_t i = 0; i < count; i++) {
                const char *candidate = *(const char *const *)(const void *)((const char *)words + i * stride);
                unsigned distance = ctl_distance(word, candidate);
                if (distance < best) {
                        best = distance;
                        found = candidate;
                }
        }
        return found;
}
