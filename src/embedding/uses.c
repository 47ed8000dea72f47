#include "uses.h"

#include <string.h>

#include "embedding_sql.h"

hart_code uses_read(struct uses *uses, const struct models *models, hart_pg *pg, const int32_t *named, size_t count,
                    hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        hart_code code;

        hart_pg_add_int4_array(&parameters, named, count);
        code = hart_pg_run(pg, &sql_models_in_use, &parameters, &uses->rows, err);
        if (code != HART_OK)
                return code;
        uses->count = hart_pg_rows(uses->rows);
        uses->list = hart_allocate_array(uses->count + 1, sizeof *uses->list);
        for (size_t i = 0; i < uses->count; i++) {
                struct use *use = &uses->list[i];
                *use = (struct use){.id = (int32_t)hart_pg_integer(uses->rows, i, 0),
                                    .name = hart_pg_text(uses->rows, i, 1, NULL),
                                    .revision = hart_pg_text(uses->rows, i, 2, NULL),
                                    .state = hart_pg_text(uses->rows, i, 3, NULL),
                                    .wanted = hart_pg_flag(uses->rows, i, 4)};
                use->model = models_find(models, use->name, use->revision);
        }
        return HART_OK;
}

void uses_done(struct uses *uses)
{
        hart_pg_result_close(uses->rows);
        free(uses->list);
        *uses = (struct uses){0};
}

const struct use *uses_find(const struct uses *uses, int32_t id)
{
        for (size_t i = 0; i < uses->count; i++)
                if (uses->list[i].id == id)
                        return &uses->list[i];
        return NULL;
}

const struct use *uses_active(const struct uses *uses)
{
        for (size_t i = 0; i < uses->count; i++)
                if (strcmp(uses->list[i].state, "active") == 0)
                        return &uses->list[i];
        return NULL;
}

char *uses_missing(const struct uses *uses, const struct models *models)
{
        hart_buffer text = {0};

        for (size_t i = 0; i < uses->count; i++) {
                const struct use *use = &uses->list[i];
                if (!use->wanted || use->model != NULL)
                        continue;
                hart_buffer_format(&text, "%smodel %s is %s, but %s", text.size > 0 ? "; " : "", use->name, use->state,
                                   models_find(models, use->name, NULL) != NULL
                                           ? "the one of that name here has other weights"
                                           : "not in embedding.conf");
        }
        return (char *)text.data;
}
