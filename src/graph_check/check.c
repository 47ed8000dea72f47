/* The whole of a check: what belongs to no tenant, then tenant by tenant, then what belongs to nothing. */
#include "run.h"

#include <string.h>

#include <hartonomous/clock.h>

#include "graph_check_cypher.h"
#include "graph_check_sql.h"

#define PATIENCE (10 * HART_SECOND)

/* A tenant that PostgreSQL has, or the graph. */
typedef struct tenant_set {
        check_ids known, shown;
} tenant_set;

static void tenants_done(tenant_set *tenants)
{
        ids_done(&tenants->known);
        ids_done(&tenants->shown);
}

static hart_code read_tenants(check_run *run, tenant_set *ret, hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *shown = NULL;
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *known = NULL;
        /* The graph first: whatever it has then PostgreSQL had before. */
        hart_code code = hart_graph_run(run->options->graph, cypher_check_tenants, NULL, &shown, err);

        if (code == HART_OK)
                code = hart_pg_run(run->options->pg, &sql_check_tenants, NULL, &known, err);
        for (size_t row = 0; code == HART_OK && row < hart_pg_rows(known); row++)
                ids_add(&ret->known, hart_pg_integer(known, row, 0));
        for (size_t row = 0; code == HART_OK && row < hart_graph_rows(shown); row++) {
                const int64_t tenant = cell_integer(shown, row, 0);
                if (!ids_have(&ret->known, tenant) && tenant >= INT32_MIN && tenant <= INT32_MAX)
                        ids_add(&ret->shown, tenant);
        }
        return code;
}

static bool is_wanted(const check_run *run, const char *kind)
{
        return !run->options->kind || strcmp(run->options->kind, kind) == 0;
}

static hart_code check_shared(check_run *run, hart_error *err)
{
        hart_code code = HART_OK;

        for (size_t i = 0; code == HART_OK && i < hart_graph_kind_count; i++) {
                const hart_graph_kind *kind = &hart_graph_kinds[i];
                if (!kind->without_tenant || !is_wanted(run, kind->name))
                        continue;
                code = run->options->quick ? check_quickly(run, kind, 0, err) : check_kind(run, kind, 0, true, err);
        }
        return code;
}

static hart_code check_tenant(check_run *run, int32_t tenant, bool known, hart_error *err)
{
        hart_code code = HART_OK;

        if (!known && run->options->remedy >= HART_GRAPH_REMEDY_DELETE)
                return check_forget_tenant(run, tenant, err);
        for (size_t i = 0; code == HART_OK && i < hart_graph_kind_count; i++) {
                const hart_graph_kind *kind = &hart_graph_kinds[i];
                if (kind->without_tenant || !is_wanted(run, kind->name))
                        continue;
                code = run->options->quick ? check_quickly(run, kind, tenant, err)
                                           : check_kind(run, kind, tenant, known, err);
        }
        if (code != HART_OK || !is_wanted(run, "Composition"))
                return code;
        if (run->options->quick)
                return check_components_quickly(run, tenant, err);
        code = check_components(run, tenant, known, err);
        return code == HART_OK ? check_left_out(run, tenant, err) : code;
}

static hart_code check_tenants(check_run *run, hart_error *err)
{
        HART_CLEANUP(tenants_done) tenant_set tenants = {0};
        const int64_t only = run->options->tenant;
        hart_code code = read_tenants(run, &tenants, err);

        for (size_t i = 0; code == HART_OK && i < tenants.known.count; i++)
                if (only < 0 || tenants.known.item[i] == only)
                        code = check_tenant(run, (int32_t)tenants.known.item[i], true, err);
        for (size_t i = 0; code == HART_OK && i < tenants.shown.count; i++)
                if (only < 0 || tenants.shown.item[i] == only)
                        code = check_tenant(run, (int32_t)tenants.shown.item[i], false, err);
        return code;
}

hart_code hart_graph_check_run(const hart_graph_check *check, hart_graph_check_result *ret, hart_error *err)
{
        check_run run = {.options = check, .patience = PATIENCE};
        hart_code code = HART_OK;

        if (check->kind && strcmp(check->kind, "Composition") != 0 && !hart_graph_kind_named(check->kind))
                return hart_fail(err, HART_POISON, "%.64s: there is no such kind of entities", check->kind);
        /* First: they would be in the way of what is mended by messages. */
        if (!check->kind && !check->quick)
                code = check_strays(&run, err);
        if (code == HART_OK && check->tenant < 0)
                code = check_shared(&run, err);
        if (code == HART_OK)
                code = check_tenants(&run, err);
        if (code == HART_OK)
                *ret = run.result;
        return code;
}
