/* queue show: all there is to know about a queue. */
#include <stdio.h>

#include "commands.h"
#include "ctl_sql.h"
#include "queue.h"
#include "rows.h"

static const table_column queue_columns[] = {
        {"queue", "queue", TABLE_TEXT},
        {"status", "status", TABLE_TEXT},
        {"max_readers", "readers at most", TABLE_INTEGER},
        {"max_attempts", "failed attempts at most", TABLE_INTEGER},
        {"max_rollbacks", "silent ends at most", TABLE_INTEGER},
        {"retention_seconds", "consumed messages are kept (s)", TABLE_SECONDS},
        {"messages", "messages", TABLE_INTEGER},
        {"deferred", "deferred messages", TABLE_INTEGER},
        {"oldest_enqueued_at", "oldest sent", TABLE_TEXT},
        {"oldest_seconds", "oldest waits for (s)", TABLE_SECONDS},
        {"readers_active", "readers that work", TABLE_INTEGER},
        {"readers_sleeping", "readers that wait", TABLE_INTEGER},
        {"dead_letters", "dead letters", TABLE_INTEGER},
        {"consumed", "consumed so far", TABLE_INTEGER},
        {"failed", "attempts failed", TABLE_INTEGER},
        {"rolled_back", "deliveries ended without a word", TABLE_INTEGER},
        {"given_up", "given up", TABLE_INTEGER},
};

static const table_column priority_columns[] = {
        {"priority", "PRIORITY", TABLE_INTEGER},
        {"messages", "MESSAGES", TABLE_INTEGER},
        {"deferred", "DEFERRED", TABLE_INTEGER},
};

static const table_column rate_columns[] = {
        {"minutes", "IN (MIN)", TABLE_INTEGER},
        {"sent_per_second", "SENT/S", TABLE_NUMBER},
        {"consumed_per_second", "CONSUMED/S", TABLE_NUMBER},
        {"failed_per_second", "FAILED/S", TABLE_NUMBER},
        {"given_up_per_second", "GIVEN UP/S", TABLE_NUMBER},
};

static const table_column attempt_columns[] = {
        {"message_type", "DELIVERED BEFORE", TABLE_TEXT},
        {"attempts", "ATTEMPTS", TABLE_INTEGER},
        {"rollbacks", "SILENT ENDS", TABLE_INTEGER},
        {"messages", "MESSAGES", TABLE_INTEGER},
};

static const table_column service_columns[] = {
        {"service", "SERVICE", TABLE_TEXT},
        {"contract", "ACCEPTS", TABLE_TEXT},
};

static const table_column role_columns[] = {
        {"role", "ROLE", TABLE_TEXT},
        {"may", "MAY", TABLE_TEXT},
        {"service", "TO SERVICE", TABLE_TEXT},
};

/* What follows the queue itself; each statement takes its name. */
static const struct section {
        const char *key;
        const hart_pg_statement *statement;
        const table_column *columns;
        size_t column_count;
} sections[] = {
        {"priorities", &sql_queue_priorities, priority_columns, sizeof priority_columns / sizeof priority_columns[0]},
        {"rates", &sql_queue_rates, rate_columns, sizeof rate_columns / sizeof rate_columns[0]},
        {"attempts", &sql_queue_attempts, attempt_columns, sizeof attempt_columns / sizeof attempt_columns[0]},
        {"dead_letter_reasons", &sql_dead_letter_summary, dead_letter_summary_columns, DEAD_LETTER_SUMMARY_COLUMNS},
        {"services", &sql_queue_services, service_columns, sizeof service_columns / sizeof service_columns[0]},
        {"roles", &sql_queue_roles, role_columns, sizeof role_columns / sizeof role_columns[0]},
};
#define SECTIONS (sizeof sections / sizeof sections[0])

static hart_code read_section(hart_pg *pg, const hart_pg_statement *statement, const char *queue, struct table *into,
                              hart_error *err)
{
        hart_pg_parameters parameters = {0};
        hart_pg_add_text(&parameters, queue);
        return rows_read(pg, statement, &parameters, into, err);
}

static hart_code read_queue(hart_pg *pg, const char *name, struct table *queue, struct table parts[SECTIONS],
                            hart_error *err)
{
        hart_code code = read_section(pg, &sql_queue, name, queue, err);
        for (size_t i = 0; i < SECTIONS && code == HART_OK; i++) {
                parts[i] = (struct table){.columns = sections[i].columns, .column_count = sections[i].column_count};
                code = read_section(pg, sections[i].statement, name, &parts[i], err);
        }
        return code;
}

static void print_people(const struct table *queue, const struct table parts[SECTIONS])
{
        table_print_record(queue, 0, stdout);
        for (size_t i = 0; i < SECTIONS; i++) {
                if (table_rows(&parts[i]) == 0)
                        continue;
                putchar('\n');
                table_print(&parts[i], stdout);
        }
}

static void print_json(const struct table *queue, const struct table parts[SECTIONS])
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        hart_json_begin_object(&writer);
        table_write_json_members(queue, 0, &writer);
        for (size_t i = 0; i < SECTIONS; i++) {
                hart_json_key(&writer, sections[i].key);
                table_write_json(&parts[i], &writer);
        }
        hart_json_end_object(&writer);
        json_show(&out);
}

int ctl_queue_show(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        int status = ctl_connect(ctl);
        if (status == CTL_OK)
                status = ctl_check_queue(ctl, arguments[0]);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(table_done) struct table queue = ROWS_TABLE(queue_columns);
        struct table parts[SECTIONS] = {0};
        hart_error err = {0};
        hart_code code = read_queue(ctl->pg, arguments[0], &queue, parts, &err);
        if (code != HART_OK)
                status = ctl_fail(ctl, &err);
        else if (table_rows(&queue) == 0)
                status = ctl_not_found("queue %s: it has just been dropped", arguments[0]);
        else
                (ctl->options.json ? print_json : print_people)(&queue, parts);
        for (size_t i = 0; i < SECTIONS; i++)
                table_done(&parts[i]);
        return status;
}
