/* Whose is what a question is about? Numbers are unique over all tenants, so the thing itself tells. */
#include <stdlib.h>
#include <string.h>

#include <hartonomous/provenance.h>

#include "provenance_walk.h"

#define INGESTION "ingestion:" /* of an ingestion job's operation, before the number of its atom */

/* What a query names: "atom" and 42; NULL where nothing that has a tenant. */
struct thing {
        const char *kind;
        int64_t id;
};

static struct thing thing_at(const hart_provenance_parameter *parameter, const hart_provenance_value *value)
{
        static const char *const kinds[] = {"atom", "source", "operation", "inference"};
        struct thing thing = {0};
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && value->given && !value->null; i++)
                if (strcmp(parameter->name, kinds[i]) == 0)
                        thing.kind = kinds[i];
        thing.id = value->integer;
        if (!thing.kind || parameter->type != HART_PROVENANCE_TEXT)
                return thing;
        const bool job = strncmp(value->text, INGESTION, strlen(INGESTION)) == 0;
        const char *digits = job ? value->text + strlen(INGESTION) : value->text;
        thing.kind = job ? "atom" : thing.kind;
        thing.id = digits[strspn(digits, "0123456789")] == '\0' ? strtoll(digits, NULL, 10) : 0;
        return thing;
}

static struct thing named_thing(const hart_provenance_query *query, const hart_provenance_values *values)
{
        struct thing thing = {0};
        for (size_t i = 0; query->parameters[i].name && !thing.kind; i++)
                thing = thing_at(&query->parameters[i], &values->value[i]);
        return thing;
}

static hart_code find_in_graph(hart_graph *graph, struct thing thing, int32_t *ret, hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        hart_json_writer writer = {.out = &parameters};
        int64_t tenant = 0;

        hart_json_begin_object(&writer);
        hart_json_key(&writer, "kind");
        hart_json_put_text(&writer, thing.kind);
        hart_json_key(&writer, "id");
        hart_json_put_integer(&writer, thing.id);
        hart_json_end_object(&writer);
        const hart_code code = hart_graph_run(graph, cypher_tenant_of, &parameters, &result, err);
        if (code != HART_OK)
                return code;
        if (!hart_json_integer(hart_graph_value(result, 0, 0), &tenant))
                return HART_EMPTY;
        *ret = (int32_t)tenant;
        return HART_OK;
}

static hart_code find_in_database(hart_pg *pg, struct thing thing, int32_t *ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        hart_pg_add_text(&parameters, thing.kind);
        hart_pg_add_int8(&parameters, thing.id);
        const hart_code code = hart_pg_run(pg, &sql_tenant_of, &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        if (code != HART_OK)
                return code;
        if (hart_pg_rows(rows) == 0)
                return HART_EMPTY;
        *ret = (int32_t)hart_pg_integer(rows, 0, 0);
        return HART_OK;
}

hart_code hart_provenance_tenant_from_graph(hart_graph *graph, const hart_provenance_query *query,
                                            const hart_provenance_values *values, int32_t *ret, hart_error *err)
{
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
        const struct thing thing = named_thing(query, values);
        int64_t tenant = 0;

        if (thing.kind)
                return find_in_graph(graph, thing, ret, err);
        const hart_code code = hart_graph_run(graph, cypher_two_tenants, NULL, &result, err);
        if (code != HART_OK)
                return code;
        if (!hart_json_integer(hart_graph_value(result, 0, 0), &tenant))
                return HART_EMPTY;
        *ret = hart_graph_rows(result) > 1 ? HART_PROVENANCE_SEVERAL : (int32_t)tenant;
        return HART_OK;
}

hart_code hart_provenance_tenant_from_database(hart_pg *pg, const hart_provenance_query *query,
                                               const hart_provenance_values *values, int32_t *ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        const struct thing thing = named_thing(query, values);

        if (thing.kind)
                return find_in_database(pg, thing, ret, err);
        const hart_code code = hart_pg_run(pg, &sql_two_tenants, NULL, &rows, err);
        if (code != HART_OK)
                return code;
        if (hart_pg_rows(rows) == 0)
                return HART_EMPTY;
        *ret = hart_pg_rows(rows) > 1 ? HART_PROVENANCE_SEVERAL : (int32_t)hart_pg_integer(rows, 0, 0);
        return HART_OK;
}

hart_code hart_provenance_atom_from_graph(hart_graph *graph, int64_t atom, int32_t *ret, hart_error *err)
{
        return find_in_graph(graph, (struct thing){"atom", atom}, ret, err);
}

hart_code hart_provenance_atom_from_database(hart_pg *pg, int64_t atom, int32_t *ret, hart_error *err)
{
        return find_in_database(pg, (struct thing){"atom", atom}, ret, err);
}
