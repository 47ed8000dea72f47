/* queue enable, disable, purge. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "ctl_sql.h"
#include "table.h"

static const table_column status_columns[] = {
        {"queue", NULL, TABLE_TEXT},
        {"status", NULL, TABLE_TEXT},
        {"changed", NULL, TABLE_FLAG},
};

static int set_status(struct ctl *ctl, const char *queue, const hart_pg_statement *statement, const char *becomes)
{
        int status = ctl_connect(ctl);
        if (status == CTL_OK)
                status = ctl_check_queue(ctl, queue);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        hart_error err = {0};
        hart_pg_add_text(&parameters, queue);
        hart_code code = hart_pg_run(ctl->pg, statement, &parameters, &rows, &err);
        hart_pg_parameters_done(&parameters);
        if (code != HART_OK)
                return ctl_fail(ctl, &err);
        const bool changed = hart_pg_flag(rows, 0, 0);
        HART_CLEANUP(hart_free_p) char *harmless = one_line(queue, strlen(queue), 0);
        HART_CLEANUP(table_done) struct table done = {.columns = status_columns, .column_count = 3};
        table_text(&done, queue);
        table_text(&done, becomes);
        table_flag(&done, changed);
        if (ctl->options.json)
                table_show_record(&done, true);
        else
                printf("%s is %s%s\n", harmless, becomes, changed ? "" : ", as it was");
        return CTL_OK;
}

int ctl_queue_enable(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        return set_status(ctl, arguments[0], &sql_queue_enable, "ON");
}

int ctl_queue_disable(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        return set_status(ctl, arguments[0], &sql_queue_disable, "OFF");
}

/* --- purge --- */

/* A statement of a queue and a message type, or null, that answers with a number. */
static hart_code run_number(struct ctl *ctl, const hart_pg_statement *statement, const char *queue, int64_t *ret,
                            hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        hart_pg_add_text(&parameters, queue);
        hart_pg_add_text(&parameters, ctl->options.type);
        hart_code code = hart_pg_run(ctl->pg, statement, &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        if (code == HART_OK)
                *ret = hart_pg_rows(rows) > 0 ? hart_pg_integer(rows, 0, 0) : 0;
        return code;
}

static int confirm(struct ctl *ctl, const char *queue)
{
        const char *type = ctl->options.type;
        int64_t waiting = 0;
        hart_error err = {0};
        if (ctl->options.yes)
                return CTL_OK;
        if (run_number(ctl, &sql_queue_waiting, queue, &waiting, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        return ctl_confirm(ctl, queue, "%lld messages%s%s in %s will be removed for good.", (long long)waiting,
                           type ? " of type " : "", type ? type : "", queue);
}

int ctl_queue_purge(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        int64_t removed = 0;
        hart_error err = {0};
        int status = ctl_check_asking(ctl);
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        if (status == CTL_OK)
                status = ctl_check_queue(ctl, arguments[0]);
        if (status == CTL_OK)
                status = ctl_check_type(ctl, ctl->options.type);
        if (status == CTL_OK)
                status = confirm(ctl, arguments[0]);
        if (status != CTL_OK)
                return status;
        ctl_hold_signals(); /* a stop cancels it, rather than leaving it to go on unseen */
        if (run_number(ctl, &sql_queue_purge, arguments[0], &removed, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        if (ctl->options.json)
                printf("{\"removed\":%lld}\n", (long long)removed);
        else
                printf("%lld removed\n", (long long)removed);
        return CTL_OK;
}
