/* queue list, peek, audit; the list is part of `status` too. */
#include "queue.h"

#include <string.h>

#include "commands.h"
#include "ctl_sql.h"
#include "rows.h"

enum { OLDEST_COLUMN = 4 };

static const table_column list_columns[] = {
        {"queue", "QUEUE", TABLE_TEXT},
        {"status", "STATUS", TABLE_TEXT},
        {"messages", "MESSAGES", TABLE_INTEGER},
        {"deferred", "DEFERRED", TABLE_INTEGER},
        {"oldest_seconds", "OLDEST (S)", TABLE_SECONDS},
        {"readers_active", "WORKING", TABLE_INTEGER},
        {"readers_sleeping", "WAITING", TABLE_INTEGER},
        {"max_readers", "MAX READERS", TABLE_INTEGER},
        {"max_attempts", "MAX ATTEMPTS", TABLE_INTEGER},
        {"dead_letters", "DEAD LETTERS", TABLE_INTEGER},
        {"max_rollbacks", NULL, TABLE_INTEGER},
        {"retention_seconds", NULL, TABLE_SECONDS},
};

static const table_column peek_columns[] = {
        {"id", "ID", TABLE_INTEGER},
        {"priority", "PRIORITY", TABLE_INTEGER},
        {"state", "STATE", TABLE_TEXT},
        {"message_type", "TYPE", TABLE_TEXT},
        {"attempts", "ATTEMPTS", TABLE_INTEGER},
        {"rollbacks", NULL, TABLE_INTEGER},
        {"enqueued_at", "SENT", TABLE_TEXT},
        {"conversation", "CONVERSATION", TABLE_INTEGER},
        {"conversation_group", NULL, TABLE_INTEGER},
        {"body", "BODY", TABLE_JSON},
};

static const table_column audit_columns[] = {
        {"id", NULL, TABLE_INTEGER},           {"at", "AT", TABLE_TEXT},         {"role", "ROLE", TABLE_TEXT},
        {"application", NULL, TABLE_TEXT},     {"action", "ACTION", TABLE_TEXT}, {"queue", "QUEUE", TABLE_TEXT},
        {"subject", "SUBJECT", TABLE_INTEGER}, {"detail", "DETAIL", TABLE_JSON},
};

hart_code queues_read(hart_pg *pg, struct table *into, double *lag, hart_error *err)
{
        hart_pg_parameters parameters = {0};
        hart_pg_add_null(&parameters);
        *into = (struct table)ROWS_TABLE(list_columns);
        hart_code code = rows_read(pg, &sql_queues, &parameters, into, err);
        *lag = 0;
        for (size_t row = 0; code == HART_OK && row < table_rows(into); row++) {
                const double oldest = into->cells[row * into->column_count + OLDEST_COLUMN].number;
                *lag = oldest > *lag ? oldest : *lag;
        }
        return code;
}

double queue_age(const struct table *queues, const char *queue)
{
        for (size_t row = 0; row < table_rows(queues); row++) {
                const table_cell *cells = &queues->cells[row * queues->column_count];
                if (strcmp(cells[0].text, queue) == 0)
                        return cells[OLDEST_COLUMN].null ? 0 : cells[OLDEST_COLUMN].number;
        }
        return 0;
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
                return ctl_fail(ctl, &err);
        table_show(&queues, ctl->options.json);
        return CTL_OK;
}

int ctl_queue_peek(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        const int64_t limit = ctl->options.limit;
        int status = ctl_connect(ctl);
        if (status == CTL_OK)
                status = ctl_check_queue(ctl, arguments[0]);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(table_done) struct table messages = ROWS_TABLE(peek_columns);
        hart_pg_parameters parameters = {0};
        hart_error err = {0};
        hart_pg_add_text(&parameters, arguments[0]);
        hart_pg_add_int4(&parameters, limit > 0 && limit < INT32_MAX ? (int32_t)limit : INT32_MAX);
        if (rows_read(ctl->pg, &sql_queue_peek, &parameters, &messages, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        table_show(&messages, ctl->options.json);
        return CTL_OK;
}

int ctl_queue_audit(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        int status = ctl_connect(ctl);
        if (status == CTL_OK)
                status = ctl_check_queue_of_audit(ctl, ctl->options.queue);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(table_done) struct table actions = ROWS_TABLE(audit_columns);
        hart_pg_parameters parameters = {0};
        hart_error err = {0};
        hart_pg_add_text(&parameters, ctl->options.queue);
        rows_add_optional(&parameters, ctl->options.limit);
        if (rows_read(ctl->pg, &sql_audit, &parameters, &actions, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        table_show(&actions, ctl->options.json);
        return CTL_OK;
}
