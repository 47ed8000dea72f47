/* A client of Neo4j: opened, closed, asked what it is. */
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
        const size_t lanes = settings->lanes > 0 ? (size_t)settings->lanes : 1;
        options.lanes = lanes + 1; /* one for hart_graph_run */
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
                .lane_count = lanes,
                .lanes = hart_allocate_array(lanes + 1, sizeof *graph->lanes),
        };
        hart_http_on_waiting(http, graph_waiting, graph);
        *ret = graph;
        return HART_OK;
}

void hart_graph_close(hart_graph *graph)
{
        if (!graph)
                return;
        hart_http_close(graph->http);
        hart_http_response_done(&graph->response);
        for (size_t i = 0; i <= graph->lane_count; i++)
                graph_lane_done(&graph->lanes[i]);
        free(graph->lanes);
        graph_bookmarks_done(&graph->bookmarks);
        free(graph->url);
        free(graph->database);
        free(graph);
}

const char *hart_graph_database(const hart_graph *graph)
{
        return graph->database;
}

void hart_graph_close_p(hart_graph **graph)
{
        hart_graph_close(*graph);
        *graph = NULL;
}

void hart_graph_on_waiting(hart_graph *graph, hart_code (*waiting)(void *data), void *data)
{
        graph->waiting = waiting;
        graph->waiting_data = data;
}

uint64_t hart_graph_requests(const hart_graph *graph)
{
        return graph->requests;
}

uint64_t hart_graph_retries(const hart_graph *graph)
{
        return graph->retries;
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
