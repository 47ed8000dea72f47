/* Ending a delivery, in one of three ways. */
#include "reader.h"

#include <stdio.h>
#include <string.h>

#include "broker_sql.h"

static void add_ids(hart_pg_parameters *parameters, const hart_broker *broker)
{
        int64_t *ids = hart_allocate_array(broker->count ? broker->count : 1, sizeof *ids);
        for (size_t i = 0; i < broker->count; i++)
                ids[i] = broker->messages[i].id;
        hart_pg_add_int8_array(parameters, ids, broker->count);
        free(ids);
}

/* Undoes the handler's effects and the taking. Nobody slips in before the messages are settled: the delivery's lock is
 * the session's. `blamed` is a position among the messages in hand, or broker->count for nobody. */
static hart_code settle(hart_broker *broker, size_t blamed, bool poison, const hart_error *reason, bool *dead,
                        hart_error *err)
{
        hart_code code = hart_pg_run(broker->pg, &sql_rollback, NULL, NULL, err);
        if (code != HART_OK)
                return code;
        hart_pg_parameters parameters = {0}, delivery = {0};
        hart_pg_add_int4(&parameters, broker->queue);
        hart_pg_add_int8(&parameters, broker->delivery);
        add_ids(&parameters, broker);
        if (blamed < broker->count)
                hart_pg_add_int8(&parameters, broker->messages[blamed].id);
        else
                hart_pg_add_null(&parameters);
        hart_pg_add_flag(&parameters, poison);
        hart_pg_add_text(&parameters, reason ? reason->foreign : NULL);
        hart_pg_add_text(&parameters, reason ? reason->text : NULL);
        hart_pg_add_int8(&delivery, broker->delivery);
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *result = NULL;
        const hart_pg_call calls[] = {{.statement = &sql_begin},
                                      {.statement = &sql_settle, .parameters = &parameters, .ret = &result},
                                      {.statement = &sql_commit},
                                      {.statement = &sql_release, .parameters = &delivery}};
        code = hart_pg_run_many(broker->pg, calls, sizeof calls / sizeof *calls, err);
        if (code == HART_OK && dead)
                *dead = hart_pg_flag(result, 0, 0);
        if (code != HART_OK && hart_pg_is_up(broker->pg)) {
                (void)hart_pg_run(broker->pg, &sql_rollback, NULL, NULL, NULL);
                (void)hart_pg_run(broker->pg, &sql_release, &delivery, NULL, NULL);
        }
        hart_pg_parameters_done(&parameters);
        hart_pg_parameters_done(&delivery);
        return code;
}

/* After a COMMIT that failed. Where it is nobody's fault nobody is blamed, one message alone is. Of several it is not
 * known which: the delivery ends without a word, and the next reader counts an attempt for each. */
static void refuse(hart_broker *broker, hart_code code, const hart_error *reason)
{
        const bool innocent = code == HART_RETRY || code == HART_STOPPED;
        if (innocent || broker->count == 1) {
                (void)settle(broker, innocent ? broker->count : 0, false, reason, NULL, NULL);
                return;
        }
        hart_pg_parameters delivery = {0};
        hart_pg_add_int8(&delivery, broker->delivery);
        (void)hart_pg_run(broker->pg, &sql_rollback, NULL, NULL, NULL);
        (void)hart_pg_run(broker->pg, &sql_release, &delivery, NULL, NULL);
        hart_pg_parameters_done(&delivery);
}

hart_code hart_broker_committed(hart_broker *broker, hart_code code, const hart_pg_result *commit, hart_error *err)
{
        if (commit && strcmp(hart_pg_command(commit), "COMMIT") == 0) {
                broker->consumed += broker->count;
                broker->previous = broker->completed = broker->delivery;
                hart_broker_forget(broker);
                return HART_OK;
        }
        if (code == HART_OK || commit) {
                code = hart_fail(err, HART_FATAL, "a statement of the delivery had failed before its COMMIT");
                if (err)
                        snprintf(err->foreign, sizeof err->foreign, "25P02"); /* in_failed_sql_transaction */
        }
        if (hart_pg_is_up(broker->pg))
                refuse(broker, code, err);
        hart_broker_forget(broker);
        hart_broker_start_over(broker);
        return code;
}

hart_code hart_broker_complete(hart_broker *broker, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *commit = NULL;
        const hart_code code = hart_pg_run(broker->pg, &sql_commit, NULL, &commit, err);
        return hart_broker_committed(broker, code, commit, err);
}

hart_code hart_broker_put_back(hart_broker *broker, hart_error *err)
{
        hart_code code = settle(broker, broker->count, false, NULL, NULL, err);
        hart_broker_forget(broker);
        hart_broker_start_over(broker);
        return code;
}

hart_code hart_broker_fail(hart_broker *broker, size_t index, bool poison, const hart_error *reason, bool *dead,
                           hart_error *err)
{
        hart_code code = settle(broker, index, poison, reason, dead, err);
        hart_broker_forget(broker);
        hart_broker_start_over(broker);
        return code;
}
