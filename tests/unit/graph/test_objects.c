/* The tables of the graph's schema say the same as the Cypher beside them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "objects.h"

static const char *const kind_starts[] = {
        [GRAPH_UNIQUE] = "CREATE CONSTRAINT", [GRAPH_EXISTS] = "CREATE CONSTRAINT", [GRAPH_RANGE] = "CREATE INDEX"};

/* What the object's statement has to be, comments aside. */
static void expected_statement(const graph_object *object, char *text, size_t size)
{
        char properties[128];
        const bool two = object->properties[1] != NULL;

        snprintf(properties, sizeof properties, two ? "(n.%s, n.%s)" : "n.%s", object->properties[0],
                 object->properties[1]);
        if (object->kind == GRAPH_RANGE)
                snprintf(text, size, "%s %s IF NOT EXISTS FOR (n:%s) ON (%s)\n", kind_starts[object->kind],
                         object->name, object->label, properties);
        else
                snprintf(text, size, "%s %s IF NOT EXISTS FOR (n:%s) REQUIRE %s IS %s\n", kind_starts[object->kind],
                         object->name, object->label, properties, object->kind == GRAPH_UNIQUE ? "UNIQUE" : "NOT NULL");
}

static const char *without_comments(const char *statement)
{
        while (strncmp(statement, "//", 2) == 0)
                statement = strchr(statement, '\n') + 1;
        return statement;
}

static void check_objects(const graph_object *objects, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                char expected[512];
                expected_statement(&objects[i], expected, sizeof expected);
                assert_string_equal(without_comments(objects[i].statement), expected);
                for (size_t before = 0; before < i; before++)
                        assert_string_not_equal(objects[before].name, objects[i].name);
        }
}

static void statements_make_what_the_tables_say(void **state)
{
        (void)state;
        check_objects(graph_constraints, graph_constraint_count);
        check_objects(graph_indexes, graph_index_count);
}

static void nothing_of_the_reference_is_missing(void **state)
{
        size_t enterprise = 0, needed = 0, nodes = 0;

        (void)state;
        assert_int_equal(graph_constraint_count, 12);
        assert_int_equal(graph_index_count, 13);
        for (size_t i = 0; i < graph_constraint_count; i++) {
                enterprise += graph_constraints[i].enterprise;
                needed += graph_constraints[i].needed;
                assert_true(graph_constraints[i].enterprise == (graph_constraints[i].kind == GRAPH_EXISTS));
        }
        assert_int_equal(enterprise, 1);
        assert_int_equal(needed, 11); /* every uniqueness: MERGE finds by it */
        for (size_t i = 0; i < graph_reference_set_count; i++)
                nodes += graph_references[i].count;
        assert_int_equal(nodes, 15);
}

static void reference_statements_know_their_labels_and_keys(void **state)
{
        (void)state;
        for (size_t i = 0; i < graph_reference_set_count; i++) {
                const graph_reference_set *set = &graph_references[i];
                char pattern[128];
                graph_list list;
                snprintf(pattern, sizeof pattern, "(n:%s {%s: row.%s})", set->label, set->key, set->key);
                assert_non_null(strstr(set->statement, pattern));
                assert_non_null(strstr(set->count_statement, pattern));
                graph_reference_parameters(set, &list);
                assert_non_null(strstr((const char *)list.text.data, set->nodes[0].value));
                hart_buffer_done(&list.text);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(statements_make_what_the_tables_say),
                cmocka_unit_test(nothing_of_the_reference_is_missing),
                cmocka_unit_test(reference_statements_know_their_labels_and_keys),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
