/* Inside the graph library. */
#ifndef HARTONOMOUS_GRAPH_CLIENT_H
#define HARTONOMOUS_GRAPH_CLIENT_H

#include <hartonomous/graph.h>
#include <hartonomous/http.h>

struct hart_graph {
        hart_http *http;
        char *url, *database;     /* url without a slash at its end */
        hart_graph_api wanted;    /* as set */
        hart_graph_server server; /* api is auto until the server has been asked */
        hart_buffer request;
        hart_http_response response;
        uint64_t requests;
};

/* Begins the parameters of a statement: {"KEY":[ … ]}. */
typedef struct graph_list {
        hart_buffer text;
        hart_json_writer writer;
} graph_list;
void graph_list_open(graph_list *list, const char *key);
void graph_list_close(graph_list *list); /* the text is complete; free it with hart_buffer_done */

/* A cell as text, never NULL. */
const char *graph_text(const hart_graph_result *result, size_t row, size_t column);
int64_t graph_integer(const hart_graph_result *result, size_t row, size_t column);

#endif
