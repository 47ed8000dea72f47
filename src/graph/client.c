/* One connection to Neo4j: who is there, which interface it has, and one statement after another. */
#include "client.h"

#include <string.h>

#include "graph_cypher.h"

static void set_options(hart_http_options *options, const hart_graph_settings *settings, const char *password)
{
        *options = (hart_http_options){
                .user = password && *settings->user ? settings->user : NULL,
                .password = password,
                .ca_file = *settings->ca_file ? settings->ca_file : NULL,
                .client_certificate = *settings->client_certificate ? settings->client_certificate : NULL,
                .client_key = *settings->client_key ? settings->client_key : NULL,
                .connect_timeout = settings->connect_timeout,
                .total_timeout = settings->timeout,
                .response_limit = settings->response_limit,
        };
}

/* A database's name becomes a part of the URL. These are the bytes that Neo4j allows in one. */
static hart_code check_names(const hart_graph_settings *settings, hart_error *err)
{
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";

        if (settings->database[strspn(settings->database, allowed)] != '\0')
                return hart_fail(
                        err, HART_CONFIG,
                        "[neo4j] database: \"%s\" is no name of a database: use letters, digits, \".\" and \"-\"",
                        settings->database);
        if (strncmp(settings->url, "http://", 7) != 0 && strncmp(settings->url, "https://", 8) != 0)
                return hart_fail(err, HART_CONFIG,
                                 "[neo4j] url: \"%s\" does not begin with http:// or https:// (Neo4j's HTTP port is "
                                 "7474, not Bolt's 7687)",
                                 settings->url);
        return HART_OK;
}

hart_code hart_graph_open(hart_graph **ret, const hart_graph_settings *settings, const char *password, hart_error *err)
{
        hart_http_options options;
        hart_http *http = NULL;
        hart_code code = check_names(settings, err);

        if (code != HART_OK)
                return code;
        set_options(&options, settings, password);
        code = hart_http_open(&http, &options, err);
        if (code != HART_OK)
                return code;
        hart_graph *graph = hart_allocate(sizeof *graph);
        size_t size = strlen(settings->url);
        while (size > 0 && settings->url[size - 1] == '/')
                size--;
        *graph = (hart_graph){
                .http = http,
                .url = hart_duplicate_n(settings->url, size),
                .database = hart_duplicate(settings->database),
                .wanted = (hart_graph_api)settings->api,
        };
        *ret = graph;
        return HART_OK;
}

void hart_graph_close(hart_graph *graph)
{
        if (!graph)
                return;
        hart_http_close(graph->http);
        hart_http_response_done(&graph->response);
        hart_buffer_done(&graph->request);
        free(graph->url);
        free(graph->database);
        free(graph);
}

void hart_graph_close_p(hart_graph **graph)
{
        hart_graph_close(*graph);
        *graph = NULL;
}

void hart_graph_on_waiting(hart_graph *graph, hart_code (*waiting)(void *data), void *data)
{
        hart_http_on_waiting(graph->http, waiting, data);
}

uint64_t hart_graph_requests(const hart_graph *graph)
{
        return graph->requests;
}

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
static hart_code explain(hart_code code, hart_error *err)
{
        if (err && code == HART_RETRY)
                return hart_fail(err, code, "Neo4j: %s; is it running there? See [neo4j] url", err->text);
        if (err && code == HART_CONFIG)
                return hart_fail(err, code, "Neo4j: %s; correct [neo4j] in graph-sync.conf", err->text);
        return hart_error_context(err, "Neo4j");
}

/* The discovery document, GET /, needs no login. */
static hart_code discover(hart_graph *graph, hart_error *err)
{
        HART_CLEANUP(hart_json_close_p) hart_json *document = NULL;
        HART_CLEANUP(hart_free_p) char *url = hart_format("%s/", graph->url);
        hart_error ignored;

        graph->requests++;
        const hart_code code =
                hart_http_request(graph->http, "GET", url, "application/json", NULL, 0, &graph->response, err);
        if (code != HART_OK)
                return explain(code, err);
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

static void write_statement(hart_json_writer *writer, const char *statement, const hart_buffer *parameters)
{
        hart_json_begin_object(writer);
        hart_json_key(writer, "statement");
        hart_json_put_text(writer, statement);
        if (parameters) {
                hart_json_key(writer, "parameters");
                hart_json_put_raw(writer, (const char *)parameters->data, parameters->size);
        }
        hart_json_end_object(writer);
}

static void write_request(hart_graph *graph, const char *statement, const hart_buffer *parameters)
{
        hart_json_writer writer = {.out = &graph->request};

        hart_buffer_clear(&graph->request);
        if (graph->server.api == HART_GRAPH_API_QUERY) {
                write_statement(&writer, statement, parameters);
                return;
        }
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "statements");
        hart_json_begin_array(&writer);
        write_statement(&writer, statement, parameters);
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
}

static hart_code send_request(hart_graph *graph, hart_graph_result **ret, hart_error *err)
{
        HART_CLEANUP(hart_free_p)
        char *url = hart_format("%s/db/%s/%s", graph->url, graph->database,
                                graph->server.api == HART_GRAPH_API_QUERY ? "query/v2" : "tx/commit");

        graph->requests++;
        const hart_code code = hart_http_request(graph->http, "POST", url, "application/json", graph->request.data,
                                                 graph->request.size, &graph->response, err);
        if (code != HART_OK)
                return explain(code, err);
        return hart_graph_read_reply(graph->server.api, graph->response.status, graph->response.body.data,
                                     graph->response.body.size, ret, err);
}

hart_code hart_graph_run(hart_graph *graph, const char *statement, const hart_buffer *parameters,
                         hart_graph_result **ret, hart_error *err)
{
        hart_code code = HART_OK;

        if (graph->server.api == HART_GRAPH_API_AUTO)
                code = discover(graph, err);
        if (code != HART_OK)
                return code;
        write_request(graph, statement, parameters);
        code = send_request(graph, ret, err);
        /* Whoever answers next may be another version. */
        if (code == HART_RETRY)
                graph->server.api = HART_GRAPH_API_AUTO;
        return code;
}

hart_code hart_graph_hello(hart_graph *graph, hart_graph_server *ret, hart_error *err)
{
        hart_code code;

        graph->server.api = HART_GRAPH_API_AUTO;
        code = hart_graph_run(graph, cypher_hello, NULL, NULL, err);
        if (code != HART_OK)
                return code;
        if (ret)
                *ret = graph->server;
        return HART_OK;
}

void graph_list_open(graph_list *list, const char *key)
{
        *list = (graph_list){0};
        list->writer.out = &list->text;
        hart_json_begin_object(&list->writer);
        hart_json_key(&list->writer, key);
        hart_json_begin_array(&list->writer);
}

void graph_list_close(graph_list *list)
{
        hart_json_end_array(&list->writer);
        hart_json_end_object(&list->writer);
}
