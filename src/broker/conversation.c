/* Conversations, in the caller's transaction. */
#include <hartonomous/broker.h>

#include "broker_sql.h"

hart_code hart_broker_begin_conversation(hart_pg *pg, const hart_dialog *dialog, int64_t *handle, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *result = NULL;
        hart_pg_add_text(&parameters, dialog->from_service);
        hart_pg_add_text(&parameters, dialog->to_service);
        hart_pg_add_text(&parameters, dialog->contract);
        if (dialog->lifetime)
                hart_pg_add_int8(&parameters, (int64_t)dialog->lifetime);
        else
                hart_pg_add_null(&parameters);
        hart_pg_add_int4(&parameters, dialog->priority ? dialog->priority : HART_PRIORITY_USUAL);
        if (dialog->related_to)
                hart_pg_add_int8(&parameters, dialog->related_to);
        else
                hart_pg_add_null(&parameters);
        const hart_code code = hart_pg_run(pg, &sql_begin_conversation, &parameters, &result, err);
        if (code == HART_OK)
                *handle = hart_pg_integer(result, 0, 0);
        return code;
}

hart_code hart_broker_say(hart_pg *pg, int64_t handle, const char *type, const char *body, size_t size, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        hart_pg_add_int8(&parameters, handle);
        hart_pg_add_text(&parameters, type);
        if (body)
                hart_pg_add_jsonb(&parameters, body, size);
        else
                hart_pg_add_null(&parameters);
        return hart_pg_run(pg, &sql_say, &parameters, NULL, err);
}

hart_code hart_broker_end_conversation(hart_pg *pg, int64_t handle, const int32_t *error_code, const char *description,
                                       hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        hart_pg_add_int8(&parameters, handle);
        if (error_code)
                hart_pg_add_int4(&parameters, *error_code);
        else
                hart_pg_add_null(&parameters);
        hart_pg_add_text(&parameters, description);
        return hart_pg_run(pg, &sql_end_conversation, &parameters, NULL, err);
}
