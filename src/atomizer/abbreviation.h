/* English abbreviations whose full stop does not end a sentence though a capital follows. */
#ifndef ATOMIZER_ABBREVIATION_H
#define ATOMIZER_ABBREVIATION_H

#include <stdbool.h>
#include <stddef.h>

/* Does the text before a boundary, trimmed, end with such an abbreviation ("… by Dr.", "… J.")? */
bool abbreviation_ends(const unsigned char *text, size_t size);

#endif
