/* Sending, in the caller's transaction. */
#include <hartonomous/broker.h>

#include "broker_sql.h"

static void add_route(hart_pg_parameters *parameters, const hart_route *route)
{
        hart_pg_add_text(parameters, route->from_service);
        hart_pg_add_text(parameters, route->to_service);
        hart_pg_add_text(parameters, route->contract);
        hart_pg_add_text(parameters, route->message_type);
}

hart_code hart_broker_send(hart_pg *pg, const hart_route *route, const char *body, size_t size, hart_error *err)
{
        hart_pg_parameters parameters = {0};
        add_route(&parameters, route);
        hart_pg_add_jsonb(&parameters, body, size);
        hart_code code = hart_pg_run(pg, &sql_send_one, &parameters, NULL, err);
        hart_pg_parameters_done(&parameters);
        return code;
}

hart_code hart_broker_send_many(hart_pg *pg, const hart_route *route, const hart_pg_bytes *bodies, size_t count,
                                hart_error *err)
{
        if (!count)
                return HART_OK;
        hart_pg_parameters parameters = {0};
        add_route(&parameters, route);
        hart_pg_add_jsonb_array(&parameters, bodies, count);
        hart_code code = hart_pg_run(pg, &sql_send_many, &parameters, NULL, err);
        hart_pg_parameters_done(&parameters);
        return code;
}
