/* model remove: a model's vectors go, portion by portion, and then its row. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "ctl_sql.h"
#include "model.h"
#include "progress.h"
#include "rows.h"

struct removal {
        struct ctl *ctl;
        const struct model_row *model;
        int64_t vectors, bytes; /* before */
        int64_t removed;
        char *outcome;
};

static void removal_done(struct removal *removal)
{
        free(removal->outcome);
}

static hart_code look(struct removal *removal, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_add_int4(&parameters, removal->model->id);
        const hart_code code = hart_pg_run(removal->ctl->pg, &sql_model_vectors, &parameters, &rows, err);
        if (code == HART_OK && hart_pg_rows(rows) > 0) {
                removal->vectors = hart_pg_integer(rows, 0, 0);
                removal->bytes = hart_pg_integer(rows, 0, 1);
        }
        return code;
}

static hart_code remove_portions(struct removal *removal, struct progress *progress, hart_error *err)
{
        int32_t tenant = -1;
        int64_t atom = 0;
        for (;;) {
                HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
                HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
                hart_pg_add_int4(&parameters, removal->model->id);
                hart_pg_add_int4(&parameters, tenant);
                hart_pg_add_int8(&parameters, atom);
                const hart_code code = hart_pg_run(removal->ctl->pg, &sql_model_remove, &parameters, &rows, err);
                if (code != HART_OK)
                        return code;
                removal->removed += hart_pg_integer(rows, 0, 0);
                const char *outcome = hart_pg_text(rows, 0, 3, NULL);
                const bool again = outcome && strcmp(outcome, "again") == 0;
                if (outcome && !again) {
                        removal->outcome = hart_duplicate(outcome);
                        return HART_OK;
                }
                tenant = again ? -1 : (int32_t)hart_pg_integer(rows, 0, 1);
                atom = again ? 0 : hart_pg_integer(rows, 0, 2);
                progress_draw(progress, "vectors removed", (uint64_t)removal->removed, (uint64_t)removal->vectors, "");
                if (ctl_interrupted(NULL) != HART_OK)
                        return hart_fail(err, HART_STOPPED, "stopped; the same command removes the rest");
        }
}

static const table_column columns[] = {
        {"name", NULL, TABLE_TEXT},
        {"revision", NULL, TABLE_TEXT},
        {"vectors", NULL, TABLE_INTEGER},
        {"bytes", NULL, TABLE_INTEGER},
};

static void tell(const struct removal *removal)
{
        const bool dry = removal->ctl->options.dry_run;
        const int64_t vectors = dry ? removal->vectors : removal->removed;
        char size[32];
        if (removal->ctl->options.json) {
                HART_CLEANUP(table_done) struct table row = ROWS_TABLE(columns);
                table_text(&row, removal->model->name);
                table_text(&row, removal->model->revision);
                table_integer(&row, vectors);
                table_integer(&row, removal->bytes);
                table_show_record(&row, true);
                return;
        }
        printf("model %s with %" PRId64 " vector%s of %s %s\n", removal->model->name, vectors, vectors == 1 ? "" : "s",
               human_size(removal->bytes, size), dry ? "would be removed" : "removed");
        if (removal->outcome && strcmp(removal->outcome, "kept") == 0)
                ctl_say("inferences name it, so it is still known, without vectors");
}

static int confirm(const struct removal *removal)
{
        char size[32];
        return ctl_confirm(removal->ctl, removal->model->name,
                           "Model %s with %" PRId64 " vectors of %s will be removed for good.", removal->model->name,
                           removal->vectors, human_size(removal->bytes, size));
}

static int remove_model(struct removal *removal)
{
        struct progress progress;
        hart_error err = {0};
        hart_code code = look(removal, &err);
        if (code != HART_OK)
                return ctl_fail(removal->ctl, &err);
        if (!removal->ctl->options.dry_run) {
                const int status = confirm(removal);
                if (status != CTL_OK)
                        return status;
                ctl_hold_signals();
                progress_open(&progress);
                code = remove_portions(removal, &progress, &err);
                progress_clear(&progress);
        }
        if (code != HART_OK)
                return ctl_fail(removal->ctl, &err);
        tell(removal);
        return CTL_OK;
}

int ctl_model_remove(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        HART_CLEANUP(model_rows_done) struct model_rows models = {0};
        HART_CLEANUP(removal_done) struct removal removal = {.ctl = ctl};
        int status = ctl->options.dry_run ? CTL_OK : ctl_check_asking(ctl);
        if (status == CTL_OK)
                status = model_choose(ctl, arguments[0], &models, &removal.model);
        if (status != CTL_OK)
                return status;
        if (strcmp(removal.model->state, "active") == 0) {
                ctl_say("model %s is active: searches use it; `hartonomousctl model activate` another one first",
                        removal.model->name);
                return CTL_FAILURE;
        }
        return remove_model(&removal);
}
