/* How texts and numbers look in JSON: shared by the writer and by the printing of a tree. */
#ifndef COMMON_JSON_TEXT_H
#define COMMON_JSON_TEXT_H

#include <hartonomous/memory.h>

/* The text in quotes, escaped; invalid UTF-8 becomes U+FFFD. */
void json_text_append(hart_buffer *out, const char *text, size_t size);
/* The shortest decimal that reads back as the same double, and as a real; not finite gives null. */
void json_number_append(hart_buffer *out, double value);

#endif
