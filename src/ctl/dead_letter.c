/* dead-letter list, show, replay, discard. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "ctl_sql.h"
#include "options.h"
#include "queue.h"

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
        {"body", NULL, TABLE_TEXT},
        {"metadata", NULL, TABLE_TEXT},
        {NULL, "REASON", TABLE_TEXT}, /* reason and error text in one */
};
#define LIST_COLUMNS (sizeof list_columns / sizeof list_columns[0])

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
        {"body", "body", TABLE_TEXT},
        {"metadata", "metadata", TABLE_TEXT},
};
#define SHOW_COLUMNS (sizeof show_columns / sizeof show_columns[0])

static void add_optional(hart_pg_parameters *parameters, int64_t value)
{
        if (value > 0)
                hart_pg_add_int8(parameters, value);
        else
                hart_pg_add_null(parameters);
}

static void add_cell(struct table *into, const hart_pg_result *rows, size_t row, size_t column)
{
        if (hart_pg_is_null(rows, row, (int)column))
                table_null(into);
        else if (into->columns[column].kind == TABLE_INTEGER)
                table_integer(into, hart_pg_integer(rows, row, (int)column));
        else
                table_text(into, hart_pg_text(rows, row, (int)column, NULL));
}

static void add_letter(struct table *into, const hart_pg_result *rows, size_t row)
{
        for (size_t column = 0; column < SHOW_COLUMNS; column++)
                add_cell(into, rows, row, column);
        if (into->column_count == SHOW_COLUMNS)
                return;
        const char *reason = hart_pg_text(rows, row, 5, NULL), *error = hart_pg_text(rows, row, 7, NULL);
        HART_CLEANUP(hart_free_p)
        char *both = hart_format("%s%s%s", reason, error && strcmp(error, reason) != 0 ? ": " : "",
                                 error && strcmp(error, reason) != 0 ? error : "");
        table_text(into, both);
}

static hart_code read_letters(struct ctl *ctl, int64_t id, struct table *into, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        hart_pg_add_text(&parameters, ctl->options.queue);
        add_optional(&parameters, id);
        add_optional(&parameters, ctl->options.limit);
        hart_code code = hart_pg_run(ctl->pg, &sql_dead_letters, &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(rows); row++)
                add_letter(into, rows, row);
        return code;
}

/* A queue that does not exist has no dead letters; whoever misspelt it must not take that for good news. */
static int check_queue(struct ctl *ctl)
{
        const char *wanted = ctl->options.queue, *names[64];
        HART_CLEANUP(table_done) struct table queues = {0};
        double lag = 0;
        hart_error err = {0};
        if (!wanted)
                return CTL_OK;
        if (queues_read(ctl->pg, &queues, &lag, &err) != HART_OK)
                return ctl_fail(&err);
        size_t count = 0;
        for (; count < table_rows(&queues) && count < sizeof names / sizeof names[0]; count++) {
                names[count] = queues.cells[count * queues.column_count].text;
                if (strcmp(names[count], wanted) == 0)
                        return CTL_OK;
        }
        const char *meant = ctl_suggest(wanted, names, count, sizeof names[0]);
        return ctl_not_found("queue %s: there is none; %s%s%s", wanted, meant ? "did you mean " : "",
                             meant ? meant : "", meant ? "?" : "`hartonomousctl queue list` shows what there is");
}

static int open_and_check(struct ctl *ctl)
{
        int status = ctl_connect(ctl);
        return status == CTL_OK ? check_queue(ctl) : status;
}

int ctl_dead_letter_list(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        int status = open_and_check(ctl);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(table_done) struct table letters = {.columns = list_columns, .column_count = LIST_COLUMNS};
        hart_error err = {0};
        if (read_letters(ctl, 0, &letters, &err) != HART_OK)
                return ctl_fail(&err);
        table_show(&letters, ctl->options.json);
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
        HART_CLEANUP(table_done) struct table letters = {.columns = show_columns, .column_count = SHOW_COLUMNS};
        hart_error err = {0};
        if (read_letters(ctl, id, &letters, &err) != HART_OK)
                return ctl_fail(&err);
        if (table_rows(&letters) == 0)
                return ctl_not_found("dead letter %s: there is none; it may have been replayed or discarded",
                                     arguments[0]);
        table_show_record(&letters, ctl->options.json);
        return CTL_OK;
}

/* --- replay and discard --- */

struct selection {
        int64_t *ids;
        size_t count;
};

static int select_named(int count, char *arguments[], struct selection *selection)
{
        selection->ids = hart_allocate_array((size_t)count, sizeof *selection->ids);
        for (; selection->count < (size_t)count; selection->count++) {
                int status = ctl_number("dead letter", arguments[selection->count], &selection->ids[selection->count]);
                if (status != CTL_OK)
                        return status;
        }
        return CTL_OK;
}

static int select_all(struct ctl *ctl, struct selection *selection)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        hart_error err = {0};
        hart_pg_add_text(&parameters, ctl->options.queue);
        hart_code code = hart_pg_run(ctl->pg, &sql_dead_letter_ids, &parameters, &rows, &err);
        hart_pg_parameters_done(&parameters);
        if (code != HART_OK)
                return ctl_fail(&err);
        selection->count = hart_pg_int8_array(rows, 0, 0, &selection->ids);
        return CTL_OK;
}

static int each(struct ctl *ctl, const hart_pg_statement *statement, const struct selection *selection, size_t *done)
{
        int status = CTL_OK;
        for (size_t i = 0; i < selection->count; i++) {
                hart_error err = {0};
                hart_pg_parameters parameters = {0};
                hart_pg_add_int8(&parameters, selection->ids[i]);
                hart_code code = hart_pg_run(ctl->pg, statement, &parameters, NULL, &err);
                hart_pg_parameters_done(&parameters);
                *done += code == HART_OK;
                if (code == HART_OK)
                        continue;
                if (strcmp(err.foreign, "42704") != 0) /* what is not there, another may have taken care of */
                        return ctl_fail(&err);
                status = ctl_not_found("dead letter %lld: there is none; it may have been replayed or discarded",
                                       (long long)selection->ids[i]);
        }
        return *done > 0 && status != CTL_OK ? CTL_FAILURE : status;
}

static int act(struct ctl *ctl, int count, char *arguments[], const hart_pg_statement *statement, const char *verb)
{
        struct selection selection = {0};
        size_t done = 0;
        bool many = ctl->options.all || ctl->options.queue;
        if (many == (count > 0))
                return ctl_usage(many ? "name dead letters or say --all or --queue, not both"
                                      : "name dead letters by number, or say --all or --queue=QUEUE");
        int status = open_and_check(ctl);
        if (status == CTL_OK)
                status = many ? select_all(ctl, &selection) : select_named(count, arguments, &selection);
        if (status == CTL_OK)
                status = each(ctl, statement, &selection, &done);
        free(selection.ids);
        if (ctl->options.json)
                printf("{\"%s\":%zu}\n", verb, done);
        else
                printf("%zu %s\n", done, verb);
        return status;
}

int ctl_dead_letter_replay(struct ctl *ctl, int count, char *arguments[])
{
        return act(ctl, count, arguments, &sql_replay, "replayed");
}

int ctl_dead_letter_discard(struct ctl *ctl, int count, char *arguments[])
{
        return act(ctl, count, arguments, &sql_discard, "discarded");
}
