/* A syntax tree of a whole document, made with bounded memory and work. The bounds count bytes, not time, so that a
 * document has the same tree on any machine, however busy. */
#ifndef CODE_PARSE_H
#define CODE_PARSE_H

#include <stdint.h>

#include "language.h"

/* Once a process, before any tree is made. */
void code_parse_open(void);
/* NULL where the document is too much: *reason says of what. Any bytes have a tree otherwise. ts_tree_delete() it. */
TSTree *code_parse(const struct code_language *language, const unsigned char *data, uint32_t size, const char **reason);

#endif
