/* tenant list, set-quota. */
#include <stdlib.h>

#include "commands.h"
#include "ctl_sql.h"
#include "rows.h"

static const table_column columns[] = {
        {"tenant", "TENANT", TABLE_INTEGER},   {"name", "NAME", TABLE_TEXT},
        {"atoms", "ATOMS", TABLE_INTEGER},     {"max_atoms", "MOST ATOMS", TABLE_INTEGER},
        {"bytes", "BYTES", TABLE_INTEGER},     {"max_bytes", "MOST BYTES", TABLE_INTEGER},
        {"created_at", "CREATED", TABLE_TEXT},
};

static hart_code read_tenants(struct ctl *ctl, int64_t tenant, struct table *into, hart_error *err)
{
        hart_pg_parameters parameters = {0};
        if (tenant == HART_ANY_TENANT)
                hart_pg_add_null(&parameters);
        else
                hart_pg_add_int4(&parameters, (int32_t)tenant);
        return rows_read(ctl->pg, &sql_tenants, &parameters, into, err);
}

int ctl_tenant_list(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        const int status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(table_done) struct table tenants = ROWS_TABLE(columns);
        hart_error err = {0};
        if (read_tenants(ctl, ctl->options.tenant, &tenants, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        table_show(&tenants, ctl->options.json);
        return CTL_OK;
}

static void add_limit(hart_pg_parameters *parameters, int64_t value)
{
        if (value == CTL_AS_IT_IS)
                hart_pg_add_null(parameters);
        else
                hart_pg_add_int8(parameters, value);
}

static hart_code set_quota(struct ctl *ctl, int32_t tenant, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, tenant);
        add_limit(&parameters, ctl->options.max_atoms);
        add_limit(&parameters, ctl->options.max_bytes);
        return hart_pg_run(ctl->pg, &sql_set_quota, &parameters, NULL, err);
}

static int read_tenant(const char *text, int32_t *ret)
{
        char *end = NULL;
        const long long value = strtoll(text, &end, 10);
        if (end == text || *end || value < 0 || value > INT32_MAX)
                return ctl_usage("tenant %s: not a number from 0 to %d", text, INT32_MAX);
        *ret = (int32_t)value;
        return CTL_OK;
}

int ctl_tenant_set_quota(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        int32_t tenant = 0;
        if (ctl->options.max_atoms == CTL_AS_IT_IS && ctl->options.max_bytes == CTL_AS_IT_IS)
                return ctl_usage("say --atoms, --bytes or both; \"none\" takes a limit away");
        int status = read_tenant(arguments[0], &tenant);
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(table_done) struct table tenants = ROWS_TABLE(columns);
        hart_error err = {0};
        hart_code code = set_quota(ctl, tenant, &err);
        if (code == HART_OK)
                code = read_tenants(ctl, tenant, &tenants, &err);
        if (code != HART_OK)
                return ctl_fail(ctl, &err);
        table_show_record(&tenants, ctl->options.json);
        return CTL_OK;
}
