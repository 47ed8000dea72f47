/* conversation list, show, end. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "ctl_sql.h"
#include "rows.h"

enum { HANDLE_COLUMN = 0, FAR_HANDLE_COLUMN = 13 };

static const table_column list_columns[] = {
        {"handle", "HANDLE", TABLE_INTEGER},
        {"side", "SIDE", TABLE_TEXT},
        {"state", "STATE", TABLE_TEXT},
        {"service", "SERVICE", TABLE_TEXT},
        {"far_service", "OTHER SERVICE", TABLE_TEXT},
        {"contract", NULL, TABLE_TEXT},
        {"priority", "PRIORITY", TABLE_INTEGER},
        {"waiting", "WAITING", TABLE_INTEGER},
        {"timer_at", NULL, TABLE_TEXT},
        {"expires_at", NULL, TABLE_TEXT},
        {"created_at", "BEGUN", TABLE_TEXT},
        {"begun_by", NULL, TABLE_TEXT},
        {"conversation_group", "GROUP", TABLE_INTEGER},
        {"far_handle", "OTHER END", TABLE_INTEGER},
};

static const table_column show_columns[] = {
        {"handle", "handle", TABLE_INTEGER},
        {"side", "side", TABLE_TEXT},
        {"state", "state", TABLE_TEXT},
        {"service", "service", TABLE_TEXT},
        {"far_service", "other service", TABLE_TEXT},
        {"contract", "contract", TABLE_TEXT},
        {"priority", "priority", TABLE_INTEGER},
        {"waiting", "messages waiting", TABLE_INTEGER},
        {"timer_at", "timer rings", TABLE_TEXT},
        {"expires_at", "lifetime ends", TABLE_TEXT},
        {"created_at", "begun", TABLE_TEXT},
        {"begun_by", "begun by", TABLE_TEXT},
        {"conversation_group", "group", TABLE_INTEGER},
        {"far_handle", "other end", TABLE_INTEGER},
};

static const table_column message_columns[] = {
        {"id", "MESSAGE", TABLE_INTEGER},        {"conversation", "FOR", TABLE_INTEGER},
        {"state", "STATE", TABLE_TEXT},          {"message_type", "TYPE", TABLE_TEXT},
        {"attempts", "ATTEMPTS", TABLE_INTEGER}, {"enqueued_at", "SENT", TABLE_TEXT},
        {"due_at", "DUE", TABLE_TEXT},           {"body", "BODY", TABLE_JSON},
};

static int64_t integer_at(const struct table *of, size_t row, size_t column)
{
        return of->cells[row * of->column_count + column].integer;
}

static hart_code read_ends(struct ctl *ctl, int64_t handle, int64_t limit, struct table *into, hart_error *err)
{
        hart_pg_parameters parameters = {0};
        hart_pg_add_text(&parameters, ctl->options.service);
        hart_pg_add_text(&parameters, ctl->options.state);
        rows_add_optional(&parameters, handle);
        rows_add_optional(&parameters, limit);
        return rows_read(ctl->pg, &sql_conversations, &parameters, into, err);
}

static int check_state(const char *state)
{
        static const char *const states[] = {"CONVERSING", "DISCONNECTED_INBOUND", "ERROR"};
        for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
                if (!state || strcmp(state, states[i]) == 0)
                        return CTL_OK;
        return ctl_usage("--state=%s: one of CONVERSING, DISCONNECTED_INBOUND, ERROR", state);
}

int ctl_conversation_list(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        int status = check_state(ctl->options.state);
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        if (status == CTL_OK)
                status = ctl_check_service(ctl, ctl->options.service);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(table_done) struct table ends = ROWS_TABLE(list_columns);
        hart_error err = {0};
        if (read_ends(ctl, 0, ctl->options.limit, &ends, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        table_show(&ends, ctl->options.json);
        return CTL_OK;
}

/* --- show --- */

static int no_such_end(const struct table *ends, int64_t handle)
{
        if (table_rows(ends) > 0)
                return ctl_not_found("conversation %" PRId64 ": this end has ended; the other one is %" PRId64, handle,
                                     integer_at(ends, 0, HANDLE_COLUMN));
        return ctl_not_found("conversation %" PRId64 ": there is none; it has ended, or was a one-way message", handle);
}

static hart_code read_messages(struct ctl *ctl, const struct table *ends, struct table *into, hart_error *err)
{
        const int64_t handles[] = {integer_at(ends, 0, HANDLE_COLUMN), integer_at(ends, 0, FAR_HANDLE_COLUMN)};
        hart_pg_parameters parameters = {0};
        hart_pg_add_int8_array(&parameters, handles, 2);
        rows_add_optional(&parameters, ctl->options.limit);
        return rows_read(ctl->pg, &sql_conversation_messages, &parameters, into, err);
}

static void print_people(const struct table *ends, const struct table *messages)
{
        table_print_record(ends, 0, stdout);
        puts("");
        if (table_rows(ends) > 1)
                table_print_record(ends, 1, stdout);
        else
                puts("The other end has ended.");
        if (table_rows(messages) > 0)
                puts("");
        table_print(messages, stdout);
}

static void print_json(const struct table *ends, const struct table *messages)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        hart_json_begin_object(&writer);
        table_write_json_members(ends, 0, &writer);
        hart_json_key(&writer, "far_end");
        if (table_rows(ends) > 1)
                table_write_json_row(ends, 1, &writer);
        else
                hart_json_put_null(&writer);
        hart_json_key(&writer, "messages");
        table_write_json(messages, &writer);
        hart_json_end_object(&writer);
        json_show(&out);
}

int ctl_conversation_show(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        int64_t handle = 0;
        int status = ctl_number("conversation", arguments[0], &handle);
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(table_done) struct table ends = ROWS_TABLE(show_columns);
        HART_CLEANUP(table_done) struct table messages = ROWS_TABLE(message_columns);
        hart_error err = {0};
        if (read_ends(ctl, handle, 2, &ends, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        if (table_rows(&ends) == 0 || integer_at(&ends, 0, HANDLE_COLUMN) != handle)
                return no_such_end(&ends, handle);
        if (read_messages(ctl, &ends, &messages, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        (ctl->options.json ? print_json : print_people)(&ends, &messages);
        return CTL_OK;
}

/* --- end --- */

static int check_end_options(const ctl_options *options)
{
        if (options->description && options->error == CTL_NO_ERROR)
                return ctl_usage("--description says what an error is: give its number too, --error=CODE");
        if (options->cleanup && options->error != CTL_NO_ERROR)
                return ctl_usage("--cleanup drops the other end, so nobody would get the --error: say one of them");
        return CTL_OK;
}

static hart_code close_conversation(struct ctl *ctl, int64_t handle, bool *ended, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        hart_pg_add_int8(&parameters, handle);
        if (ctl->options.error == CTL_NO_ERROR)
                hart_pg_add_null(&parameters);
        else
                hart_pg_add_int4(&parameters, (int32_t)ctl->options.error);
        hart_pg_add_text(&parameters, ctl->options.description);
        hart_pg_add_flag(&parameters, ctl->options.cleanup);
        hart_code code = hart_pg_run(ctl->pg, &sql_conversation_close, &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        if (code == HART_OK)
                *ended = hart_pg_flag(rows, 0, 0);
        return code;
}

static int explain_none(struct ctl *ctl, int64_t handle)
{
        HART_CLEANUP(table_done) struct table ends = ROWS_TABLE(show_columns);
        hart_error err = {0};
        if (read_ends(ctl, handle, 2, &ends, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        return no_such_end(&ends, handle);
}

int ctl_conversation_end(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        int64_t handle = 0;
        bool ended = false;
        hart_error err = {0};
        int status = ctl_number("conversation", arguments[0], &handle);
        if (status == CTL_OK)
                status = check_end_options(&ctl->options);
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        ctl_hold_signals(); /* it may have to wait for a reader */
        if (close_conversation(ctl, handle, &ended, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        if (!ended)
                return explain_none(ctl, handle);
        if (ctl->options.json)
                printf("{\"ended\":%" PRId64 "}\n", handle);
        else
                printf("%" PRId64 " ended\n", handle);
        return CTL_OK;
}
