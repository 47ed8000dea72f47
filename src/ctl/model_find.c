/* Which model of the database is meant: by name, and by revision where several have the name. */
#include <stdlib.h>
#include <string.h>

#include "ctl_sql.h"
#include "model.h"
#include "options.h"

void model_row_done(struct model_row *row)
{
        free(row->name);
        free(row->revision);
        free(row->state);
}

void model_rows_done(struct model_rows *models)
{
        for (size_t i = 0; i < models->count; i++)
                model_row_done(&models->rows[i]);
        free(models->rows);
        *models = (struct model_rows){0};
}

hart_code model_rows_read(hart_pg *pg, struct model_rows *ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        const hart_code code = hart_pg_run(pg, &sql_model_rows, NULL, &rows, err);
        if (code != HART_OK)
                return code;
        ret->count = hart_pg_rows(rows);
        ret->rows = hart_allocate_array(ret->count + 1, sizeof *ret->rows);
        for (size_t i = 0; i < ret->count; i++)
                ret->rows[i] = (struct model_row){.id = (int32_t)hart_pg_integer(rows, i, 0),
                                                  .name = hart_duplicate(hart_pg_text(rows, i, 1, NULL)),
                                                  .revision = hart_duplicate(hart_pg_text(rows, i, 2, NULL)),
                                                  .state = hart_duplicate(hart_pg_text(rows, i, 3, NULL))};
        return HART_OK;
}

/* Is the row called that, as a whole or with the beginning of its revision behind the last @? */
static bool is_meant(const struct model_row *row, const char *word)
{
        const size_t size = strlen(row->name);
        if (strncmp(row->name, word, size) != 0)
                return false;
        return word[size] == '\0' || (word[size] == '@' && word[size + 1] != '\0' &&
                                      strncmp(row->revision, word + size + 1, strlen(word + size + 1)) == 0);
}

static void say_which(const struct model_rows *models, const char *word)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer list = {0};
        for (size_t i = 0; i < models->count; i++)
                if (is_meant(&models->rows[i], word))
                        hart_buffer_format(&list, "%s%s@%.*s (%s)", list.size > 0 ? ", " : "", models->rows[i].name,
                                           MODEL_SHORT_REVISION, models->rows[i].revision, models->rows[i].state);
        ctl_say("model %s: there are several, say which: %s", word, (const char *)list.data);
}

const struct model_row *model_rows_find(const struct model_rows *models, const char *word)
{
        const struct model_row *found = NULL;
        for (size_t i = 0; i < models->count; i++) {
                if (!is_meant(&models->rows[i], word))
                        continue;
                if (found) {
                        say_which(models, word);
                        return NULL;
                }
                found = &models->rows[i];
        }
        if (found)
                return found;
        const char *meant = models->count > 0
                                    ? ctl_suggest(word, (const char *const *)(const void *)&models->rows[0].name,
                                                  models->count, sizeof models->rows[0])
                                    : NULL;
        if (meant)
                ctl_say("model %s: there is none; did you mean %s?", word, meant);
        else
                ctl_say("model %s: there is none; `hartonomousctl model list` shows those there are, "
                        "`hartonomousctl model add` takes up one of embedding.conf",
                        word);
        return NULL;
}

int model_choose(struct ctl *ctl, const char *word, struct model_rows *models, const struct model_row **ret)
{
        hart_error err = {0};
        const int status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        if (model_rows_read(ctl->pg, models, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        *ret = model_rows_find(models, word);
        return *ret ? CTL_OK : CTL_NOT_FOUND;
}
