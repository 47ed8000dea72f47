#include <stdlib.h>
#include <string.h>

#include "schema_internal.h"
#include "schema_sql.h"

static const hart_pg_statement *const descriptions[] = {
        &sql_describe_schemas, &sql_describe_relations, &sql_describe_columns,  &sql_describe_constraints,
        &sql_describe_indexes, &sql_describe_functions, &sql_describe_triggers, &sql_describe_types,
};

void description_done(struct description *description)
{
        if (!description)
                return;
        for (size_t i = 0; i < description->count; i++) {
                free(description->entries[i].object);
                free(description->entries[i].definition);
        }
        free(description->entries);
        memset(description, 0, sizeof *description);
}

void description_add(struct description *description, const char *object, const char *definition)
{
        if (description->count == description->capacity) {
                description->capacity = description->capacity ? description->capacity * 2 : 256;
                description->entries = hart_reallocate_array(description->entries, description->capacity,
                                                             sizeof description->entries[0]);
        }
        description->entries[description->count++] = (description_entry){
                .object = hart_duplicate(object),
                .definition = hart_duplicate(definition ? definition : ""),
        };
}

static int compare_entries(const void *left, const void *right)
{
        const description_entry *a = left, *b = right;
        int order = strcmp(a->object, b->object);
        return order != 0 ? order : strcmp(a->definition, b->definition);
}

void description_sort(struct description *description)
{
        if (description->count > 1)
                qsort(description->entries, description->count, sizeof description->entries[0], compare_entries);
}

hart_code description_schemas(hart_pg *pg, hart_pg_result **holder, hart_pg_bytes **names, size_t *count,
                              hart_error *err)
{
        hart_code code = hart_pg_run(pg, &sql_our_schemas, NULL, holder, err);
        if (code == HART_OK)
                *count = hart_pg_bytes_array(*holder, 0, 0, names);
        return code;
}

static hart_code read_part(hart_pg *pg, const hart_pg_statement *statement, const hart_pg_parameters *parameters,
                           struct description *into, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_code code = hart_pg_run(pg, statement, parameters, &rows, err);
        if (code != HART_OK)
                return code;
        for (size_t row = 0; row < hart_pg_rows(rows); row++)
                description_add(into, hart_pg_text(rows, row, 0, NULL), hart_pg_text(rows, row, 1, NULL));
        return HART_OK;
}

hart_code description_read(hart_pg *pg, const hart_pg_bytes *schemas, size_t count, struct description *into,
                           hart_error *err)
{
        hart_code code = hart_pg_script(pg, sql_begin_description.text, err);
        if (code != HART_OK)
                return code;
        hart_pg_parameters parameters = {0};
        hart_pg_add_text_array(&parameters, schemas, count);
        for (size_t i = 0; i < sizeof descriptions / sizeof descriptions[0] && code == HART_OK; i++)
                code = read_part(pg, descriptions[i], &parameters, into, err);
        hart_pg_parameters_done(&parameters);
        hart_code ended = hart_pg_script(pg, "ROLLBACK", code == HART_OK ? err : NULL);
        description_sort(into);
        return code == HART_OK ? ended : code;
}

size_t description_compare(const struct description *expected, const struct description *found,
                           difference_function difference, void *data)
{
        size_t e = 0, f = 0, differences = 0;
        while (e < expected->count || f < found->count) {
                const description_entry *want = e < expected->count ? &expected->entries[e] : NULL;
                const description_entry *have = f < found->count ? &found->entries[f] : NULL;
                const int order = want && have ? strcmp(want->object, have->object) : want ? -1 : 1;
                e += order <= 0;
                f += order >= 0;
                if (have && order > 0)
                        difference("unexpected", have->object, "", have->definition, data);
                else if (want && (!have || order < 0))
                        difference("missing", want->object, want->definition, "", data);
                else if (want && have && strcmp(want->definition, have->definition) != 0)
                        difference("differs", want->object, want->definition, have->definition, data);
                else
                        continue;
                differences++;
        }
        return differences;
}
