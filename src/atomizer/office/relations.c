/* relations: targets are relative to the part's folder. */
#include "relations.h"

#include <string.h>

#include "part.h"

#define RELATIONS_MAX 50000

/* "a/b/" becomes "a/", "a/" and "" become "". */
static void go_up(hart_buffer *name)
{
        if (name->size > 0)
                name->size--;
        while (name->size > 0 && name->data[name->size - 1] != '/')
                name->size--;
}

/* "ppt/slides/slide1.xml" and "../media/a.png" are "ppt/media/a.png". */
static char *resolve(const char *part, const char *target)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer name = {0};
        const char *slash = strrchr(part, '/');
        if (*target != '/' && slash != NULL)
                hart_buffer_append(&name, part, (size_t)(slash - part) + 1);
        while (*target != '\0') {
                size_t length = strcspn(target, "/");
                const char *rest = target + length + (target[length] == '/');
                if (length == 2 && memcmp(target, "..", 2) == 0) {
                        go_up(&name);
                } else if (length > 0 && !(length == 1 && *target == '.')) {
                        hart_buffer_append(&name, target, (size_t)(rest - target));
                }
                target = rest;
        }
        return hart_duplicate_n(name.size > 0 ? (const char *)name.data : "", name.size);
}

static hart_code on_relationship(void *data, struct part *part, hart_error *err)
{
        struct relations *relations = data;
        size_t count = relations->count;
        (void)err;
        HART_CLEANUP(hart_free_p) char *type = part_attribute(part, "Type");
        HART_CLEANUP(hart_free_p) char *target = part_attribute(part, "Target");
        HART_CLEANUP(hart_free_p) char *mode = part_attribute(part, "TargetMode");
        if (type == NULL || target == NULL || count == RELATIONS_MAX)
                return HART_OK;
        if ((count & (count + 1)) == 0)
                relations->rows = hart_reallocate_array(relations->rows, (count + 1) * 2, sizeof *relations->rows);
        const char *last = strrchr(type, '/');
        bool external = mode != NULL && strcmp(mode, "External") == 0;
        relations->rows[relations->count++] = (struct relation){
                .id = part_attribute(part, "Id"),
                .type = hart_duplicate(last != NULL ? last + 1 : type),
                .target = external ? HART_TAKE(target) : resolve(relations->part, target),
                .external = external,
        };
        return HART_OK;
}

hart_code relations_read(struct package *package, const char *part, struct relations *ret, hart_error *err)
{
        static const struct part_rule rules[] = {{"Relationship", on_relationship, NULL}, {0}};
        const char *slash = strrchr(part, '/');
        size_t folder = slash != NULL ? (size_t)(slash - part) + 1 : 0;
        HART_CLEANUP(hart_free_p) char *name = hart_format("%.*s_rels/%s.rels", (int)folder, part, part + folder);
        *ret = (struct relations){.part = part};
        return part_walk(package, name, PART_OPTIONAL, rules, NULL, ret, err);
}

void relations_done(struct relations *relations)
{
        for (size_t i = 0; i < relations->count; i++) {
                free(relations->rows[i].id);
                free(relations->rows[i].type);
                free(relations->rows[i].target);
        }
        free(relations->rows);
        *relations = (struct relations){0};
}

const struct relation *relations_next(const struct relations *relations, const char *type, const struct relation *after)
{
        size_t next = after != NULL ? (size_t)(after - relations->rows) + 1 : 0;
        for (; next < relations->count; next++) {
                if (strcmp(relations->rows[next].type, type) == 0)
                        return &relations->rows[next];
        }
        return NULL;
}

const struct relation *relations_by_id(const struct relations *relations, const char *id)
{
        for (size_t i = 0; id != NULL && i < relations->count; i++) {
                if (relations->rows[i].id != NULL && strcmp(relations->rows[i].id, id) == 0)
                        return &relations->rows[i];
        }
        return NULL;
}

hart_code relations_main_part(struct package *package, char **ret, hart_error *err)
{
        struct relations relations;
        hart_code code = relations_read(package, "", &relations, err);
        const struct relation *found = relations_next(&relations, "officeDocument", NULL);
        *ret = found != NULL && !found->external ? hart_duplicate(found->target) : NULL;
        relations_done(&relations);
        return code;
}
