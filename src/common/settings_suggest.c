#include "settings_suggest.h"

#include <string.h>
#include <strings.h>

#include "settings_table.h"

#define NAME_LIMIT 64 /* longer names get no suggestion */

static size_t least(size_t a, size_t b)
{
        return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, replacements and swaps of neighbours, on three rows of the table. */
static size_t distance(const char *a, const char *b)
{
        size_t rows[3][NAME_LIMIT + 1];
        size_t *before = rows[0], *last = rows[1], *now = rows[2], a_size = strlen(a), b_size = strlen(b);

        if (a_size > NAME_LIMIT || b_size > NAME_LIMIT)
                return SIZE_MAX;
        for (size_t j = 0; j <= b_size; j++)
                last[j] = j;
        for (size_t i = 1; i <= a_size; i++) {
                size_t *spare = before;

                now[0] = i;
                for (size_t j = 1; j <= b_size; j++) {
                        now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
                        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                                now[j] = least(now[j], before[j - 2] + 1);
                }
                before = last;
                last = now;
                now = spare;
        }
        return last[b_size];
}

struct search {
        const char *wanted;
        const char *best;
        size_t best_distance;
};

/* A third of the letters may be wrong; more is another word. */
static void consider(struct search *search, const char *name)
{
        size_t found = strcasecmp(search->wanted, name) == 0 ? 0 : distance(search->wanted, name);
        size_t allowed = strlen(name) / 3 > 1 ? strlen(name) / 3 : 1;

        if (found > allowed || (search->best != NULL && found >= search->best_distance))
                return;
        search->best = name;
        search->best_distance = found;
}

/* "[worker]", "[model \"NAME\"]" */
static void append_section(const struct settings_rows *rows, const char *section, hart_buffer *out)
{
        hart_buffer_format(out, rows->group != NULL ? "[%s \"NAME\"]" : "[%s]", section);
}

static void append_allowed(const struct settings_rows *rows, const char *section, void *data)
{
        hart_buffer_byte(data, ' ');
        append_section(rows, section, data);
}

void settings_suggest_section(const hart_settings_part *parts, size_t count, const char *section, hart_buffer *out)
{
        struct search search = {.wanted = section};
        struct settings_rows of;

        for (size_t at = 0; settings_rows_at(parts, count, at, &of); at++)
                for (size_t i = 0; i < of.count; i++)
                        consider(&search, of.rows[i].section);
        if (search.best != NULL && settings_find_section(parts, count, search.best, &of)) {
                hart_buffer_text(out, "did you mean ");
                append_section(&of, search.best, out);
                hart_buffer_byte(out, '?');
                return;
        }
        hart_buffer_text(out, "allowed:");
        settings_each_section(parts, count, append_allowed, out);
}

void settings_suggest_key(const hart_settings_part *parts, size_t count, const char *section, const char *key,
                          hart_buffer *out)
{
        struct search search = {.wanted = key};
        struct settings_rows of, other = {0};
        const char *elsewhere = NULL, *comma = "";

        for (size_t at = 0; settings_rows_at(parts, count, at, &of); at++)
                for (size_t i = 0; i < of.count; i++) {
                        const hart_setting *row = &of.rows[i];
                        if (strcmp(row->section, section) == 0) {
                                consider(&search, row->key);
                        } else if (strcmp(row->key, key) == 0) {
                                elsewhere = row->section;
                                other = of;
                        }
                }
        if (elsewhere != NULL) {
                hart_buffer_text(out, "it belongs under ");
                append_section(&other, elsewhere, out);
                return;
        }
        if (search.best != NULL) {
                hart_buffer_format(out, "did you mean %s?", search.best);
                return;
        }
        hart_buffer_text(out, "allowed: ");
        for (size_t at = 0; settings_rows_at(parts, count, at, &of); at++)
                for (size_t i = 0; i < of.count; i++)
                        if (strcmp(of.rows[i].section, section) == 0) {
                                hart_buffer_format(out, "%s%s", comma, of.rows[i].key);
                                comma = ", ";
                        }
}
