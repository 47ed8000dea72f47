/* package_children: parts of a package that are documents of their own, and what type they are said to have. */
#include <string.h>
#include <strings.h>

#include "package.h"
#include "part.h"

#define DECLARED_MAX 20000

static void declare(struct package *package, const char *before, char *key, char *type)
{
        size_t count = package->declared_count;
        if (key != NULL && type != NULL && *type != '\0' && count < DECLARED_MAX) {
                if ((count & (count + 1)) == 0)
                        package->declared = hart_reallocate_array(package->declared, (count + 1) * 4, sizeof(char *));
                /* Part names begin with a slash in these files, and with none in the directory. */
                package->declared[count * 2] = hart_format("%s%s", before, *key == '/' ? key + 1 : key);
                package->declared[count * 2 + 1] = HART_TAKE(type);
                package->declared_count++;
        }
        free(key);
        free(type);
}

static hart_code on_default(void *data, struct part *part, hart_error *err)
{
        (void)err;
        declare(data, ".", part_attribute(part, "Extension"), part_attribute(part, "ContentType"));
        return HART_OK;
}

static hart_code on_override(void *data, struct part *part, hart_error *err)
{
        (void)err;
        declare(data, "", part_attribute(part, "PartName"), part_attribute(part, "ContentType"));
        return HART_OK;
}

static hart_code on_file_entry(void *data, struct part *part, hart_error *err)
{
        (void)err;
        declare(data, "", part_attribute(part, "full-path"), part_attribute(part, "media-type"));
        return HART_OK;
}

static hart_code on_encryption(void *data, struct part *part, hart_error *err)
{
        struct package *package = data;
        (void)part, (void)err;
        package->locked = true;
        return HART_OK;
}

hart_code package_read_types(struct package *package, hart_error *err)
{
        static const struct part_rule rules[] = {
                {"Default", on_default, NULL},
                {"Override", on_override, NULL},
                {"file-entry", on_file_entry, NULL},
                {"encryption-data", on_encryption, NULL},
                {0},
        };
        hart_code code = part_walk(package, "[Content_Types].xml", PART_OPTIONAL, rules, NULL, package, err);
        if (code == HART_OK)
                code = part_walk(package, "META-INF/manifest.xml", PART_OPTIONAL, rules, NULL, package, err);
        return code;
}

const char *package_type(const struct package *package, const char *name)
{
        const char *ending = strrchr(name, '.'), *found = NULL;
        for (size_t i = 0; i < package->declared_count; i++) {
                const char *key = package->declared[i * 2];
                if (strcasecmp(key, name) == 0)
                        return package->declared[i * 2 + 1];
                if (ending != NULL && found == NULL && strcasecmp(key, ending) == 0)
                        found = package->declared[i * 2 + 1];
        }
        return found;
}

static hart_code put_bytes(struct package *package, hart_error *err)
{
        char buffer[65536];
        hart_code code = HART_OK;
        ptrdiff_t got;
        while (code == HART_OK && (got = package_read(package, buffer, sizeof buffer, err)) > 0)
                code = emit_child_bytes(package->emitter, buffer, (size_t)got, err);
        if (code != HART_OK)
                return code;
        code = emit_child_end(package->emitter, package->stopped ? "cut off at a limit" : package->broke, err);
        return code == HART_OK && package->stopped ? HART_EMPTY : code;
}

static hart_code put_child(struct package *package, size_t index, hart_error *err)
{
        const char *name = package->entries[index].name, *why = NULL;
        const char *type = package_type(package, name);
        bool image = type != NULL && strncasecmp(type, "image/", 6) == 0;
        hart_code code = package_seek(package, index, &why, err);
        if (code != HART_OK)
                return why != NULL ? emit_problem(package->emitter, err, "%s: %s", name, why) : code;
        const hart_child child = {
                .name = name, .content_type = type, .relation = image ? "embedded-image" : "embedded-file"};
        code = emit_child_begin(package->emitter, &child, err);
        return code == HART_OK ? put_bytes(package, err) : code;
}

hart_code package_emit_children(struct package *package, const char *prefix, hart_error *err)
{
        size_t length = strlen(prefix);
        hart_code code = HART_OK;
        for (size_t i = 0; code == HART_OK && i < package->count; i++) {
                const char *name = package->entries[i].name;
                size_t size = strlen(name);
                if (size > length && name[size - 1] != '/' && strncasecmp(name, prefix, length) == 0)
                        code = put_child(package, i, err);
        }
        return code;
}
