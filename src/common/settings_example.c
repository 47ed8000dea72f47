/* The example file of a settings table. */
#include <hartonomous/settings.h>

#include <string.h>

#include "settings_table.h"
#include "settings_value.h"

static void print_row(const hart_setting *row, FILE *out)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer allowed = {0};
        bool empty = row->default_value == NULL || *row->default_value == '\0';

        setting_allowed(row, &allowed);
        (void)fprintf(out, "\n# %s\n# Allowed: %s.\n#%s =%s%s\n", row->help, (const char *)allowed.data, row->key,
                      empty ? "" : " ", empty ? "" : row->default_value);
}

/* All rows of the section, whichever part they are in. */
static void print_section(const hart_settings_part *parts, size_t count, const char *section, FILE *out)
{
        (void)fprintf(out, "\n[%s]\n", section);
        for (size_t part = 0; part < count; part++)
                for (size_t i = 0; i < parts[part].count; i++)
                        if (strcmp(parts[part].rows[i].section, section) == 0)
                                print_row(&parts[part].rows[i], out);
}

void hart_settings_print_example_parts(const char *title, const hart_settings_part *parts, size_t count, FILE *out)
{
        (void)fprintf(out, "# %s\n#\n# Each key is shown with its default. To change one, remove the # before it.\n",
                      title);
        for (size_t part = 0; part < count; part++)
                for (size_t i = 0; i < parts[part].count; i++)
                        if (settings_opens_section(parts, part, i))
                                print_section(parts, count, parts[part].rows[i].section, out);
}

void hart_settings_print_example(const hart_settings_schema *schema, FILE *out)
{
        const hart_settings_part part = {schema->rows, schema->count, NULL};

        hart_settings_print_example_parts(schema->title, &part, 1, out);
}
