/* Ending a delivery, in one of three ways. */
#include "reader.h"

#include "broker_sql.h"

/* Undoes the handler's effects and the taking. The conversations stay locked, so nobody slips in before the messages
 * are settled. Where the transaction itself is gone (a COMMIT that failed), a new one settles what nobody took since.
 */
static hart_code undo(hart_broker *broker, hart_error *err)
{
        if (hart_pg_run(broker->pg, &sql_undo, NULL, NULL, NULL) == HART_OK)
                return HART_OK;
        hart_code code = hart_pg_run(broker->pg, &sql_rollback, NULL, NULL, err);
        return code == HART_OK ? hart_pg_run(broker->pg, &sql_begin, NULL, NULL, err) : code;
}

static void add_ids(hart_pg_parameters *parameters, const hart_broker *broker)
{
        if (!broker->count) {
                hart_pg_add_null(parameters); /* a look that failed: whatever it may have taken */
                return;
        }
        int64_t *ids = hart_allocate_array(broker->count, sizeof *ids);
        for (size_t i = 0; i < broker->count; i++)
                ids[i] = broker->messages[i].id;
        hart_pg_add_int8_array(parameters, ids, broker->count);
        free(ids);
}

/* `blamed` is a position among the messages in hand, or broker->count for nobody. */
static hart_code settle(hart_broker *broker, size_t blamed, bool poison, const hart_error *reason, bool *dead,
                        hart_error *err)
{
        hart_code code = undo(broker, err);
        if (code != HART_OK)
                return code;
        hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, broker->queue);
        add_ids(&parameters, broker);
        if (blamed < broker->count)
                hart_pg_add_int8(&parameters, broker->messages[blamed].id);
        else
                hart_pg_add_null(&parameters);
        hart_pg_add_flag(&parameters, poison);
        hart_pg_add_text(&parameters, reason ? reason->foreign : NULL);
        hart_pg_add_text(&parameters, reason ? reason->text : NULL);
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *result = NULL;
        const hart_pg_call calls[] = {{.statement = &sql_settle, .parameters = &parameters, .ret = &result},
                                      {.statement = &sql_commit}};
        code = hart_pg_run_many(broker->pg, calls, sizeof calls / sizeof *calls, err);
        hart_pg_parameters_done(&parameters);
        if (code == HART_OK && dead)
                *dead = hart_pg_flag(result, 0, 0);
        if (code != HART_OK && hart_pg_is_up(broker->pg))
                (void)hart_pg_run(broker->pg, &sql_rollback, NULL, NULL, NULL);
        return code;
}

/* After a COMMIT that failed. Where it is nobody's fault nobody is blamed, one message alone is. Of several it is not
 * known which: the transaction ends without a word, and the next reader counts an attempt for each. */
static void refuse(hart_broker *broker, hart_code code, const hart_error *reason)
{
        const bool innocent = code == HART_RETRY || code == HART_STOPPED;
        if (innocent || broker->count == 1)
                (void)settle(broker, innocent ? broker->count : 0, false, reason, NULL, NULL);
        else
                (void)hart_pg_run(broker->pg, &sql_rollback, NULL, NULL, NULL);
}

hart_code hart_broker_complete(hart_broker *broker, hart_error *err)
{
        /* RELEASE fails where a statement of the handler failed unnoticed; a COMMIT would only roll back silently. */
        static const hart_pg_call calls[] = {{.statement = &sql_release}, {.statement = &sql_commit}};
        hart_code code = hart_pg_run_many(broker->pg, calls, sizeof calls / sizeof *calls, err);
        if (code != HART_OK && hart_pg_is_up(broker->pg)) {
                refuse(broker, code, err);
                broker->position = 0;
        }
        hart_broker_forget(broker);
        return code;
}

hart_code hart_broker_put_back(hart_broker *broker, hart_error *err)
{
        hart_code code = settle(broker, broker->count, false, NULL, NULL, err);
        hart_broker_forget(broker);
        broker->position = 0;
        return code;
}

hart_code hart_broker_fail(hart_broker *broker, size_t index, bool poison, const hart_error *reason, bool *dead,
                           hart_error *err)
{
        hart_code code = settle(broker, index, poison, reason, dead, err);
        hart_broker_forget(broker);
        broker->position = 0;
        return code;
}
