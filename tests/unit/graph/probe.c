/* The client of Neo4j on a line: reads a command of JSON from each line of standard input, answers with a line of JSON.
 * usage: graph_client_probe FOLDER_OF_SETTINGS
 *
 * {"do": "hello" | "run" | "submit" | "collect" | "pump" | "abandon", "statement": …, "parameters": {…}, "tag": n,
 *  "give_up_after": calls of the waiting hook after which it says HART_STOPPED, 0 for never} */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <hartonomous/clock.h>
#include <hartonomous/graph.h>

struct probe {
        hart_graph *graph;
        int64_t waited, give_up_after;
        char tags[64];            /* their addresses are the tags */
        hart_graph_server server; /* of hello */
        int64_t tag;              /* of collect; -1 for none */
        uint64_t duration, took;
        hart_graph_result *result;
        hart_error err;
};

static hart_code waiting(void *data)
{
        struct probe *probe = data;

        probe->waited++;
        return probe->give_up_after > 0 && probe->waited >= probe->give_up_after ? HART_STOPPED : HART_OK;
}

static hart_code do_hello(struct probe *probe, const char *statement, const hart_buffer *parameters, int64_t tag)
{
        (void)statement, (void)parameters, (void)tag;
        return hart_graph_hello(probe->graph, &probe->server, &probe->err);
}

static hart_code do_run(struct probe *probe, const char *statement, const hart_buffer *parameters, int64_t tag)
{
        (void)tag;
        return hart_graph_run(probe->graph, statement, parameters, &probe->result, &probe->err);
}

static hart_code do_submit(struct probe *probe, const char *statement, const hart_buffer *parameters, int64_t tag)
{
        return hart_graph_submit(probe->graph, statement, parameters, &probe->tags[tag % 64], &probe->err);
}

static hart_code do_collect(struct probe *probe, const char *statement, const hart_buffer *parameters, int64_t number)
{
        void *tag;

        (void)statement, (void)parameters, (void)number;
        const hart_code code = hart_graph_collect(probe->graph, &tag, &probe->result, &probe->duration, &probe->err);
        probe->tag = tag ? (char *)tag - probe->tags : -1;
        return code;
}

static hart_code do_pump(struct probe *probe, const char *statement, const hart_buffer *parameters, int64_t tag)
{
        (void)statement, (void)parameters, (void)tag;
        return hart_graph_pump(probe->graph), HART_OK;
}

static hart_code do_abandon(struct probe *probe, const char *statement, const hart_buffer *parameters, int64_t tag)
{
        (void)statement, (void)parameters, (void)tag;
        return hart_graph_abandon(probe->graph), HART_OK;
}

static const struct {
        const char *name;
        hart_code (*run)(struct probe *probe, const char *statement, const hart_buffer *parameters, int64_t tag);
} commands[] = {
        {"hello", do_hello},     {"run", do_run},   {"submit", do_submit},
        {"collect", do_collect}, {"pump", do_pump}, {"abandon", do_abandon},
};

static void put_integer(hart_json_writer *writer, const char *key, int64_t value)
{
        hart_json_key(writer, key);
        hart_json_put_integer(writer, value);
}

static void put_text(hart_json_writer *writer, const char *key, const char *text)
{
        hart_json_key(writer, key);
        hart_json_put_text(writer, text);
}

/* The first column of each row. */
static void put_rows(hart_json_writer *writer, const hart_graph_result *result)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer value = {0};

        hart_json_key(writer, "rows");
        hart_json_begin_array(writer);
        for (size_t i = 0; i < hart_graph_rows(result); i++) {
                hart_buffer_clear(&value);
                hart_json_print(hart_graph_value(result, i, 0), &value);
                hart_json_put_raw(writer, (const char *)value.data, value.size);
        }
        hart_json_end_array(writer);
}

static void put_counters(hart_json_writer *writer, const hart_graph_result *result)
{
        static const char *const names[] = {"nodes_created", "nodes_deleted", "relationships_created",
                                            "relationships_deleted", "properties_set"};

        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                put_integer(writer, names[i], hart_graph_counter(result, names[i]));
}

static void answer(struct probe *probe, hart_code code)
{
        static const char *const apis[] = {"auto", "query", "transaction"};
        HART_CLEANUP(hart_buffer_done) hart_buffer line = {0};
        hart_json_writer writer = {.out = &line};

        hart_json_begin_object(&writer);
        put_text(&writer, "code", hart_code_name(code));
        put_text(&writer, "text", probe->err.text);
        put_text(&writer, "foreign", probe->err.foreign);
        put_text(&writer, "version", probe->server.version);
        put_text(&writer, "edition", probe->server.edition);
        put_text(&writer, "api", apis[probe->server.api]);
        put_integer(&writer, "tag", probe->tag);
        put_integer(&writer, "duration", (int64_t)probe->duration);
        put_integer(&writer, "took", (int64_t)probe->took);
        put_integer(&writer, "waited", probe->waited);
        put_integer(&writer, "free", (int64_t)hart_graph_lanes_free(probe->graph));
        put_integer(&writer, "requests", (int64_t)hart_graph_requests(probe->graph));
        put_integer(&writer, "retries", (int64_t)hart_graph_retries(probe->graph));
        hart_json_key(&writer, "memory");
        hart_json_put_flag(&writer, hart_graph_is_memory(&probe->err));
        hart_json_key(&writer, "deadlock");
        hart_json_put_flag(&writer, hart_graph_is_deadlock(&probe->err));
        put_rows(&writer, probe->result);
        put_counters(&writer, probe->result);
        hart_json_end_object(&writer);
        printf("%s\n", (const char *)line.data);
        fflush(stdout);
}

static void obey(struct probe *probe, const hart_json *command)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer parameters = {0};
        const char *name = hart_json_text(hart_json_member(command, "do"), NULL);
        const char *statement = hart_json_text(hart_json_member(command, "statement"), NULL);
        int64_t tag = 0;
        hart_code code = HART_FATAL;

        if (hart_json_member(command, "parameters"))
                hart_json_print(hart_json_member(command, "parameters"), &parameters);
        (void)hart_json_integer(hart_json_member(command, "tag"), &tag);
        probe->give_up_after = 0;
        (void)hart_json_integer(hart_json_member(command, "give_up_after"), &probe->give_up_after);
        probe->waited = 0;
        probe->duration = 0;
        probe->tag = -1;
        probe->err = (hart_error){0};
        const uint64_t begun = hart_now();
        for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
                if (name && strcmp(commands[i].name, name) == 0)
                        code = commands[i].run(probe, statement, parameters.size > 0 ? &parameters : NULL, tag);
        probe->took = hart_now() - begun;
        answer(probe, code);
        hart_graph_result_close(probe->result);
        probe->result = NULL;
}

int main(int argc, char *argv[])
{
        static struct probe probe;
        char *line = NULL;
        size_t capacity = 0;
        ssize_t size;

        signal(SIGPIPE, SIG_IGN);
        if (argc != 2 || hart_graph_open_configured(&probe.graph, argv[1], &probe.err) != HART_OK) {
                fprintf(stderr, "%s\n", argc == 2 ? probe.err.text : "usage: graph_client_probe FOLDER");
                return 78;
        }
        hart_graph_on_waiting(probe.graph, waiting, &probe);
        while ((size = getline(&line, &capacity, stdin)) > 0) {
                HART_CLEANUP(hart_json_close_p) hart_json *command = NULL;
                if (hart_json_parse(line, (size_t)size, &command, &probe.err) == HART_OK)
                        obey(&probe, command);
                else
                        answer(&probe, HART_FATAL);
        }
        free(line);
        hart_graph_close(probe.graph);
        return 0;
}
