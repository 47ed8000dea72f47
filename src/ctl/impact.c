/* impact: what would be touched if an atom went, by kind with counts, and step by step. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "steps.h"

/* How a thing is touched; the first row that fits a step counts it. */
static const struct kind {
        const char *type, *node; /* NULL: any */
        const char *key, *title;
} kinds[] = {
        {"DERIVED_FROM", NULL, "derived", "atoms derived from it"},
        {"SUPERSEDED_BY", NULL, "newer", "newer versions of it"},
        {"HAS_COMPONENT", NULL, "wholes", "atoms that contain it"},
        {"INGESTED_FROM", NULL, "sources", "sources"},
        {NULL, "Inference", "inferences", "inferences"},
        {NULL, "GenerationStream", "streams", "generation streams"},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

static bool fits(const struct kind *kind, const table_cell *row)
{
        return kind->type ? strcmp(kind->type, row[WALK_TYPE].text) == 0 : strcmp(kind->node, row[WALK_NODE].text) == 0;
}

static int compare(const void *left, const void *right)
{
        const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
        return (a > b) - (a < b);
}

/* Things, not steps: what is reached in two ways counts once. */
static int64_t count_kind(const struct kind *kind, const struct table *rows)
{
        const size_t total = table_rows(rows);
        HART_CLEANUP(hart_free_p) int64_t *ids = hart_allocate_array(total + 1, sizeof *ids);
        size_t found = 0, different = 0;
        for (size_t row = 0; row < total; row++) {
                const table_cell *cells = &rows->cells[row * rows->column_count];
                if (fits(kind, cells))
                        ids[found++] = cells[WALK_ID].integer;
        }
        qsort(ids, found, sizeof *ids, compare);
        for (size_t i = 0; i < found; i++)
                different += i == 0 || ids[i] != ids[i - 1];
        return (int64_t)different;
}

static void show_json(const struct answer *answer, int64_t atom)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        hart_json_begin_object(&writer);
        walk_write_head(answer, atom, &writer);
        hart_json_key(&writer, "counts");
        hart_json_begin_object(&writer);
        for (size_t i = 0; i < KINDS; i++) {
                hart_json_key(&writer, kinds[i].key);
                hart_json_put_integer(&writer, count_kind(&kinds[i], &answer->rows));
        }
        hart_json_end_object(&writer);
        hart_json_key(&writer, "impact");
        table_write_json(&answer->rows, &writer);
        hart_json_end_object(&writer);
        json_show(&out);
}

static void show_people(const struct answer *answer, int64_t atom)
{
        if (table_rows(&answer->rows) == 0) {
                printf("nothing else would be touched if atom %lld went\n", (long long)atom);
                return;
        }
        for (size_t i = 0; i < KINDS; i++)
                printf("%8lld  %s\n", (long long)count_kind(&kinds[i], &answer->rows), kinds[i].title);
        putchar('\n');
        table_print(&answer->rows, stdout);
}

int ctl_impact(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        HART_CLEANUP(answer_done) struct answer answer = {0};
        int64_t atom = 0;
        const int status = walk_ask(ctl, HART_PROVENANCE_IMPACT, arguments[0], &atom, &answer);
        if (status != CTL_OK)
                return status;
        if (answer.format == FORMAT_TABLE)
                show_people(&answer, atom);
        else if (answer.format == FORMAT_JSON)
                show_json(&answer, atom);
        else
                answer_print(&answer);
        if (answer.more && answer.format != FORMAT_JSON)
                walk_say_more(ctl, &answer);
        return CTL_OK;
}
