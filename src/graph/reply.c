/* What Neo4j answered. Neo4j's own code decides what it means (verdict.c), the HTTP status only where there is none:
 * the Query API says 202 before a statement is known to have worked, the older interface always 200. */
#include <string.h>

#include "client.h"

struct hart_graph_result {
        hart_json *root;
        const hart_json *rows;
        hart_graph_api api;
};

/* Statuses with which Neo4j's HTTP port turns down what is no question for a database: nothing there, or sent in a
 * way that it does not take. */
static bool is_of_the_port(long status)
{
        return status == 404 || status == 405 || status == 406 || status == 415;
}

static hart_code refuse(long status, const hart_json *error, hart_error *err)
{
        const char *neo4j_code = hart_json_text(hart_json_member(error, "code"), NULL);
        const char *message = hart_json_text(hart_json_member(error, "message"), NULL);

        if (neo4j_code && strncmp(neo4j_code, "Neo.ClientError.Request.", 24) == 0 && is_of_the_port(status))
                return graph_refuse_status(status, err);
        return graph_refuse(neo4j_code ? neo4j_code : "", message ? message : "no message", err);
}

static bool is_array(const hart_json *value)
{
        return value && hart_json_kind_of(value) == HART_JSON_ARRAY;
}

/* The rows of a reply that says success in every way its interface has; else NULL. */
static const hart_json *successful_rows(hart_graph_api api, long status, const hart_json *root)
{
        if (status < 200 || status > 299)
                return NULL;
        if (api == HART_GRAPH_API_QUERY) {
                const hart_json *values = hart_json_member(hart_json_member(root, "data"), "values");
                return is_array(hart_json_member(root, "bookmarks")) && is_array(values) ? values : NULL;
        }
        const hart_json *results = hart_json_member(root, "results");
        const hart_json *data = hart_json_member(hart_json_item(results, 0), "data");
        return is_array(hart_json_member(root, "errors")) && hart_json_count(results) == 1 && is_array(data) ? data
                                                                                                             : NULL;
}

hart_code hart_graph_read_reply(hart_graph_api api, long status, const void *body, size_t size, hart_graph_result **ret,
                                hart_error *err)
{
        HART_CLEANUP(hart_json_close_p) hart_json *root = NULL;
        hart_error not_json;

        if (hart_json_parse(body, size, &root, &not_json) != HART_OK)
                return graph_refuse_status(status, err);
        const hart_json *errors = hart_json_member(root, "errors");
        if (hart_json_count(errors) > 0)
                return refuse(status, hart_json_item(errors, 0), err);
        const hart_json *rows = successful_rows(api, status, root);
        if (!rows)
                return graph_refuse_status(status, err);
        if (ret) {
                hart_graph_result *result = hart_allocate(sizeof *result);
                *result = (hart_graph_result){HART_TAKE(root), rows, api};
                *ret = result;
        }
        return HART_OK;
}

void hart_graph_result_close(hart_graph_result *result)
{
        if (result)
                hart_json_close(result->root);
        free(result);
}

void hart_graph_result_close_p(hart_graph_result **result)
{
        hart_graph_result_close(*result);
        *result = NULL;
}

size_t hart_graph_rows(const hart_graph_result *result)
{
        return result ? hart_json_count(result->rows) : 0;
}

const hart_json *hart_graph_value(const hart_graph_result *result, size_t row, size_t column)
{
        const hart_json *cells = result ? hart_json_item(result->rows, row) : NULL;

        if (result && result->api == HART_GRAPH_API_TRANSACTION)
                cells = hart_json_member(cells, "row");
        return hart_json_item(cells, column);
}

const hart_json *graph_result_bookmarks(const hart_graph_result *result)
{
        return result ? hart_json_member(result->root, "bookmarks") : NULL;
}

/* The two interfaces call the same things differently, and one of them has a slip in a name. */
static const char *const counters[][3] = {
        {"nodes_created", "nodesCreated", "nodes_created"},
        {"nodes_deleted", "nodesDeleted", "nodes_deleted"},
        {"relationships_created", "relationshipsCreated", "relationships_created"},
        {"relationships_deleted", "relationshipsDeleted", "relationship_deleted"},
        {"properties_set", "propertiesSet", "properties_set"},
};

int64_t hart_graph_counter(const hart_graph_result *result, const char *name)
{
        int64_t value = 0;

        if (!result)
                return 0;
        const bool query = result->api == HART_GRAPH_API_QUERY;
        const hart_json *all =
                query ? hart_json_member(result->root, "counters")
                      : hart_json_member(hart_json_item(hart_json_member(result->root, "results"), 0), "stats");
        for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
                if (strcmp(counters[i][0], name) == 0)
                        (void)hart_json_integer(hart_json_member(all, counters[i][query ? 1 : 2]), &value);
        return value;
}

const char *graph_text(const hart_graph_result *result, size_t row, size_t column)
{
        const char *text = hart_json_text(hart_graph_value(result, row, column), NULL);

        return text ? text : "";
}

int64_t graph_integer(const hart_graph_result *result, size_t row, size_t column)
{
        int64_t value = 0;

        (void)hart_json_integer(hart_graph_value(result, row, column), &value);
        return value;
}
