/* dead-letter list, summary, show. */
#include "commands.h"
#include "ctl_sql.h"
#include "queue.h"
#include "rows.h"

static const table_column list_columns[] = {
        {"id", "ID", TABLE_INTEGER},
        {"tenant", "TENANT", TABLE_INTEGER},
        {"queue", "QUEUE", TABLE_TEXT},
        {"message_type", "TYPE", TABLE_TEXT},
        {"attempts", "ATTEMPTS", TABLE_INTEGER},
        {"reason", NULL, TABLE_TEXT},
        {"error_code", NULL, TABLE_TEXT},
        {"error_text", NULL, TABLE_TEXT},
        {"enqueued_at", NULL, TABLE_TEXT},
        {"created_at", "GIVEN UP", TABLE_TEXT},
        {"conversation", NULL, TABLE_INTEGER},
        {"body", NULL, TABLE_JSON},
        {"metadata", NULL, TABLE_JSON},
        {NULL, "REASON", TABLE_TEXT}, /* reason and error text in one */
};

static const table_column show_columns[] = {
        {"id", "id", TABLE_INTEGER},
        {"tenant", "tenant", TABLE_INTEGER},
        {"queue", "queue", TABLE_TEXT},
        {"message_type", "type", TABLE_TEXT},
        {"attempts", "attempts", TABLE_INTEGER},
        {"reason", "reason", TABLE_TEXT},
        {"error_code", "error code", TABLE_TEXT},
        {"error_text", "error", TABLE_TEXT},
        {"enqueued_at", "sent", TABLE_TEXT},
        {"created_at", "given up", TABLE_TEXT},
        {"conversation", "conversation", TABLE_INTEGER},
        {"body", "body", TABLE_JSON},
        {"metadata", "metadata", TABLE_JSON},
};

const table_column dead_letter_summary_columns[DEAD_LETTER_SUMMARY_COLUMNS] = {
        {"dead_letters", "DEAD LETTERS", TABLE_INTEGER},
        {"queue", "QUEUE", TABLE_TEXT},
        {"message_type", "TYPE", TABLE_TEXT},
        {"first_at", "FIRST", TABLE_TEXT},
        {"last_at", "LAST", TABLE_TEXT},
        {"reason", "REASON", TABLE_TEXT},
};

static hart_code read_letters(struct ctl *ctl, int64_t id, struct table *into, hart_error *err)
{
        hart_pg_parameters parameters = {0};
        hart_pg_add_text(&parameters, ctl->options.queue);
        hart_pg_add_text(&parameters, ctl->options.reason);
        hart_pg_add_text(&parameters, ctl->options.type);
        rows_add_optional(&parameters, id);
        rows_add_optional(&parameters, ctl->options.limit);
        return rows_read(ctl->pg, &sql_dead_letters, &parameters, into, err);
}

static int open_and_check(struct ctl *ctl)
{
        int status = ctl_connect(ctl);
        if (status == CTL_OK)
                status = ctl_check_queue_of_letters(ctl, ctl->options.queue);
        return status == CTL_OK ? ctl_check_type(ctl, ctl->options.type) : status;
}

int ctl_dead_letter_list(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        int status = open_and_check(ctl);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(table_done) struct table letters = ROWS_TABLE(list_columns);
        hart_error err = {0};
        if (read_letters(ctl, 0, &letters, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        table_show(&letters, ctl->options.json);
        return CTL_OK;
}

int ctl_dead_letter_summary(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        int status = open_and_check(ctl);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(table_done) struct table reasons = ROWS_TABLE(dead_letter_summary_columns);
        hart_pg_parameters parameters = {0};
        hart_error err = {0};
        hart_pg_add_text(&parameters, ctl->options.queue);
        if (rows_read(ctl->pg, &sql_dead_letter_summary, &parameters, &reasons, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        table_show(&reasons, ctl->options.json);
        return CTL_OK;
}

int ctl_dead_letter_show(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        int64_t id = 0;
        int status = ctl_number("dead letter", arguments[0], &id);
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(table_done) struct table letters = ROWS_TABLE(show_columns);
        hart_error err = {0};
        if (read_letters(ctl, id, &letters, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        if (table_rows(&letters) == 0)
                return ctl_not_found("dead letter %s: there is none; it may have been replayed or discarded, see "
                                     "`hartonomousctl queue audit`",
                                     arguments[0]);
        table_show_record(&letters, ctl->options.json);
        return CTL_OK;
}
