/* What the unit tests of this folder share. */
#ifndef UNIT_TESTING_H
#define UNIT_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hartonomous/error.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* The error says `part`; shows the whole text where it does not. */
static inline void assert_says(const hart_error *err, const char *part)
{
        if (strstr(err->text, part) == NULL)
                fail_msg("\"%s\" does not say \"%s\"", err->text, part);
}

#endif
