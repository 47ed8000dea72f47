/* Statements under way, beside one another; each tried again where Neo4j says that this alone helps. */
#include <string.h>

#include <hartonomous/clock.h>

#include "client.h"

#define TRIES      5
#define DELAY_BASE (250 * HART_MILLISECOND)
#define DELAY_MAX  (10 * HART_SECOND)

hart_code graph_waiting(void *data)
{
        hart_graph *graph = data;
        const hart_code code = graph->waiting ? graph->waiting(graph->waiting_data) : HART_OK;

        graph->given_up = code != HART_OK;
        return code;
}

void graph_lane_done(graph_lane *lane)
{
        hart_buffer_done(&lane->request);
        hart_http_response_done(&lane->response);
        graph_bookmarks_done(&lane->used);
        hart_graph_result_close(lane->result);
}

static void free_lane(graph_lane *lane)
{
        lane->state = GRAPH_LANE_FREE;
        hart_graph_result_close(lane->result);
        lane->result = NULL;
}

void hart_graph_abandon(hart_graph *graph)
{
        hart_http_abandon(graph->http);
        for (size_t i = 0; i <= graph->lane_count; i++)
                free_lane(&graph->lanes[i]);
}

size_t hart_graph_lanes_free(const hart_graph *graph)
{
        size_t count = 0;

        for (size_t i = 0; i < graph->lane_count; i++)
                count += graph->lanes[i].state == GRAPH_LANE_FREE;
        return count;
}

/* --- the request -------------------------------------------------------------------------------------------------- */

static void write_statement(hart_json_writer *writer, const char *statement, const hart_buffer *parameters)
{
        hart_json_key(writer, "statement");
        hart_json_put_text(writer, statement);
        if (parameters) {
                hart_json_key(writer, "parameters");
                hart_json_put_raw(writer, (const char *)parameters->data, parameters->size);
        }
}

static void write_query_request(graph_lane *lane, const char *statement, const hart_buffer *parameters)
{
        hart_json_writer writer = {.out = &lane->request};

        hart_json_begin_object(&writer);
        write_statement(&writer, statement, parameters);
        hart_json_key(&writer, "includeCounters");
        hart_json_put_flag(&writer, true);
        if (lane->used.count > 0) {
                hart_json_key(&writer, "bookmarks");
                hart_json_begin_array(&writer);
                for (size_t i = 0; i < lane->used.count; i++)
                        hart_json_put_text(&writer, lane->used.texts[i]);
                hart_json_end_array(&writer);
        }
        hart_json_end_object(&writer);
}

static void write_transaction_request(graph_lane *lane, const char *statement, const hart_buffer *parameters)
{
        hart_json_writer writer = {.out = &lane->request};

        hart_json_begin_object(&writer);
        hart_json_key(&writer, "statements");
        hart_json_begin_array(&writer);
        hart_json_begin_object(&writer);
        write_statement(&writer, statement, parameters);
        hart_json_key(&writer, "includeStats");
        hart_json_put_flag(&writer, true);
        hart_json_end_object(&writer);
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
}

static void write_request(hart_graph *graph, graph_lane *lane, const char *statement, const hart_buffer *parameters)
{
        lane->api = graph->server.api;
        hart_buffer_clear(&lane->request);
        graph_bookmarks_copy(&graph->bookmarks, &lane->used);
        if (lane->api == HART_GRAPH_API_QUERY)
                write_query_request(lane, statement, parameters);
        else
                write_transaction_request(lane, statement, parameters);
}

/* --- its way ------------------------------------------------------------------------------------------------------ */

static void end(graph_lane *lane, hart_code code)
{
        lane->state = GRAPH_LANE_OVER;
        lane->code = code;
}

static void send_request(hart_graph *graph, graph_lane *lane)
{
        HART_CLEANUP(hart_free_p)
        char *url = hart_format("%s/db/%s/%s", graph->url, graph->database,
                                lane->api == HART_GRAPH_API_QUERY ? "query/v2" : "tx/commit");

        graph->requests++;
        lane->tries++;
        lane->sent = hart_now();
        lane->state = GRAPH_LANE_SENT;
        const hart_code code = hart_http_begin(graph->http, "POST", url, "application/json", lane->request.data,
                                               lane->request.size, &lane->response, lane, &lane->err);
        if (code != HART_OK)
                end(lane, code);
}

static hart_code begin(hart_graph *graph, graph_lane *lane, const char *statement, const hart_buffer *parameters,
                       void *tag, hart_error *err)
{
        if (graph->server.api == HART_GRAPH_API_AUTO) {
                const hart_code code = graph_discover(graph, err);
                if (graph->given_up)
                        hart_graph_abandon(graph);
                graph->given_up = false;
                if (code != HART_OK)
                        return code;
        }
        lane->tag = tag;
        lane->tries = 0;
        write_request(graph, lane, statement, parameters);
        send_request(graph, lane);
        return HART_OK;
}

/* Whoever answers next may be another server, with other interfaces and another past. */
static void forget_server(hart_graph *graph)
{
        graph->server.api = HART_GRAPH_API_AUTO;
        graph_bookmarks_done(&graph->bookmarks);
}

static bool is_of_another_server(hart_code code, const hart_error *err)
{
        return code == HART_CONFIG || strstr(err->foreign, "Bookmark") ||
               (code == HART_RETRY && strncmp(err->foreign, "Neo.", 4) != 0);
}

/* The answer is there, or there will be none. */
static void judge(hart_graph *graph, graph_lane *lane, hart_code code)
{
        lane->duration = hart_now() - lane->sent;
        if (code == HART_OK)
                code = hart_graph_read_reply(lane->api, lane->response.status, lane->response.body.data,
                                             lane->response.body.size, &lane->result, &lane->err);
        else
                code = graph_explain(code, &lane->err);
        end(lane, code);
        if (code == HART_OK)
                graph_bookmarks_replace(&graph->bookmarks, &lane->used, graph_result_bookmarks(lane->result));
        else if (graph_is_tried_again(&lane->err) && lane->tries < TRIES) {
                lane->state = GRAPH_LANE_DUE;
                lane->due = hart_now() + hart_backoff_delay(lane->tries, DELAY_BASE, DELAY_MAX, hart_random());
        } else if (is_of_another_server(code, &lane->err))
                forget_server(graph);
}

/* What is due is sent again; the time until the next will be, `most` at most. */
static uint64_t send_due(hart_graph *graph, uint64_t most)
{
        for (size_t i = 0; i <= graph->lane_count; i++) {
                graph_lane *lane = &graph->lanes[i];
                const uint64_t now = hart_now();
                if (lane->state != GRAPH_LANE_DUE)
                        continue;
                if (lane->due <= now) {
                        graph->retries++;
                        send_request(graph, lane);
                } else if (lane->due - now < most)
                        most = lane->due - now;
        }
        return most;
}

/* Whatever happens next, in `wait` microseconds at most. Fails only with the code of the waiting hook. */
static hart_code advance(hart_graph *graph, uint64_t wait, hart_error *err)
{
        hart_error error = {0};
        void *tag;
        hart_code code;

        wait = send_due(graph, wait);
        code = hart_http_next(graph->http, wait, &tag, &error);
        if (graph->given_up) {
                graph->given_up = false;
                hart_graph_abandon(graph);
                return hart_fail(err, code, "Neo4j: %s", error.text);
        }
        if (tag) {
                graph_lane *lane = tag;
                lane->err = error;
                judge(graph, lane, code);
        }
        return HART_OK;
}

void hart_graph_pump(hart_graph *graph)
{
        (void)send_due(graph, 0);
        hart_http_pump(graph->http);
}

/* --- for the caller ----------------------------------------------------------------------------------------------- */

static hart_code hand_out(graph_lane *lane, hart_graph_result **ret, uint64_t *duration, hart_error *err)
{
        const hart_code code = lane->code;

        if (code != HART_OK && err)
                *err = lane->err;
        if (code == HART_OK && ret)
                *ret = HART_TAKE(lane->result);
        if (duration)
                *duration = lane->duration;
        free_lane(lane);
        return code;
}

hart_code hart_graph_submit(hart_graph *graph, const char *statement, const hart_buffer *parameters, void *tag,
                            hart_error *err)
{
        for (size_t i = 0; i < graph->lane_count; i++)
                if (graph->lanes[i].state == GRAPH_LANE_FREE)
                        return begin(graph, &graph->lanes[i], statement, parameters, tag, err);
        return HART_EMPTY;
}

static graph_lane *find_over(hart_graph *graph)
{
        for (size_t i = 0; i < graph->lane_count; i++)
                if (graph->lanes[i].state == GRAPH_LANE_OVER)
                        return &graph->lanes[i];
        return NULL;
}

hart_code hart_graph_collect(hart_graph *graph, void **tag, hart_graph_result **ret, uint64_t *duration,
                             hart_error *err)
{
        graph_lane *lane;

        *tag = NULL;
        if (hart_graph_lanes_free(graph) == graph->lane_count)
                return HART_EMPTY;
        while (!(lane = find_over(graph))) {
                const hart_code code = advance(graph, HART_SECOND, err);
                if (code != HART_OK)
                        return code;
        }
        *tag = lane->tag;
        return hand_out(lane, ret, duration, err);
}

hart_code hart_graph_run(hart_graph *graph, const char *statement, const hart_buffer *parameters,
                         hart_graph_result **ret, hart_error *err)
{
        graph_lane *lane = &graph->lanes[graph->lane_count];
        hart_code code = begin(graph, lane, statement, parameters, NULL, err);

        while (code == HART_OK && lane->state != GRAPH_LANE_OVER)
                code = advance(graph, HART_SECOND, err);
        return code == HART_OK ? hand_out(lane, ret, NULL, err) : code;
}
