/* Named sections: the list of their items. */
#ifndef COMMON_SETTINGS_LIST_H
#define COMMON_SETTINGS_LIST_H

#include <hartonomous/settings.h>

#define SETTINGS_NAME_LIMIT 200 /* bytes */

/* The item of that name, made with its defaults where there is none yet. It is good until the next is made. */
void *settings_list_item(hart_settings_list *list, const hart_settings_group *group, const char *name);
/* Frees all items; the list is empty then. */
void settings_list_done(hart_settings_list *list, const hart_settings_group *group);
/* Sets `into` to what the rows have as defaults; `name` is the item's, NULL where they are not a group's. HART_FATAL
 * names a default that its own row does not allow. */
hart_code settings_defaults(const hart_setting *rows, size_t count, const char *name, void *into, hart_error *err);

#endif
