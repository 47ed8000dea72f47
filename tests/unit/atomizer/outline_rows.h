/* Tables of {name, input, expected outline}: what most tests of a format are. Included behind cmocka.h. */
#ifndef TEST_OUTLINE_ROWS_H
#define TEST_OUTLINE_ROWS_H

#include <string.h>

#include "record.h"

struct outline_row {
        const char *name, *input, *expected;
};

static inline void check_outlines(const char *atomizer, const struct outline_row *rows, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                HART_CLEANUP(hart_free_p)
                char *found = record_outline(atomizer, rows[i].input, strlen(rows[i].input));
                if (strcmp(found, rows[i].expected) != 0)
                        fail_msg("%s:\n%s--- instead of\n%s", rows[i].name, found, rows[i].expected);
        }
}

#endif
