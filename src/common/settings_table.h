/* Looking into settings tables. */
#ifndef COMMON_SETTINGS_TABLE_H
#define COMMON_SETTINGS_TABLE_H

#include <stdbool.h>

#include <hartonomous/settings.h>

/* The row of that name and the struct it fills; NULL where there is none. `into` may be NULL. */
const hart_setting *settings_find(const hart_settings_part *parts, size_t count, const char *section, const char *key,
                                  void **into);
/* The section's name as the first row that is in it has it; NULL where no row is. */
const char *settings_find_section(const hart_settings_part *parts, size_t count, const char *section);
/* Is this row the first one of its section? */
bool settings_opens_section(const hart_settings_part *parts, size_t part, size_t row);
/* What every row must keep: a help text, choices where it is a choice, bounds in order, a name of its own. HART_FATAL
 * names the row that does not. */
hart_code settings_check(const hart_settings_part *parts, size_t count, hart_error *err);

#endif
