/* The example file of a settings table. */
#include <hartonomous/settings.h>

#include <string.h>

#include "settings_table.h"
#include "settings_value.h"

/* The name that stands above the keys of an example. */
static const char *item_name(const hart_settings_group *group)
{
        return group->default_name != NULL ? group->default_name : "NAME";
}

static void print_default(const hart_setting *row, const hart_settings_group *group, FILE *out)
{
        const char *value = row->default_value != NULL ? row->default_value : "";
        const char *place = group != NULL ? strstr(value, HART_SETTING_NAME) : NULL;

        if (place == NULL)
                (void)fprintf(out, "#%s =%s%s\n", row->key, *value == '\0' ? "" : " ", value);
        else
                (void)fprintf(out, "#%s = %.*s%s%s\n", row->key, (int)(place - value), value, item_name(group),
                              place + strlen(HART_SETTING_NAME));
}

static void print_row(const hart_setting *row, const hart_settings_group *group, FILE *out)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer allowed = {0};

        setting_allowed(row, &allowed);
        (void)fprintf(out, "\n# %s\n# Allowed: %s.\n", row->help, (const char *)allowed.data);
        print_default(row, group, out);
}

struct example {
        const hart_settings_part *parts;
        size_t count;
        FILE *out;
};

/* Of a group it is commented out as well: whoever names one has no others by default. */
static void print_header(const hart_settings_group *group, const char *section, FILE *out)
{
        if (group == NULL) {
                (void)fprintf(out, "\n[%s]\n", section);
                return;
        }
        (void)fprintf(out, "\n# As many such sections as there are names%s.\n#[%s \"%s\"]\n",
                      group->default_name != NULL ? "; where no file has any, this one" : "", section,
                      item_name(group));
}

/* All rows of the section, whichever part they are in. */
static void print_section(const struct settings_rows *first, const char *section, void *data)
{
        const struct example *example = data;
        struct settings_rows of;

        print_header(first->group, section, example->out);
        for (size_t at = 0; settings_rows_at(example->parts, example->count, at, &of); at++)
                for (size_t i = 0; i < of.count; i++)
                        if (strcmp(of.rows[i].section, section) == 0)
                                print_row(&of.rows[i], of.group, example->out);
}

void hart_settings_print_example_parts(const char *title, const hart_settings_part *parts, size_t count, FILE *out)
{
        struct example example = {parts, count, out};

        (void)fprintf(out, "# %s\n#\n# Each key is shown with its default. To change one, remove the # before it.\n",
                      title);
        settings_each_section(parts, count, print_section, &example);
}

void hart_settings_print_example(const hart_settings_schema *schema, FILE *out)
{
        const hart_settings_part part = hart_settings_part_of(schema, NULL);

        hart_settings_print_example_parts(schema->title, &part, 1, out);
}
