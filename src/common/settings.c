/* Settings files: where they lie, in which order they are read, and the example made from their table. */
#include <hartonomous/settings.h>

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "settings_list.h"
#include "settings_table.h"
#include "settings_value.h"

#define FILE_LIMIT ((size_t)1024 * 1024)

/* Of plain sections into the structs; those of groups are only tried. */
static hart_code set_defaults(const hart_settings_part *parts, size_t count, hart_error *err)
{
        struct settings_rows of;

        for (size_t at = 0; settings_rows_at(parts, count, at, &of); at++) {
                HART_CLEANUP(hart_free_p) void *item = of.group ? hart_allocate(of.group->item_size) : NULL;
                hart_code code = settings_defaults(of.rows, of.count, of.group ? of.group->section : NULL,
                                                   of.group ? item : of.into, err);
                for (size_t i = 0; of.group != NULL && i < of.count; i++)
                        setting_value_clear(&of.rows[i], item);
                if (code != HART_OK)
                        return code;
        }
        return HART_OK;
}

/* Where no file names any item. */
static void add_default_items(const hart_settings_part *parts, size_t count)
{
        struct settings_rows of;

        for (size_t at = 0; settings_rows_at(parts, count, at, &of); at++)
                if (of.group != NULL && of.group->default_name != NULL &&
                    ((const hart_settings_list *)of.into)->count == 0)
                        (void)settings_list_item(of.into, of.group, of.group->default_name);
}

static hart_code load_file(const hart_settings_part *parts, size_t count, const char *path, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        hart_code code = file_read(path, FILE_LIMIT, &text, err);

        if (code != HART_OK)
                return code == HART_EMPTY ? HART_OK : code;
        return hart_settings_parse_parts(parts, count, path, (const char *)text.data, text.size, err);
}

static int is_drop_in(const struct dirent *entry)
{
        const char *ending = strrchr(entry->d_name, '.');

        return entry->d_name[0] != '.' && ending != NULL && strcmp(ending, ".conf") == 0;
}

/* By bytes, so that the order is the same in every locale. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
        return strcmp((*a)->d_name, (*b)->d_name);
}

static hart_code load_drop_ins(const hart_settings_part *parts, size_t count, const char *folder, hart_error *err)
{
        struct dirent **entries = NULL;
        int found = scandir(folder, &entries, is_drop_in, compare_names);
        hart_code code = HART_OK;

        if (found < 0 && errno == ENOENT)
                return HART_OK;
        if (found < 0)
                return hart_fail_errno(err, HART_CONFIG, errno, "%s: cannot be listed", folder);
        for (int i = 0; i < found; i++) {
                HART_CLEANUP(hart_free_p) char *path = hart_format("%s/%s", folder, entries[i]->d_name);
                if (code == HART_OK)
                        code = load_file(parts, count, path, err);
                free(entries[i]);
        }
        free(entries);
        return code;
}

static hart_code check_directory(const char *directory, hart_error *err)
{
        struct stat status;

        if (stat(directory, &status) == 0)
                return S_ISDIR(status.st_mode) ? HART_OK
                                               : hart_fail(err, HART_CONFIG, "%s: is not a folder", directory);
        if (errno == ENOENT && strcmp(directory, HART_CONFIG_DIR) == 0)
                return HART_OK;
        return hart_fail_errno(err, HART_CONFIG, errno, "%s: the folder of the settings cannot be used", directory);
}

static hart_code load_all(const char *directory, const char *file, const hart_settings_part *parts, size_t count,
                          hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/%s.conf", directory, file);
        HART_CLEANUP(hart_free_p) char *folder = hart_format("%s/%s.conf.d", directory, file);
        hart_code code = check_directory(directory, err);

        if (code == HART_OK)
                code = settings_check(parts, count, err);
        if (code == HART_OK)
                code = set_defaults(parts, count, err);
        if (code == HART_OK)
                code = load_file(parts, count, path, err);
        if (code == HART_OK)
                code = load_drop_ins(parts, count, folder, err);
        if (code == HART_OK)
                add_default_items(parts, count);
        return code;
}

hart_code hart_settings_load_parts(const char *directory, const char *file, const hart_settings_part *parts,
                                   size_t count, hart_error *err)
{
        hart_code code = load_all(directory != NULL ? directory : HART_CONFIG_DIR, file, parts, count, err);
        struct settings_rows of;

        if (code == HART_OK)
                return HART_OK;
        for (size_t at = 0; settings_rows_at(parts, count, at, &of); at++)
                if (of.group != NULL)
                        settings_list_done(of.into, of.group);
                else
                        for (size_t i = 0; i < of.count; i++)
                                setting_value_clear(&of.rows[i], of.into);
        return code;
}

void hart_settings_done_parts(const hart_settings_part *parts, size_t count)
{
        struct settings_rows of;

        for (size_t at = 0; settings_rows_at(parts, count, at, &of); at++)
                if (of.group != NULL)
                        settings_list_done(of.into, of.group);
                else
                        for (size_t i = 0; i < of.count; i++)
                                if (of.rows[i].kind == HART_SETTING_TEXT)
                                        setting_value_clear(&of.rows[i], of.into);
}

hart_settings_part hart_settings_part_of(const hart_settings_schema *schema, void *into)
{
        return (hart_settings_part){schema->rows, schema->count, into, schema->groups, schema->group_count};
}

hart_code hart_settings_load(const hart_settings_schema *schema, const char *directory, void *into, hart_error *err)
{
        const hart_settings_part part = hart_settings_part_of(schema, into);

        return hart_settings_load_parts(directory, schema->file, &part, 1, err);
}

hart_code hart_settings_load_beside(const hart_settings_schema *schema, const char *directory, const char *other,
                                    void *into, hart_error *err)
{
        char *passed_over = NULL;
        const hart_setting any = {other, HART_SETTING_ANY_KEY, HART_SETTING_TEXT, 0, NULL, 0, INT64_MAX,
                                  NULL,  "Another reader's"};
        const hart_settings_part parts[] = {hart_settings_part_of(schema, into),
                                            {.rows = &any, .count = 1, .into = &passed_over}};
        hart_code code = hart_settings_load_parts(directory, schema->file, parts, 2, err);

        free(passed_over);
        return code;
}

void hart_settings_done(const hart_settings_schema *schema, void *settings)
{
        const hart_settings_part part = hart_settings_part_of(schema, settings);

        if (settings != NULL)
                hart_settings_done_parts(&part, 1);
}
