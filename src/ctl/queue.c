/* queue list; the table is part of `status` too. */
#include "queue.h"

#include "commands.h"
#include "ctl_sql.h"

static const table_column columns[] = {
        {"queue", "QUEUE", TABLE_TEXT},
        {"status", "STATUS", TABLE_TEXT},
        {"messages", "MESSAGES", TABLE_INTEGER},
        {"oldest_seconds", "OLDEST (S)", TABLE_SECONDS},
        {"readers_active", "WORKING", TABLE_INTEGER},
        {"readers_sleeping", "WAITING", TABLE_INTEGER},
        {"dead_letters", "DEAD LETTERS", TABLE_INTEGER},
        {"max_attempts", NULL, TABLE_INTEGER},
};

hart_code queues_read(hart_pg *pg, struct table *into, double *lag, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_code code = hart_pg_run(pg, &sql_queues, NULL, &rows, err);
        if (code != HART_OK)
                return code;
        *into = (struct table){.columns = columns, .column_count = sizeof columns / sizeof columns[0]};
        *lag = 0;
        for (size_t row = 0; row < hart_pg_rows(rows); row++) {
                double oldest = hart_pg_number(rows, row, 3);
                *lag = oldest > *lag ? oldest : *lag;
                table_text(into, hart_pg_text(rows, row, 0, NULL));
                table_text(into, hart_pg_text(rows, row, 1, NULL));
                table_integer(into, hart_pg_integer(rows, row, 2));
                table_number(into, oldest);
                for (int column = 4; column < 8; column++)
                        table_integer(into, hart_pg_integer(rows, row, column));
        }
        return HART_OK;
}

int ctl_queue_list(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        int status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(table_done) struct table queues = {0};
        double lag = 0;
        hart_error err = {0};
        if (queues_read(ctl->pg, &queues, &lag, &err) != HART_OK)
                return ctl_fail(&err);
        table_show(&queues, ctl->options.json);
        return CTL_OK;
}
