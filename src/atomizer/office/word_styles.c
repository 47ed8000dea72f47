/* word_styles: a heading is known by its style's name, by its outline level, or by the style that it is based on. */
#include "word_styles.h"

#include <string.h>
#include <strings.h>

#include "part.h"

#define STYLES_MAX 5000
#define BASES_MAX  10 /* a style based on one that is based on … */

static hart_code on_style(void *data, struct part *part, hart_error *err)
{
        struct word_styles *styles = data;
        size_t count = styles->count;
        (void)err;
        if (count == STYLES_MAX) {
                part->skip = true;
                return HART_OK;
        }
        if ((count & (count + 1)) == 0)
                styles->rows = hart_reallocate_array(styles->rows, (count + 1) * 2, sizeof *styles->rows);
        styles->rows[styles->count++] = (struct word_style){.id = part_attribute(part, "styleId")};
        return HART_OK;
}

static struct word_style *last_style(struct word_styles *styles)
{
        return styles->count > 0 ? &styles->rows[styles->count - 1] : NULL;
}

/* "heading 1" is its name in every language; the id is not. */
static hart_code on_style_name(void *data, struct part *part, hart_error *err)
{
        struct word_style *style = last_style(data);
        HART_CLEANUP(hart_free_p) char *name = part_attribute(part, "val");
        (void)err;
        if (style == NULL || name == NULL)
                return HART_OK;
        if (strncasecmp(name, "heading ", 8) == 0 && name[8] >= '1' && name[8] <= '9' && name[9] == '\0')
                style->level = (unsigned)(name[8] - '0');
        else if (strcasecmp(name, "title") == 0)
                style->level = 1;
        return HART_OK;
}

static hart_code on_based_on(void *data, struct part *part, hart_error *err)
{
        struct word_style *style = last_style(data);
        (void)err;
        if (style != NULL && style->base == NULL)
                style->base = part_attribute(part, "val");
        return HART_OK;
}

static hart_code on_style_level(void *data, struct part *part, hart_error *err)
{
        struct word_style *style = last_style(data);
        uint64_t level = part_number(part, "val", 8, 9);
        (void)err;
        if (style != NULL && style->level == 0 && level < 9)
                style->level = (unsigned)level + 1;
        return HART_OK;
}

static const struct word_style *style_by_id(const struct word_styles *styles, const char *id)
{
        for (size_t i = 0; id != NULL && i < styles->count; i++) {
                if (styles->rows[i].id != NULL && strcmp(styles->rows[i].id, id) == 0)
                        return &styles->rows[i];
        }
        return NULL;
}

/* A style without a level of its own has that of the one it is based on. */
unsigned word_styles_level(const struct word_styles *styles, const char *id)
{
        const struct word_style *style = style_by_id(styles, id);
        for (unsigned i = 0; style != NULL && style->level == 0 && i < BASES_MAX; i++)
                style = style_by_id(styles, style->base);
        return style != NULL ? style->level : 0;
}

hart_code word_styles_read(struct package *package, const char *part, struct word_styles *styles, hart_error *err)
{
        static const struct part_rule rules[] = {
                {"style", on_style, NULL},
                {"name", on_style_name, NULL},
                {"basedOn", on_based_on, NULL},
                {"outlineLvl", on_style_level, NULL},
                {0},
        };
        return part_walk(package, part, PART_OPTIONAL, rules, NULL, styles, err);
}

void word_styles_done(struct word_styles *styles)
{
        for (size_t i = 0; i < styles->count; i++) {
                free(styles->rows[i].id);
                free(styles->rows[i].base);
        }
        free(styles->rows);
        *styles = (struct word_styles){0};
}
