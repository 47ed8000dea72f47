/* One value of a settings file: from text into the struct, and its bounds back into text. */
#ifndef COMMON_SETTINGS_VALUE_H
#define COMMON_SETTINGS_VALUE_H

#include <stdbool.h>

#include <hartonomous/settings.h>

/* Sets row's field of `into`; false where the text is not allowed, and the field is as it was. */
bool setting_value_set(const hart_setting *row, const char *text, void *into);
/* Frees what the field owns and sets it to zero. */
void setting_value_clear(const hart_setting *row, void *into);
/* "a time", for «"5" is not …». */
const char *setting_kind_noun(hart_setting_kind kind);
/* Appends what is allowed: "1s to 1h, written as 10s, …". */
void setting_allowed(const hart_setting *row, hart_buffer *out);

#endif
