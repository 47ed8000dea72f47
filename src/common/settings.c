/* Settings files: where they lie, in which order they are read, and the example made from their table. */
#include <hartonomous/settings.h>

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "settings_table.h"
#include "settings_value.h"

#define FILE_LIMIT ((size_t)1024 * 1024)

static hart_code set_defaults(const hart_settings_part *parts, size_t count, hart_error *err)
{
        for (size_t part = 0; part < count; part++)
                for (size_t i = 0; i < parts[part].count; i++) {
                        const hart_setting *row = &parts[part].rows[i];
                        if (row->default_value != NULL && !setting_value_set(row, row->default_value, parts[part].into))
                                return hart_fail(
                                        err, HART_FATAL,
                                        "table of settings: [%s] %s has the default \"%s\", which it does not allow",
                                        row->section, row->key, row->default_value);
                }
        return HART_OK;
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
        return code;
}

hart_code hart_settings_load_parts(const char *directory, const char *file, const hart_settings_part *parts,
                                   size_t count, hart_error *err)
{
        hart_code code = load_all(directory != NULL ? directory : HART_CONFIG_DIR, file, parts, count, err);

        if (code == HART_OK)
                return HART_OK;
        for (size_t part = 0; part < count; part++)
                for (size_t i = 0; i < parts[part].count; i++)
                        setting_value_clear(&parts[part].rows[i], parts[part].into);
        return code;
}

void hart_settings_done_parts(const hart_settings_part *parts, size_t count)
{
        for (size_t part = 0; part < count; part++)
                for (size_t i = 0; i < parts[part].count; i++)
                        if (parts[part].rows[i].kind == HART_SETTING_TEXT)
                                setting_value_clear(&parts[part].rows[i], parts[part].into);
}

hart_code hart_settings_load(const hart_settings_schema *schema, const char *directory, void *into, hart_error *err)
{
        const hart_settings_part part = {schema->rows, schema->count, into};

        return hart_settings_load_parts(directory, schema->file, &part, 1, err);
}

hart_code hart_settings_load_beside(const hart_settings_schema *schema, const char *directory, const char *other,
                                    void *into, hart_error *err)
{
        char *passed_over = NULL;
        const hart_setting any = {other, HART_SETTING_ANY_KEY, HART_SETTING_TEXT, 0, NULL, 0, INT64_MAX,
                                  NULL,  "Another reader's"};
        const hart_settings_part parts[] = {{schema->rows, schema->count, into}, {&any, 1, &passed_over}};
        hart_code code = hart_settings_load_parts(directory, schema->file, parts, 2, err);

        free(passed_over);
        return code;
}

void hart_settings_done(const hart_settings_schema *schema, void *settings)
{
        const hart_settings_part part = {schema->rows, schema->count, settings};

        if (settings != NULL)
                hart_settings_done_parts(&part, 1);
}
