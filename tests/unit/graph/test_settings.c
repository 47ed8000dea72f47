/* What the settings allow, and that a command reads the daemon's file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <hartonomous/graph.h>

typedef struct sample {
        const char *name, *text;
        hart_code code;
        const char *says;
} sample;

static const sample samples[] = {
        {"nothing", "", HART_OK, ""},
        {"the daemon's own section", "[worker]\nbatch_size = 7\nretry_base = 50ms\n", HART_OK, ""},
        {"all of it",
         "[neo4j]\nurl = https://graph.example:7473/\ndatabase = my-graph.2\napi = query\n[sync]\npiece = 5\n", HART_OK,
         ""},
        {"Bolt's address", "[neo4j]\nurl = bolt://127.0.0.1:7687\n", HART_CONFIG, "http://"},
        {"a database that leaves the path", "[neo4j]\ndatabase = ../x\n", HART_CONFIG, "database"},
        {"a misspelt key", "[neo4j]\nurll = http://127.0.0.1\n", HART_CONFIG, "urll"},
        {"a misspelt section", "[neo]\nurl = http://127.0.0.1\n", HART_CONFIG, "[neo]"},
        {"no such interface", "[neo4j]\napi = bolt\n", HART_CONFIG, "transaction"},
};

static void settings_are_read(void **state)
{
        char folder[] = "/tmp/hart-graph-XXXXXX", path[64];

        (void)state;
        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof path, "%s/graph-sync.conf", folder);
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
                HART_CLEANUP(hart_graph_close_p) hart_graph *graph = NULL;
                hart_error err = {0};
                FILE *file = fopen(path, "w");
                assert_non_null(file);
                fputs(samples[i].text, file);
                fclose(file);
                const hart_code code = hart_graph_open_configured(&graph, folder, &err);
                if (code != samples[i].code || !strstr(err.text, samples[i].says))
                        fail_msg("%s: %s, %s", samples[i].name, hart_code_name(code), err.text);
        }
        unlink(path);
        rmdir(folder);
}

/* Nobody listens on port 1 of this machine. */
static void nobody_there_is_a_reason_to_wait(void **state)
{
        hart_graph_settings settings = {0};
        hart_error err = {0};
        HART_CLEANUP(hart_graph_close_p) hart_graph *graph = NULL;
        static const char text[] = "[neo4j]\nurl = http://127.0.0.1:1\n";
        const hart_settings_part part = hart_settings_part_of(&hart_graph_settings_schema, &settings);

        (void)state;
        char folder[] = "/tmp/hart-graph-XXXXXX";
        assert_non_null(mkdtemp(folder));
        assert_int_equal(hart_settings_load_parts(folder, "graph-sync", &part, 1, &err), HART_OK);
        rmdir(folder);
        assert_int_equal(hart_settings_parse_parts(&part, 1, "test", text, strlen(text), &err), HART_OK);
        assert_int_equal(hart_graph_open(&graph, &settings, NULL, &err), HART_OK);
        assert_int_equal(hart_graph_hello(graph, NULL, &err), HART_RETRY);
        assert_non_null(strstr(err.text, "Neo4j"));
        hart_settings_done_parts(&part, 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(settings_are_read),
                cmocka_unit_test(nobody_there_is_a_reason_to_wait),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
