/* The sentence boundaries of UAX #29 (rules SB1 to SB998) in UTF-8, with the character classes of ICU. The same as
 * ICU's own rules find, without its machinery: a boundary lies behind a full stop, a question mark or a line end, so
 * all other bytes are passed over. */
#ifndef ATOMIZER_SENTENCE_RULES_H
#define ATOMIZER_SENTENCE_RULES_H

#include <stdbool.h>
#include <stddef.h>

/* Once a process, before the first run. */
void sentence_rules_open(void);

/* Where the sentence that begins at `begin` (< size ≤ INT32_MAX) ends. `wrapped`: a line end is a blank but where the
 * next line is an item of a list. What is no UTF-8 is a character like any other. */
size_t sentence_rules_end(const unsigned char *text, size_t size, size_t begin, bool wrapped);

/* "- x", "* x", "+ x", "• x", "1. x", "a) x", "(iv) x": an item of a list? */
bool sentence_rules_item(const unsigned char *line, size_t size);

#endif
