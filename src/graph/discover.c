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

/* A single server is fastest through the older interface; only the Query API finds the leader of a cluster. */
static hart_code choose_api(hart_graph *graph, const hart_json *document, hart_error *err)
{
        const bool query = hart_json_text(hart_json_member(document, "query"), NULL) != NULL;
        const bool transaction = hart_json_text(hart_json_member(document, "transaction"), NULL) != NULL;
        const bool single = strcmp(graph->server.edition, "community") == 0;
        hart_graph_api api = graph->wanted;

        if (api == HART_GRAPH_API_AUTO)
                api = transaction && (single || !query) ? HART_GRAPH_API_TRANSACTION : HART_GRAPH_API_QUERY;
        if (!(api == HART_GRAPH_API_QUERY ? query : transaction))
                return hart_fail(err, HART_CONFIG, "Neo4j %s at %s does not offer the %s: set [neo4j] api to auto%s",
                                 graph->server.version, graph->url,
                                 api == HART_GRAPH_API_QUERY ? "Query API" : "transaction API",
                                 query || transaction ? "" : ", and switch on one of the two in neo4j.conf");
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
        if (graph->response.status >= 500 || graph->response.status == 429)
                return hart_fail(err, HART_RETRY, "Neo4j at %s answers HTTP %ld", graph->url, graph->response.status);
        if (hart_json_parse(graph->response.body.data, graph->response.body.size, &document, &ignored) != HART_OK ||
            !hart_json_text(hart_json_member(document, "neo4j_version"), NULL))
                return hart_fail(err, HART_CONFIG,
                                 "%s is not Neo4j's HTTP port (HTTP %ld, no neo4j_version): check [neo4j] url",
                                 graph->url, graph->response.status);
        copy_text(graph->server.version, sizeof graph->server.version, hart_json_member(document, "neo4j_version"));
        copy_text(graph->server.edition, sizeof graph->server.edition, hart_json_member(document, "neo4j_edition"));
        return choose_api(graph, document, err);
}
