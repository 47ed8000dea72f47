/* model backfill: vectors of a model are asked for, for the atoms that were there before it; with --wait until they
 * are there. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <hartonomous/clock.h>

#include "commands.h"
#include "ctl_sql.h"
#include "model.h"
#include "progress.h"
#include "rows.h"

#define PAUSE    (200 * HART_MILLISECOND)
#define PATIENCE (15 * HART_SECOND)

struct backfill {
        struct ctl *ctl;
        const struct model_row *model;
        struct progress progress;
        int64_t asked, looked;
        int64_t atoms, embedded, waiting; /* at the end */
};

static hart_code run(const struct backfill *backfill, const hart_pg_statement *statement, hart_pg_result **ret,
                     hart_error *err)
{
        const int64_t tenant = backfill->ctl->options.tenant;
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, backfill->model->id);
        if (tenant == HART_ANY_TENANT)
                hart_pg_add_null(&parameters);
        else
                hart_pg_add_int4(&parameters, (int32_t)tenant);
        return hart_pg_run(backfill->ctl->pg, statement, &parameters, ret, err);
}

/* A portion is a transaction: whenever this ends, the next call goes on behind the last one. */
static hart_code ask(struct backfill *backfill, hart_error *err)
{
        bool more = false;
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *begun = NULL;
        hart_code code = run(backfill, &sql_backfill_begin, &begun, err);
        if (code == HART_OK)
                more = hart_pg_flag(begun, 0, 0);
        while (code == HART_OK && more) {
                HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
                code = run(backfill, &sql_backfill_step, &rows, err);
                if (code != HART_OK)
                        return code;
                backfill->asked += hart_pg_integer(rows, 0, 0);
                backfill->looked += hart_pg_integer(rows, 0, 1);
                more = !hart_pg_flag(rows, 0, 2);
                progress_draw(&backfill->progress, "atoms looked at", (uint64_t)backfill->looked, 0, "");
                if (ctl_interrupted(NULL) != HART_OK)
                        return hart_fail(err, HART_STOPPED, "stopped; the same command goes on from here");
        }
        return code;
}

static hart_code count_waiting(struct backfill *backfill, int64_t *ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        const hart_code code = run(backfill, &sql_backfill_waiting, &rows, err);
        if (code == HART_OK)
                *ret = hart_pg_integer(rows, 0, 0);
        return code;
}

static hart_code wait(struct backfill *backfill, hart_error *err)
{
        int64_t most = 0, before = -1, waiting = 0;
        uint64_t moved_at = hart_now();
        bool warned = false;
        for (;;) {
                const hart_code code = count_waiting(backfill, &waiting, err);
                if (code != HART_OK || waiting == 0)
                        return code;
                if (ctl_interrupted(NULL) != HART_OK)
                        return hart_fail(err, HART_STOPPED, "stopped; what was asked for is computed all the same");
                if (waiting != before)
                        moved_at = hart_now();
                before = waiting;
                most = waiting > most ? waiting : most;
                progress_draw(&backfill->progress, "vectors", (uint64_t)(most - waiting), (uint64_t)most, "");
                if (!warned && hart_now() - moved_at > PATIENCE) {
                        warned = true;
                        progress_clear(&backfill->progress);
                        ctl_say("nothing has moved for %d s; does hartonomous-embedding run, with [model \"%s\"] in "
                                "its "
                                "settings?",
                                (int)(PATIENCE / HART_SECOND), backfill->model->name);
                }
                nanosleep(&(struct timespec){.tv_nsec = (long)(PAUSE * 1000)}, NULL);
        }
}

static hart_code look(struct backfill *backfill, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        const hart_code code = run(backfill, &sql_model_progress, &rows, err);
        if (code != HART_OK)
                return code;
        backfill->atoms = hart_pg_integer(rows, 0, 0);
        backfill->embedded = hart_pg_integer(rows, 0, 1);
        backfill->waiting = hart_pg_integer(rows, 0, 2);
        return HART_OK;
}

static const table_column columns[] = {
        {"name", NULL, TABLE_TEXT},        {"asked", NULL, TABLE_INTEGER},   {"atoms", NULL, TABLE_INTEGER},
        {"embedded", NULL, TABLE_INTEGER}, {"waiting", NULL, TABLE_INTEGER},
};

static void tell(const struct backfill *backfill)
{
        HART_CLEANUP(table_done) struct table row = ROWS_TABLE(columns);
        table_text(&row, backfill->model->name);
        table_integer(&row, backfill->asked);
        table_integer(&row, backfill->atoms);
        table_integer(&row, backfill->embedded);
        table_integer(&row, backfill->waiting);
        if (backfill->ctl->options.json)
                table_show_record(&row, true);
        else
                printf("%s: asked for %" PRId64 " vectors; %" PRId64 " of %" PRId64 " atoms have one, %" PRId64
                       " wait in messages\n",
                       backfill->model->name, backfill->asked, backfill->embedded, backfill->atoms, backfill->waiting);
}

static int backfill(struct backfill *backfill)
{
        const ctl_options *options = &backfill->ctl->options;
        hart_error err = {0};
        hart_code code = options->dry_run ? HART_OK : ask(backfill, &err);
        if (code == HART_OK && options->wait && !options->dry_run)
                code = wait(backfill, &err);
        if (code == HART_OK)
                code = look(backfill, &err);
        progress_clear(&backfill->progress);
        if (code != HART_OK)
                return ctl_fail(backfill->ctl, &err);
        tell(backfill);
        const int64_t missing = backfill->atoms - backfill->embedded - backfill->waiting;
        if (!options->wait || options->dry_run || missing <= 0)
                return CTL_OK;
        ctl_say("%" PRId64 " atoms got no vector; `hartonomousctl dead-letter list --queue EmbeddingQueue` says why, "
                "where a message was given up",
                missing);
        return CTL_FAILURE;
}

int ctl_model_backfill(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        HART_CLEANUP(model_rows_done) struct model_rows models = {0};
        struct backfill of = {.ctl = ctl};
        if (ctl->options.wait && *ctl->options.wait)
                return ctl_usage("--wait=%s: nothing may follow", ctl->options.wait);
        const int status = model_choose(ctl, arguments[0], &models, &of.model);
        if (status != CTL_OK)
                return status;
        ctl_hold_signals();
        progress_open(&of.progress);
        return backfill(&of);
}
