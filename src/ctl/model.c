/* model list, add, activate, retire: which models make vectors, and which one searches use. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "ctl_sql.h"
#include "model.h"
#include "rows.h"

static const table_column columns[] = {
        {"name", "NAME", TABLE_TEXT},
        {"revision", NULL, TABLE_TEXT},
        {NULL, "REVISION", TABLE_TEXT},
        {"engine", "ENGINE", TABLE_TEXT},
        {"dimension", "NUMBERS", TABLE_INTEGER},
        {"state", "STATE", TABLE_TEXT},
        {"vectors", "VECTORS", TABLE_INTEGER},
        {"missing", "MISSING", TABLE_INTEGER},
        {"bytes", "BYTES", TABLE_INTEGER},
        {"created_at", "SINCE", TABLE_TEXT},
};

int ctl_model_list(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        const int status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(table_done) struct table models = ROWS_TABLE(columns);
        hart_error err = {0};
        if (rows_read(ctl->pg, &sql_models, NULL, &models, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        table_show(&models, ctl->options.json);
        return CTL_OK;
}

static const table_column state_columns[] = {
        {"name", "name", TABLE_TEXT},
        {"revision", "revision", TABLE_TEXT},
        {"state", "state", TABLE_TEXT},
};

void model_tell(const struct ctl *ctl, const char *name, const char *revision, const char *state)
{
        HART_CLEANUP(table_done) struct table row = ROWS_TABLE(state_columns);
        table_text(&row, name);
        table_text(&row, revision);
        table_text(&row, state);
        if (ctl->options.json)
                table_show_record(&row, true);
        else
                printf("model %s, revision %.*s: %s\n", name, MODEL_SHORT_REVISION, revision, state);
}

/* --- add --------------------------------------------------------------------------------------------------------- */

static hart_code take_up(struct ctl *ctl, const char *name, const hart_encoder *encoder, int32_t *id, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_add_text(&parameters, name);
        hart_pg_add_text(&parameters, hart_encoder_revision(encoder));
        hart_pg_add_int4(&parameters, (int32_t)hart_encoder_dimension(encoder));
        hart_pg_add_text(&parameters, hart_encoder_engine(encoder));
        const hart_code code = hart_pg_run(ctl->pg, &sql_model_take_up, &parameters, &rows, err);
        if (code == HART_OK)
                *id = (int32_t)hart_pg_integer(rows, 0, 0);
        return code;
}

/* The statements of this file that take the model's number alone, and answer with a text. */
static hart_code run_on(struct ctl *ctl, const hart_pg_statement *statement, int32_t id, char **ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_add_int4(&parameters, id);
        const hart_code code = hart_pg_run(ctl->pg, statement, &parameters, &rows, err);
        if (code == HART_OK)
                *ret = hart_duplicate(hart_pg_text(rows, 0, 0, NULL));
        return code;
}

static void tell_next_steps(const char *name, const char *state)
{
        if (strcmp(state, "active") == 0)
                ctl_say("searches use it; where the daemon runs already: systemctl reload hartonomous-embedding");
        else
                ctl_say("next: systemctl reload hartonomous-embedding, then `hartonomousctl model backfill %s --wait`, "
                        "then `hartonomousctl model activate %s`",
                        name, name);
}

int ctl_model_add(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        const char *name = arguments[0];
        HART_CLEANUP(hart_encoder_close_p) hart_encoder *encoder = NULL;
        HART_CLEANUP(hart_free_p) char *state = NULL;
        hart_error err = {0};
        int32_t id = 0;
        hart_code code = hart_encoder_open_configured(&encoder, ctl->options.config_dir, name, &err);
        if (code != HART_OK)
                return ctl_fail(ctl, &err);
        if (ctl->options.dry_run) {
                model_tell(ctl, name, hart_encoder_revision(encoder), "can be added");
                return CTL_OK;
        }
        const int status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        code = take_up(ctl, name, encoder, &id, &err);
        if (code == HART_OK)
                code = run_on(ctl, &sql_model_build, id, &state, &err);
        if (code != HART_OK)
                return ctl_fail(ctl, &err);
        model_tell(ctl, name, hart_encoder_revision(encoder), state);
        tell_next_steps(name, state);
        return CTL_OK;
}

/* --- activate, retire -------------------------------------------------------------------------------------------- */

static hart_code activate(struct ctl *ctl, int32_t id, char **before, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_add_int4(&parameters, id);
        hart_pg_add_flag(&parameters, ctl->options.force);
        const hart_code code = hart_pg_run(ctl->pg, &sql_model_activate, &parameters, &rows, err);
        if (code == HART_OK)
                *before = hart_duplicate(hart_pg_text(rows, 0, 0, NULL));
        return code;
}

int ctl_model_activate(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        HART_CLEANUP(model_rows_done) struct model_rows models = {0};
        HART_CLEANUP(hart_free_p) char *before = NULL;
        const struct model_row *model = NULL;
        hart_error err = {0};
        const int status = model_choose(ctl, arguments[0], &models, &model);
        if (status != CTL_OK)
                return status;
        if (activate(ctl, model->id, &before, &err) != HART_OK) {
                const int failure = ctl_fail(ctl, &err);
                if (strcmp(err.foreign, "55000") == 0)
                        ctl_say("`hartonomousctl model backfill %s --wait` asks for them; --force activates it all the "
                                "same",
                                arguments[0]);
                return failure;
        }
        model_tell(ctl, model->name, model->revision, "active");
        if (before)
                ctl_say("model %s was active until now, and is retired: its vectors can be searched with --model",
                        before);
        return CTL_OK;
}

int ctl_model_retire(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        HART_CLEANUP(model_rows_done) struct model_rows models = {0};
        HART_CLEANUP(hart_free_p) char *before = NULL;
        const struct model_row *model = NULL;
        hart_error err = {0};
        const int status = model_choose(ctl, arguments[0], &models, &model);
        if (status != CTL_OK)
                return status;
        if (run_on(ctl, &sql_model_retire, model->id, &before, &err) != HART_OK) {
                const int failure = ctl_fail(ctl, &err);
                if (strcmp(err.foreign, "55000") == 0)
                        ctl_say("`hartonomousctl model activate` of another one retires it");
                return failure;
        }
        model_tell(ctl, model->name, model->revision, "retired");
        return CTL_OK;
}
