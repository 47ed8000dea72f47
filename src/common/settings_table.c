#include "settings_table.h"

#include <string.h>

const hart_setting *settings_find(const hart_settings_part *parts, size_t count, const char *section, const char *key,
                                  void **into)
{
        for (size_t part = 0; part < count; part++)
                for (size_t i = 0; i < parts[part].count; i++) {
                        const hart_setting *row = &parts[part].rows[i];
                        if (strcmp(row->section, section) != 0 ||
                            (strcmp(row->key, key) != 0 && strcmp(row->key, HART_SETTING_ANY_KEY) != 0))
                                continue;
                        if (into != NULL)
                                *into = parts[part].into;
                        return row;
                }
        return NULL;
}

const char *settings_find_section(const hart_settings_part *parts, size_t count, const char *section)
{
        for (size_t part = 0; part < count; part++)
                for (size_t i = 0; i < parts[part].count; i++)
                        if (strcmp(parts[part].rows[i].section, section) == 0)
                                return parts[part].rows[i].section;
        return NULL;
}

bool settings_opens_section(const hart_settings_part *parts, size_t part, size_t row)
{
        const char *section = parts[part].rows[row].section;
        const hart_settings_part before = {parts[part].rows, row, NULL};

        return settings_find_section(parts, part, section) == NULL &&
               settings_find_section(&before, 1, section) == NULL;
}

hart_code settings_check(const hart_settings_part *parts, size_t count, hart_error *err)
{
        for (size_t part = 0; part < count; part++)
                for (size_t i = 0; i < parts[part].count; i++) {
                        const hart_setting *row = &parts[part].rows[i];
                        const char *fault = NULL;
                        if (row->help == NULL || *row->help == '\0')
                                fault = "has no help";
                        else if (row->kind == HART_SETTING_CHOICE && (row->choices == NULL || row->choices[0] == NULL))
                                fault = "has no choices";
                        else if (row->min > row->max && !(row->kind == HART_SETTING_TEXT && row->max == 0))
                                fault = "has its bounds the wrong way round";
                        else if (settings_find(parts, count, row->section, row->key, NULL) != row)
                                fault = "is there twice";
                        if (fault != NULL)
                                return hart_fail(err, HART_FATAL, "table of settings: [%s] %s %s", row->section,
                                                 row->key, fault);
                }
        return HART_OK;
}
