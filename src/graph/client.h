/* Inside the graph library. */
#ifndef HARTONOMOUS_GRAPH_CLIENT_H
#define HARTONOMOUS_GRAPH_CLIENT_H

#include <hartonomous/graph.h>
#include <hartonomous/http.h>

/* What the Query API said the database stood at: a later request that names it is served by nobody who has not come
 * so far yet. */
typedef struct graph_bookmarks {
        char **texts;
        size_t count;
} graph_bookmarks;
void graph_bookmarks_done(graph_bookmarks *bookmarks);
void graph_bookmarks_copy(const graph_bookmarks *from, graph_bookmarks *to);
/* A request that named `used` was answered with `now`: it stands for all of those. */
void graph_bookmarks_replace(graph_bookmarks *bookmarks, const graph_bookmarks *used, const hart_json *now);

typedef enum graph_lane_state {
        GRAPH_LANE_FREE,
        GRAPH_LANE_SENT,
        GRAPH_LANE_DUE, /* waits for its next try */
        GRAPH_LANE_OVER
} graph_lane_state;

/* One statement under way. */
typedef struct graph_lane {
        graph_lane_state state;
        hart_graph_api api; /* that the request is written for */
        void *tag;
        hart_buffer request;
        graph_bookmarks used;
        hart_http_response response;
        unsigned tries;
        uint64_t sent, due, duration;
        /* Once it is over. */
        hart_code code;
        hart_error err;
        hart_graph_result *result;
} graph_lane;
void graph_lane_done(graph_lane *lane);

struct hart_graph {
        hart_http *http;
        char *url, *database;     /* url without a slash at its end */
        hart_graph_api wanted;    /* as set */
        hart_graph_server server; /* api is auto until the server has been asked */
        hart_http_response response;
        graph_lane *lanes; /* one more than the caller's: hart_graph_run's is the last */
        size_t lane_count;
        graph_bookmarks bookmarks;
        uint64_t requests, retries;
        hart_code (*waiting)(void *data);
        void *waiting_data;
        bool given_up; /* by the waiting hook: nothing is under way any more */
};

/* The hook of the HTTP adapter. */
hart_code graph_waiting(void *graph);
/* Finds out who the server is and which interface is used. */
hart_code graph_discover(hart_graph *graph, hart_error *err);
/* Puts in front of the adapter's error what a person is to do. */
hart_code graph_explain(hart_code code, hart_error *err);
/* Neo4j's own code and text, as our code and text. */
hart_code graph_refuse(const char *neo4j_code, const char *message, hart_error *err);
/* An answer without a word of Neo4j's. */
hart_code graph_refuse_status(long status, hart_error *err);
/* Does the client itself try again after such a failure? */
bool graph_is_tried_again(const hart_error *err);
const hart_json *graph_result_bookmarks(const hart_graph_result *result);

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
