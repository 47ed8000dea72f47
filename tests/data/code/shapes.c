/* A file.
 * Its licence. */

#include <stdio.h>
#include "own.h"

#ifdef DEBUG
#define LEVEL 1
#endif

struct point {
        int x, y; /* in pixels */
};

typedef struct point point;
enum { ONE, TWO };

extern int printf(const char *format, ...);
static int (*callback)(void);
static int table[3] = {1, 2, 3};

/* Adds. */
static int add(int a, int b)
{
        return a + b; // sum
}

int *where(void) { return NULL; } // trailing

// One.
// Two.

int main(void)
{
        return add(1, 2);
}
