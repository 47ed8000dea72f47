/* Pictures: each node once, and no text that is anything but text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "picture.h"

static void nodes_are_made_once_however_many_there_are(void **state)
{
        struct picture picture = {0};
        char key[32];
        (void)state;
        for (size_t round = 0; round < 2; round++)
                for (size_t i = 0; i < 5000; i++) {
                        snprintf(key, sizeof key, "atom %zu", i);
                        assert_int_equal(picture_node(&picture, key), i);
                }
        assert_int_equal(picture.node_count, 5000);
        picture_describe(&picture, 7, "", NULL);
        assert_null(picture.nodes[7].kind);
        picture_describe(&picture, 7, "kind", "text");
        picture_describe(&picture, 7, "other", "other");
        assert_string_equal(picture.nodes[7].kind, "kind");
        assert_string_equal(picture.nodes[7].text, "text");
        picture_done(&picture);
        picture_done(&picture);
}

static const struct {
        const char *text, *dot, *mermaid;
} labels[] = {
        {"plain 1", "plain 1", "plain 1"},
        {"a\"b", "a\\\"b", "a#34;b"},
        {"a\\", "a\\\\", "a#92;"},
        {"\\n", "\\\\n", "#92;n"},
        {"a\nb\tc\rd",
         "a\\nb c\xEF\xBF\xBD"
         "d",
         "a<br>b c\xEF\xBF\xBD"
         "d"},
        {"<b>&lt;", "<b>&amp;lt;", "#60;b#62;#38;lt#59;"},
        {"#35;", "#35;", "#35;35#59;"},
        {"[x](y){z}|`", "[x](y){z}|`", "#91;x#93;#40;y#41;#123;z#125;#124;#96;"},
        {"\x1b[0m\x7f", "\xEF\xBF\xBD[0m\xEF\xBF\xBD", "\xEF\xBF\xBD#91;0m\xEF\xBF\xBD"},
        {"Zo\xC3\xAB \xF0\x9F\xA6\x94", "Zo\xC3\xAB \xF0\x9F\xA6\x94", "Zo\xC3\xAB \xF0\x9F\xA6\x94"},
        {"\xE2\x80\xA8", "\xE2\x80\xA8", "#8232;"},
        {"\xC2\x85", "\xEF\xBF\xBD", "\xEF\xBF\xBD"},
        {"\xFF", "\xEF\xBF\xBD", "\xEF\xBF\xBD"},
};

static void labels_are_quoted(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
                struct picture picture = {0};
                hart_buffer dot = {0}, mermaid = {0};
                picture_node(&picture, labels[i].text);
                picture_node(&picture, "b");
                picture_arrow(&picture, 0, 1, labels[i].text);
                picture_arrow(&picture, 1, 0, NULL);
                HART_CLEANUP(hart_free_p)
                char *expected_dot = hart_format("digraph provenance {\n  rankdir=LR;\n  node [shape=box];\n"
                                                 "  n1 [label=\"%s\"];\n  n2 [label=\"b\"];\n"
                                                 "  n1 -> n2 [label=\"%s\"];\n  n2 -> n1;\n}\n",
                                                 labels[i].dot, labels[i].dot);
                HART_CLEANUP(hart_free_p)
                char *expected_mermaid = hart_format("flowchart LR\n  n1[\"%s\"]\n  n2[\"b\"]\n"
                                                     "  n1 -->|\"%s\"| n2\n  n2 --> n1\n",
                                                     labels[i].mermaid, labels[i].mermaid);
                picture_write_dot(&picture, &dot);
                picture_write_mermaid(&picture, &mermaid);
                assert_string_equal((const char *)dot.data, expected_dot);
                assert_string_equal((const char *)mermaid.data, expected_mermaid);
                hart_buffer_done(&dot);
                hart_buffer_done(&mermaid);
                picture_done(&picture);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nodes_are_made_once_however_many_there_are),
                cmocka_unit_test(labels_are_quoted),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
