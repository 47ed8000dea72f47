#include "settings_table.h"

#include <string.h>

bool settings_rows_at(const hart_settings_part *parts, size_t count, size_t index, struct settings_rows *ret)
{
        for (size_t part = 0; part < count; part++) {
                const hart_settings_part *of = &parts[part];
                if (index == 0) {
                        *ret = (struct settings_rows){of->rows, of->count, NULL, of->into};
                        return true;
                }
                if (--index < of->group_count) {
                        const hart_settings_group *group = &of->groups[index];
                        *ret = (struct settings_rows){group->rows, group->count, group,
                                                      of->into == NULL ? NULL : (char *)of->into + group->offset};
                        return true;
                }
                index -= of->group_count;
        }
        return false;
}

const hart_setting *settings_find(const hart_settings_part *parts, size_t count, const char *section, const char *key,
                                  struct settings_rows *ret)
{
        struct settings_rows of;

        for (size_t at = 0; settings_rows_at(parts, count, at, &of); at++)
                for (size_t i = 0; i < of.count; i++) {
                        const hart_setting *row = &of.rows[i];
                        if (strcmp(row->section, section) != 0 ||
                            (strcmp(row->key, key) != 0 && strcmp(row->key, HART_SETTING_ANY_KEY) != 0))
                                continue;
                        if (ret != NULL)
                                *ret = of;
                        return row;
                }
        return NULL;
}

static bool has_section(const hart_setting *rows, size_t count, const char *section)
{
        for (size_t i = 0; i < count; i++)
                if (strcmp(rows[i].section, section) == 0)
                        return true;
        return false;
}

bool settings_find_section(const hart_settings_part *parts, size_t count, const char *section,
                           struct settings_rows *ret)
{
        for (size_t at = 0; settings_rows_at(parts, count, at, ret); at++)
                if (has_section(ret->rows, ret->count, section))
                        return true;
        return false;
}

/* Is the section in none of the rows before? */
static bool is_new(const hart_settings_part *parts, size_t count, size_t at, size_t row, const char *section)
{
        struct settings_rows of;

        for (size_t before = 0; before <= at && settings_rows_at(parts, count, before, &of); before++)
                if (has_section(of.rows, before < at ? of.count : row, section))
                        return false;
        return true;
}

void settings_each_section(const hart_settings_part *parts, size_t count,
                           void (*take)(const struct settings_rows *rows, const char *section, void *data), void *data)
{
        struct settings_rows of;

        for (size_t at = 0; settings_rows_at(parts, count, at, &of); at++)
                for (size_t i = 0; i < of.count; i++)
                        if (is_new(parts, count, at, i, of.rows[i].section))
                                take(&of, of.rows[i].section, data);
}

static const char *fault_of(const hart_settings_part *parts, size_t count, const struct settings_rows *of,
                            const hart_setting *row)
{
        struct settings_rows first;

        if (row->help == NULL || *row->help == '\0')
                return "has no help";
        if (row->kind == HART_SETTING_CHOICE && (row->choices == NULL || row->choices[0] == NULL))
                return "has no choices";
        if (row->min > row->max && !(row->kind == HART_SETTING_TEXT && row->max == 0))
                return "has its bounds the wrong way round";
        if (of->group != NULL && strcmp(of->group->section, row->section) != 0)
                return "is in a group of another section";
        if (settings_find_section(parts, count, row->section, &first) && first.group != of->group)
                return "is in a section with a name and in one without";
        if (settings_find(parts, count, row->section, row->key, NULL) != row)
                return "is there twice";
        return NULL;
}

hart_code settings_check(const hart_settings_part *parts, size_t count, hart_error *err)
{
        struct settings_rows of;

        for (size_t at = 0; settings_rows_at(parts, count, at, &of); at++)
                for (size_t i = 0; i < of.count; i++) {
                        const char *fault = fault_of(parts, count, &of, &of.rows[i]);
                        if (fault != NULL)
                                return hart_fail(err, HART_FATAL, "table of settings: [%s] %s %s", of.rows[i].section,
                                                 of.rows[i].key, fault);
                }
        return HART_OK;
}
