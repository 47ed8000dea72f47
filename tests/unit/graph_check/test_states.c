/* Two states of one entity: what is equal, and what is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <hartonomous/graph_check.h>

typedef struct pair {
        const char *name, *database, *graph;
        const char *paths; /* of what differs, each followed by a blank */
} pair;

static const pair pairs[] = {
        {"equal", "{\"a\":1,\"b\":\"x\"}", "{\"a\":1,\"b\":\"x\"}", ""},
        {"members in another order", "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", ""},
        {"null is no member", "{\"a\":null}", "{}", ""},
        {"no member is null", "{}", "{\"a\":null}", ""},
        {"whole and real", "{\"a\":1,\"b\":2.0}", "{\"a\":1.0,\"b\":2}", ""},
        {"another number", "{\"a\":1}", "{\"a\":1.5}", "a "},
        {"more than a double holds", "{\"a\":9007199254740993}", "{\"a\":9007199254740992}", "a "},
        {"a double that only looks equal", "{\"a\":9007199254740993}", "{\"a\":9007199254740992.0}", "a "},
        {"small fractions", "{\"a\":0.1}", "{\"a\":0.10000000000000001}", ""},
        {"a text is no number", "{\"a\":1}", "{\"a\":\"1\"}", "a "},
        {"true is not false", "{\"a\":true}", "{\"a\":false}", "a "},
        {"NUL within a text", "{\"a\":\"x\\u0000y\"}", "{\"a\":\"x\\u0000z\"}", "a "},
        {"a longer text", "{\"a\":\"x\"}", "{\"a\":\"xy\"}", "a "},
        {"missing in the graph", "{\"a\":1,\"b\":2}", "{\"a\":1}", "b "},
        {"only in the graph", "{\"a\":1}", "{\"a\":1,\"extra\":2}", "extra "},
        {"nested", "{\"a\":{\"b\":{\"c\":1}}}", "{\"a\":{\"b\":{\"c\":2}}}", "a.b.c "},
        {"in a list", "{\"a\":[{\"b\":1},{\"b\":2}]}", "{\"a\":[{\"b\":1},{\"b\":3}]}", "a[1].b "},
        {"twice in a list", "{\"a\":[1,2,3]}", "{\"a\":[4,2,5]}", "a[0] a[2] "},
        {"one more at the end", "{\"a\":[1,2]}", "{\"a\":[1,2,3]}", "a[2] "},
        {"one less in the middle", "{\"a\":[1,2,3]}", "{\"a\":[1,3]}", "a[1] "},
        {"doubled", "{\"a\":[1]}", "{\"a\":[1,1]}", "a[1] "},
        {"nulls more", "{\"a\":[1]}", "{\"a\":[1,null]}", "a "},
        {"an empty list is not nothing", "{\"a\":[]}", "{}", "a "},
        {"a list is no object", "{\"a\":[]}", "{\"a\":{}}", "a "},
        {"nothing at all", "null", "null", ""},
};

static void note(const char *path, const hart_json *database, const hart_json *graph, void *data)
{
        char *paths = data;

        (void)database, (void)graph;
        assert_true(strlen(paths) + strlen(path) + 2 < 256);
        strcat(paths, path);
        strcat(paths, " ");
}

static hart_json *parse(const char *text)
{
        hart_json *value = NULL;

        assert_int_equal(hart_json_parse(text, strlen(text), &value, NULL), HART_OK);
        return value;
}

static void differences_are_named(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
                char paths[256] = "";
                HART_CLEANUP(hart_json_close_p) hart_json *database = parse(pairs[i].database);
                HART_CLEANUP(hart_json_close_p) hart_json *graph = parse(pairs[i].graph);
                const size_t found = hart_graph_compare_states(database, graph, note, paths);
                if (strcmp(paths, pairs[i].paths) != 0)
                        fail_msg("%s: \"%s\", not \"%s\"", pairs[i].name, paths, pairs[i].paths);
                assert_true((found == 0) == (*paths == '\0'));
                assert_int_equal(hart_graph_compare_states(graph, database, NULL, NULL), found);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(differences_are_named)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
