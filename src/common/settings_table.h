/* Looking into settings tables. */
#ifndef COMMON_SETTINGS_TABLE_H
#define COMMON_SETTINGS_TABLE_H

#include <stdbool.h>

#include <hartonomous/settings.h>

/* The rows of a part, or of one of its groups. */
struct settings_rows {
        const hart_setting *rows;
        size_t count;
        const hart_settings_group *group; /* NULL: plain sections */
        void *into;                       /* of a group: its hart_settings_list; NULL where the part has no struct */
};

/* The index-th rows of all parts; false where there are no more. */
bool settings_rows_at(const hart_settings_part *parts, size_t count, size_t index, struct settings_rows *ret);
/* The rows the section is among; false where there is no such section. */
bool settings_find_section(const hart_settings_part *parts, size_t count, const char *section,
                           struct settings_rows *ret);
/* The row of that name and where it lies; NULL where there is none. `ret` may be NULL. */
const hart_setting *settings_find(const hart_settings_part *parts, size_t count, const char *section, const char *key,
                                  struct settings_rows *ret);
/* Calls `take` for each section once, in order of the rows. */
void settings_each_section(const hart_settings_part *parts, size_t count,
                           void (*take)(const struct settings_rows *rows, const char *section, void *data), void *data);
/* What every row must keep: a help text, choices where it is a choice, bounds in order, a name of its own, in a group
 * the group's section. HART_FATAL names the row that does not. */
hart_code settings_check(const hart_settings_part *parts, size_t count, hart_error *err);

#endif
