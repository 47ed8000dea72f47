/* What every row of every family promises. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include <hartonomous/provenance.h>

#define QUESTIONS 53

static const size_t sizes[] = {10, 4, 5, 10, 5, 7, 4, 8};

static void each(void (*check)(const hart_provenance_query *query))
{
        for (size_t i = 0; i < hart_provenance_family_count; i++)
                for (size_t k = 0; k < *hart_provenance_families[i].count; k++)
                        check(&hart_provenance_families[i].queries[k]);
}

static bool is_word_part(char character)
{
        return isalnum((unsigned char)character) || character == '_';
}

/* Does `word` stand in the text as a whole word? Comments do not count. */
static bool has_word(const char *text, const char *word, bool any_case)
{
        const size_t size = strlen(word);
        for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
                const size_t end = strcspn(line, "\n");
                for (size_t at = 0; at + size <= end; at++) {
                        if (strncmp(line + at, "//", 2) == 0 || strncmp(line + at, "--", 2) == 0)
                                if (line[at + 2] == ' ' && (at == 0 || line[at - 1] == ' '))
                                        break;
                        const int differs =
                                any_case ? strncasecmp(line + at, word, size) : strncmp(line + at, word, size);
                        if (!differs && !(at > 0 && is_word_part(line[at - 1])) && !is_word_part(line[at + size]))
                                return true;
                }
        }
        return false;
}

/* --- names --- */

static void families_are_numbered(void **state)
{
        char number[48];
        size_t total = 0;
        (void)state;
        assert_int_equal(hart_provenance_family_count, sizeof sizes / sizeof sizes[0]);
        for (size_t i = 0; i < hart_provenance_family_count; i++) {
                const hart_provenance_family *family = &hart_provenance_families[i];
                assert_int_equal(*family->count, sizes[i]);
                total += *family->count;
                for (size_t k = 0; k < *family->count; k++) {
                        snprintf(number, sizeof number, "%zu.%zu", i + 1, k + 1);
                        assert_string_equal(family->queries[k].number, number);
                }
        }
        assert_int_equal(total, QUESTIONS);
}

static void check_name(const hart_provenance_query *query)
{
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
        assert_true(*query->name && query->name[strspn(query->name, allowed)] == '\0');
        assert_true(*query->summary && query->summary[strlen(query->summary) - 1] != '.');
        assert_null(strchr(query->summary, '\n'));
        /* Unique: the first of that name is this one. */
        assert_ptr_equal(hart_provenance_named(query->name), query);
        assert_ptr_equal(hart_provenance_named(query->number), query);
        assert_string_not_equal(query->name, "list");
        assert_string_not_equal(query->name, "help");
}

static void names_are_unique_and_find_their_row(void **state)
{
        (void)state;
        each(check_name);
        assert_null(hart_provenance_named("nothing"));
        assert_null(hart_provenance_named(""));
}

/* --- parameters and columns --- */

static void check_parameters(const hart_provenance_query *query)
{
        hart_provenance_values values = {0};
        hart_error err = {0};
        size_t count = 0;
        for (; query->parameters[count].name; count++) {
                const hart_provenance_parameter *parameter = &query->parameters[count];
                assert_true(*parameter->name && parameter->help && *parameter->help);
                assert_int_not_equal(parameter->type, HART_PROVENANCE_FLAG);
                assert_true(parameter->min <= parameter->max);
                for (size_t i = 0; i < count; i++)
                        assert_string_not_equal(query->parameters[i].name, parameter->name);
                /* A fallback is a value that could be typed. */
                if (parameter->fallback &&
                    hart_provenance_set(query, &values, parameter->name, parameter->fallback, &err) != HART_OK)
                        fail_msg("%s: %s", query->name, err.text);
                if (strcmp(parameter->name, "tenant") == 0)
                        assert_true(count == 0 && !parameter->fallback && parameter->type == HART_PROVENANCE_INTEGER);
                if (strcmp(parameter->name, "depth") == 0 && (parameter->max < 1 || parameter->max > 100))
                        fail_msg("%s: its depth has no limit up to 100", query->name);
        }
        hart_provenance_values_done(&values);
        assert_true(count >= 1 && count <= HART_PROVENANCE_PARAMETERS_MAX);
        const hart_provenance_parameter *limit = &query->parameters[count - 1];
        assert_string_equal(limit->name, "limit");
        assert_true(limit->type == HART_PROVENANCE_INTEGER && limit->min == 1 && limit->max > 1 &&
                    limit->max <= 100000);
        assert_non_null(limit->fallback);
}

static const hart_provenance_column *column_named(const hart_provenance_query *query, const char *name)
{
        for (const hart_provenance_column *column = query->columns; column->name; column++)
                if (strcmp(column->name, name) == 0)
                        return column;
        return NULL;
}

static void check_columns(const hart_provenance_query *query)
{
        const char *const named[] = {query->arrow_from, query->arrow_to,  query->arrow_label,
                                     query->node,       query->node_kind, query->node_text};
        assert_non_null(query->columns[0].name);
        for (const hart_provenance_column *column = query->columns; column->name; column++)
                assert_ptr_equal(column_named(query, column->name), column);
        for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
                if (named[i] && !column_named(query, named[i]))
                        fail_msg("%s: there is no column %s", query->name, named[i]);
        assert_int_equal(query->arrow_from == NULL, query->arrow_to == NULL);
        if (!query->arrow_from)
                assert_true(!query->arrow_label && !query->node);
        if (query->node)
                assert_true(strcmp(query->node, query->arrow_from) == 0 || strcmp(query->node, query->arrow_to) == 0);
        else
                assert_true(!query->node_kind && !query->node_text);
}

static void parameters_are_complete(void **state)
{
        (void)state;
        each(check_parameters);
}

static void columns_are_complete(void **state)
{
        (void)state;
        each(check_columns);
}

/* --- statements --- */

static void check_cypher(const hart_provenance_query *query)
{
        static const char *const writing[] = {"CREATE", "MERGE", "SET",     "DELETE", "DETACH",
                                              "REMOVE", "DROP",  "FOREACH", "LOAD",   "apoc"};
        char name[64];
        for (const hart_provenance_parameter *parameter = query->parameters; parameter->name; parameter++) {
                snprintf(name, sizeof name, "$%s", parameter->name);
                const char *at = query->cypher;
                while ((at = strstr(at, name)) && is_word_part(at[strlen(name)]))
                        at++;
                if (!at)
                        fail_msg("%s: its Cypher does not use $%s", query->name, parameter->name);
        }
        for (size_t i = 0; i < sizeof writing / sizeof writing[0]; i++)
                if (has_word(query->cypher, writing[i], true))
                        fail_msg("%s: its Cypher has %s", query->name, writing[i]);
        if (!has_word(query->cypher, "LIMIT", false))
                fail_msg("%s: its Cypher has no LIMIT", query->name);
        /* What it returns are the columns, in their order. */
        const char *last = NULL;
        for (const char *at = query->cypher; (at = strstr(at, "RETURN")); at++)
                last = at;
        assert_non_null(last);
        for (const hart_provenance_column *column = query->columns; column->name; column++) {
                const char *at = last;
                const size_t size = strlen(column->name);
                while ((at = strstr(at, column->name)) && (is_word_part(at[-1]) || is_word_part(at[size])))
                        at++;
                if (!at)
                        fail_msg("%s: its Cypher does not return %s, or not in this order", query->name, column->name);
                last = at + size;
        }
}

static void check_sql(const hart_provenance_query *query)
{
        static const char *const writing[] = {"INSERT", "UPDATE", "DELETE", "TRUNCATE", "CREATE",
                                              "DROP",   "ALTER",  "GRANT",  "COPY",     "CALL"};
        char mark[32];
        size_t count = 0;
        if (!query->sql) {
                assert_true(query->no_sql && *query->no_sql);
                return;
        }
        assert_null(query->no_sql);
        while (query->parameters[count].name)
                count++;
        for (size_t i = 1; i <= count + 1; i++) {
                bool found = false;
                snprintf(mark, sizeof mark, "$%zu", i);
                for (const char *at = query->sql->text; !found && (at = strstr(at, mark)); at++)
                        found = !is_word_part(at[strlen(mark)]);
                if (found != (i <= count))
                        fail_msg("%s: it has %zu parameters, and its SQL %s %s", query->name, count,
                                 found ? "has" : "lacks", mark);
        }
        for (size_t i = 0; i < sizeof writing / sizeof writing[0]; i++)
                if (has_word(query->sql->text, writing[i], false))
                        fail_msg("%s: its SQL has %s", query->name, writing[i]);
        if (!has_word(query->sql->text, "LIMIT", false))
                fail_msg("%s: its SQL has no LIMIT", query->name);
}

static void cypher_uses_every_parameter_and_writes_nothing(void **state)
{
        (void)state;
        each(check_cypher);
}

static void sql_has_as_many_parameters_and_writes_nothing(void **state)
{
        (void)state;
        each(check_sql);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(families_are_numbered),
                cmocka_unit_test(names_are_unique_and_find_their_row),
                cmocka_unit_test(parameters_are_complete),
                cmocka_unit_test(columns_are_complete),
                cmocka_unit_test(cypher_uses_every_parameter_and_writes_nothing),
                cmocka_unit_test(sql_has_as_many_parameters_and_writes_nothing),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
