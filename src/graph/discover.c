/* Who is there: the discovery document, and which interface is used. */
#include <string.h>

#include "client.h"

static void copy_text(char *to, size_t size, const hart_json *value)
{
        const char *text = hart_json_text(value, NULL);
        const size_t length = text ? strnlen(text, size - 1) : 0;

        if (length)
                memcpy(to, text, length);
        to[length] = '\0';
}

/* Which of the two interfaces: what it is called, where neo4j.conf has it, and since when there is one. */
static const struct {
        const char *member, *name, *module;
        int major, minor;
} interfaces[] = {
        [HART_GRAPH_API_QUERY] = {"query", "Query API", "QUERY_API_ENDPOINTS", 5, 25},
        [HART_GRAPH_API_TRANSACTION] = {"transaction", "transaction API", "TRANSACTIONAL_ENDPOINTS", 0, 0},
};

static bool is_older(const char *version, int major, int minor)
{
        char *end;
        const long has_major = strtol(version, &end, 10);
        const long has_minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;

        return has_major < major || (has_major == major && has_minor < minor);
}

static hart_code refuse_api(const hart_graph *graph, hart_graph_api api, hart_error *err)
{
        if (is_older(graph->server.version, interfaces[api].major, interfaces[api].minor))
                return hart_fail(err, HART_CONFIG,
                                 "Neo4j %s at %s has no %s, which came with %d.%d: set [neo4j] api to auto",
                                 graph->server.version, graph->url, interfaces[api].name, interfaces[api].major,
                                 interfaces[api].minor);
        return hart_fail(err, HART_CONFIG,
                         "Neo4j %s at %s is there, but its %s is switched off: set [neo4j] api to auto, or add %s to "
                         "server.http_enabled_modules in neo4j.conf",
                         graph->server.version, graph->url, interfaces[api].name, interfaces[api].module);
}

/* A single server is fastest through the older interface; only the Query API finds the leader of a cluster. */
static hart_code choose_api(hart_graph *graph, const hart_json *document, hart_error *err)
{
        const bool single = strcmp(graph->server.edition, "community") == 0;
        hart_graph_api api = graph->wanted;
        bool offered[] = {false, false, false};

        for (hart_graph_api i = HART_GRAPH_API_QUERY; i <= HART_GRAPH_API_TRANSACTION; i++)
                offered[i] = hart_json_text(hart_json_member(document, interfaces[i].member), NULL) != NULL;
        if (api == HART_GRAPH_API_AUTO)
                api = offered[HART_GRAPH_API_TRANSACTION] && (single || !offered[HART_GRAPH_API_QUERY])
                              ? HART_GRAPH_API_TRANSACTION
                              : HART_GRAPH_API_QUERY;
        if (!offered[api])
                return refuse_api(graph, api, err);
        graph->server.api = api;
        return HART_OK;
}

/* A request without an answer: what is wrong is in the error, here is what to do. */
hart_code graph_explain(hart_code code, hart_error *err)
{
        if (err && code == HART_RETRY)
                return hart_fail(err, code, "Neo4j: %s; is it running there? See [neo4j] url", err->text);
        if (err && code == HART_CONFIG)
                return hart_fail(err, code, "Neo4j: %s; correct [neo4j] in graph-sync.conf", err->text);
        return hart_error_context(err, "Neo4j");
}

/* The discovery document, GET /, needs no login. */
hart_code graph_discover(hart_graph *graph, hart_error *err)
{
        HART_CLEANUP(hart_json_close_p) hart_json *document = NULL;
        HART_CLEANUP(hart_free_p) char *url = hart_format("%s/", graph->url);
        hart_error ignored;

        graph->requests++;
        const hart_code code =
                hart_http_request(graph->http, "GET", url, "application/json", NULL, 0, &graph->response, err);
        if (code != HART_OK)
                return graph_explain(code, err);
        if (graph->response.status < 200 || graph->response.status > 299) {
                (void)graph_refuse_status(graph->response.status, err);
                return hart_error_context(err, "%s", graph->url);
        }
        if (hart_json_parse(graph->response.body.data, graph->response.body.size, &document, &ignored) != HART_OK ||
            !hart_json_text(hart_json_member(document, "neo4j_version"), NULL))
                return hart_fail(err, HART_CONFIG,
                                 "%s is not Neo4j's HTTP port (HTTP %ld, no neo4j_version): check [neo4j] url",
                                 graph->url, graph->response.status);
        copy_text(graph->server.version, sizeof graph->server.version, hart_json_member(document, "neo4j_version"));
        copy_text(graph->server.edition, sizeof graph->server.edition, hart_json_member(document, "neo4j_edition"));
        return choose_api(graph, document, err);
}
