#include "settings_list.h"

#include <string.h>

#include "settings_value.h"

static char *with_name(const char *text, const char *name)
{
        const char *place = name != NULL ? strstr(text, HART_SETTING_NAME) : NULL;

        return place == NULL
                       ? hart_duplicate(text)
                       : hart_format("%.*s%s%s", (int)(place - text), text, name, place + strlen(HART_SETTING_NAME));
}

hart_code settings_defaults(const hart_setting *rows, size_t count, const char *name, void *into, hart_error *err)
{
        for (size_t i = 0; i < count; i++) {
                const hart_setting *row = &rows[i];
                HART_CLEANUP(hart_free_p) char *value = NULL;
                if (row->default_value == NULL)
                        continue;
                value = with_name(row->default_value, name);
                if (!setting_value_set(row, value, into))
                        return hart_fail(err, HART_FATAL,
                                         "table of settings: [%s] %s has the default \"%s\", which it does not allow",
                                         row->section, row->key, row->default_value);
        }
        return HART_OK;
}

static void *at(const hart_settings_list *list, const hart_settings_group *group, size_t index)
{
        return (char *)list->items + index * group->item_size;
}

void *settings_list_item(hart_settings_list *list, const hart_settings_group *group, const char *name)
{
        void *item;

        for (size_t i = 0; i < list->count; i++)
                if (strcmp(list->names[i], name) == 0)
                        return at(list, group, i);
        list->names = hart_reallocate_array(list->names, list->count + 1, sizeof *list->names);
        list->items = hart_reallocate_array(list->items, list->count + 1, group->item_size);
        list->names[list->count] = hart_duplicate(name);
        item = at(list, group, list->count++);
        memset(item, 0, group->item_size);
        /* They are allowed: hart_settings_load tries them before any file is read. */
        (void)settings_defaults(group->rows, group->count, name, item, NULL);
        return item;
}

void settings_list_done(hart_settings_list *list, const hart_settings_group *group)
{
        for (size_t i = 0; i < list->count; i++) {
                for (size_t row = 0; row < group->count; row++)
                        setting_value_clear(&group->rows[row], at(list, group, i));
                free(list->names[i]);
        }
        free(list->names);
        free(list->items);
        *list = (hart_settings_list){0};
}
