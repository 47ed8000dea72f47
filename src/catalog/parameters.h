/* Private to the catalog: parameters that may be left open. */
#ifndef CATALOG_PARAMETERS_H
#define CATALOG_PARAMETERS_H

#include <hartonomous/catalog.h>

static inline void add_tenant(hart_pg_parameters *parameters, int32_t tenant)
{
        if (tenant == HART_ANY_TENANT)
                hart_pg_add_null(parameters);
        else
                hart_pg_add_int4(parameters, tenant);
}

#endif
