/* Any bytes as an answer of Neo4j. The first byte says which interface, the second which HTTP status; the rest is the
 * body. Whatever it is, there is a code with one line of text, or rows that can be read. */
#include <hartonomous/graph.h>

#include <stdlib.h>
#include <string.h>

static void need(bool holds)
{
        if (!holds)
                abort();
}

static void read_rows(const hart_graph_result *result)
{
        const size_t rows = hart_graph_rows(result);

        for (size_t row = 0; row <= rows; row++)
                for (size_t column = 0; column < 3; column++)
                        (void)hart_json_text(hart_graph_value(result, row, column), NULL);
        need(hart_graph_value(result, rows, 0) == NULL);
        (void)hart_graph_counter(result, "nodes_created");
        need(hart_graph_counter(result, "") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const long statuses[] = {200, 202, 204, 302, 400, 401, 403, 404, 413, 415, 429, 500, 503};
        HART_CLEANUP(hart_graph_result_close_p) hart_graph_result *result = NULL;
        hart_error err = {0};

        if (size < 2)
                return 0;
        const hart_graph_api api = data[0] == 'q' ? HART_GRAPH_API_QUERY : HART_GRAPH_API_TRANSACTION;
        const long status = statuses[(unsigned)(data[1] - 'a') % (sizeof statuses / sizeof *statuses)];
        const hart_code code = hart_graph_read_reply(api, status, data + 2, size - 2, &result, &err);
        need((code == HART_OK) == (result != NULL));
        if (code == HART_OK) {
                need(status < 300);
                read_rows(result);
                return 0;
        }
        need(code == HART_RETRY || code == HART_CONFIG || code == HART_POISON || code == HART_FAILED);
        need(err.code == code && err.text[0] != '\0' && strchr(err.text, '\n') == NULL);
        need(memchr(err.foreign, '\0', sizeof err.foreign) != NULL);
        (void)hart_graph_is_memory(&err);
        (void)hart_graph_is_deadlock(&err);
        return 0;
}
