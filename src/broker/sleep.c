/* Waiting that costs nothing and misses nothing. */
#include "reader.h"

#include <hartonomous/clock.h>

#include "broker_sql.h"

/* While others hold messages nobody rings when they die: what a dead reader held is to be taken within 50 ms. */
#define NAP_MIN (10 * HART_MILLISECOND)
#define NAP_MAX (25 * HART_MILLISECOND)

static hart_code announce(hart_broker *broker, hart_error *err)
{
        hart_pg_parameters queue = {0};
        hart_pg_add_int4(&queue, broker->queue);
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *done = NULL;
        const hart_pg_call calls[] = {{.statement = &sql_announce_sleep, .parameters = &queue},
                                      {.statement = &sql_senders_done, .parameters = &queue, .ret = &done}};
        const size_t skipped = broker->announced; /* it counts: what is announced twice must be taken back twice */
        hart_code code = hart_pg_run_many(broker->pg, calls + skipped, 2 - skipped, err);
        hart_pg_parameters_done(&queue);
        if (code != HART_OK)
                return code;
        broker->announced = true;
        broker->unsure = !hart_pg_flag(done, 0, 0);
        return HART_OK;
}

hart_code hart_broker_sleep(hart_broker *broker, hart_error *err)
{
        if (broker->consumed) { /* figures are not to wait for the next message */
                hart_code code = hart_broker_tick(broker, err);
                if (code != HART_OK)
                        return code;
        }
        if (!broker->announced || broker->unsure) {
                hart_code code = announce(broker, err);
                if (code != HART_OK)
                        return code;
                if (!broker->unsure)
                        return HART_EMPTY;
        }
        bool rung = false;
        hart_code code = hart_pg_take_notifications(broker->pg, &rung, err);
        if (code != HART_OK || rung) {
                broker->nap = 0;
                return code == HART_OK ? HART_EMPTY : code;
        }
        broker->nap = broker->nap ? broker->nap * 2 : NAP_MIN;
        if (broker->nap > NAP_MAX)
                broker->nap = NAP_MAX;
        return HART_OK;
}
