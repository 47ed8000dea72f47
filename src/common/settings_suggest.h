/* What to say about a name that is not in the table: the one that was probably meant, else all there are. */
#ifndef COMMON_SETTINGS_SUGGEST_H
#define COMMON_SETTINGS_SUGGEST_H

#include <hartonomous/settings.h>

void settings_suggest_section(const hart_settings_part *parts, size_t count, const char *section, hart_buffer *out);
void settings_suggest_key(const hart_settings_part *parts, size_t count, const char *section, const char *key,
                          hart_buffer *out);

#endif
