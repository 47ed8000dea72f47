/* Questions asked of a real PostgreSQL: values as they arrive there, cells as they come back, and answers that are not
 * what a row promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hartonomous/provenance.h>

#include "cluster.h"

static struct cluster cluster;
static hart_pg *pg;

static const hart_pg_statement echo = {"echo",
                                       "SELECT pg_typeof($1)::text, pg_typeof($2)::text, pg_typeof($3)::text, "
                                       "pg_typeof($4)::text, pg_typeof($5::text)::text,"
                                       " $2::bigint, $3::float8, $4::bigint, $5::text, $5::text IS NULL, $6::bigint"};

static const hart_provenance_query echoing = {
        .name = "echoing",
        .parameters = {{"tenant", HART_PROVENANCE_INTEGER, NULL, 0, 0, "x"},
                       {"atom", HART_PROVENANCE_INTEGER, NULL, 0, 0, "x"},
                       {"share", HART_PROVENANCE_NUMBER, "0.25", 0, 0, "x"},
                       {"since", HART_PROVENANCE_TIME, "2026-11-21", 0, 0, "x"},
                       {"user", HART_PROVENANCE_TEXT, "", 0, 0, "x"},
                       {"limit", HART_PROVENANCE_INTEGER, "7", 1, 9, "x"}},
        .columns = {{"t1", HART_PROVENANCE_TEXT},
                    {"t2", HART_PROVENANCE_TEXT},
                    {"t3", HART_PROVENANCE_TEXT},
                    {"t4", HART_PROVENANCE_TEXT},
                    {"t5", HART_PROVENANCE_TEXT},
                    {"atom", HART_PROVENANCE_INTEGER},
                    {"share", HART_PROVENANCE_NUMBER},
                    {"since", HART_PROVENANCE_TIME},
                    {"user", HART_PROVENANCE_TEXT},
                    {"nobody", HART_PROVENANCE_FLAG},
                    {"limit", HART_PROVENANCE_INTEGER}},
        .sql = &echo,
};

static void check_echo(const hart_provenance_cell *cells, void *data)
{
        int *rows = data;
        assert_string_equal(cells[0].text, "integer");
        assert_string_equal(cells[1].text, "bigint");
        assert_string_equal(cells[2].text, "double precision");
        assert_string_equal(cells[3].text, "bigint");
        assert_string_equal(cells[4].text, "text");
        assert_int_equal(cells[5].integer, INT64_MAX);
        assert_true(cells[6].number > 0.2499 && cells[6].number < 0.2501);
        assert_int_equal(cells[7].integer, INT64_C(1795219200000000));
        assert_int_equal(cells[8].null, *rows == 0);
        if (!cells[8].null)
                assert_string_equal(cells[8].text, "Zo\xC3\xAB '; DROP");
        assert_int_equal(cells[9].integer, *rows == 0);
        assert_int_equal(cells[10].integer, 7);
        (*rows)++;
}

static void values_arrive_with_their_types(void **state)
{
        hart_provenance_values values = {0};
        hart_error err = {0};
        int rows = 0;
        (void)state;
        assert_code(HART_OK, hart_provenance_set(&echoing, &values, "tenant", "1", &err), err);
        assert_code(HART_OK, hart_provenance_set(&echoing, &values, "atom", "9223372036854775807", &err), err);
        assert_code(HART_OK, hart_provenance_complete(&echoing, &values, &err), err);
        assert_code(HART_OK, hart_provenance_ask_database(pg, &echoing, &values, check_echo, &rows, &err), err);
        assert_int_equal(rows, 1);
        values.value[4] = (hart_provenance_value){.given = true, .text = hart_duplicate("Zo\xC3\xAB '; DROP")};
        assert_code(HART_OK, hart_provenance_ask_database(pg, &echoing, &values, check_echo, &rows, &err), err);
        assert_int_equal(rows, 2);
        hart_provenance_values_done(&values);
}

/* --- what is not as promised --- */

static const struct {
        const char *text;
        hart_provenance_type type;
        const char *says;
} wrong[] = {
        {"SELECT 'x'::text WHERE $1::bigint > 0", HART_PROVENANCE_INTEGER,
         "column only of PostgreSQL's answer is not an integer"},
        {"SELECT 1::bigint WHERE $1::bigint > 0", HART_PROVENANCE_TEXT, "is not a text"},
        {"SELECT 1::numeric WHERE $1::bigint > 0", HART_PROVENANCE_NUMBER, "is not a number"},
        {"SELECT now() WHERE $1::bigint > 0", HART_PROVENANCE_TIME, "is not a time in microseconds"},
        {"SELECT 1::bigint WHERE $1::bigint < 0", HART_PROVENANCE_FLAG, "is not a flag"},
        {"SELECT 1::bigint, 2::bigint WHERE $1::bigint > 0", HART_PROVENANCE_INTEGER, "has not 1 columns"},
        {"SELECT WHERE $1::bigint > 0", HART_PROVENANCE_INTEGER, "has not 1 columns"},
};

static void never(const hart_provenance_cell *cells, void *data)
{
        (void)cells, (void)data;
        fail_msg("a row came of an answer that is refused");
}

static void another_answer_is_refused(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
                const hart_pg_statement statement = {wrong[i].text, wrong[i].text};
                const hart_provenance_query query = {
                        .name = "a-question",
                        .parameters = {{"limit", HART_PROVENANCE_INTEGER, "7", 1, 9, "x"}},
                        .columns = {{"only", wrong[i].type}},
                        .sql = &statement,
                };
                hart_provenance_values values = {0};
                hart_error err = {0};
                assert_code(HART_OK, hart_provenance_complete(&query, &values, &err), err);
                assert_int_equal(hart_provenance_ask_database(pg, &query, &values, never, NULL, &err), HART_FATAL);
                assert_non_null(strstr(err.text, "a-question: "));
                if (!strstr(err.text, wrong[i].says))
                        fail_msg("%s: %s", wrong[i].text, err.text);
                hart_provenance_values_done(&values);
        }
}

static void a_question_for_the_graph_alone_says_why(void **state)
{
        const hart_provenance_query query = {.name = "a-question", .no_sql = "it is only there"};
        const hart_provenance_values values = {0};
        hart_error err = {0};
        (void)state;
        assert_int_equal(hart_provenance_ask_database(pg, &query, &values, never, NULL, &err), HART_CONFIG);
        assert_string_equal(err.text, "a-question: only the graph can tell: it is only there");
}

/* --- all of them, of a database that has nothing --- */

static void ignore(const hart_provenance_cell *cells, void *data)
{
        (void)cells, (void)data;
}

static void ask_with_anything(const hart_provenance_query *query)
{
        static const char *const anything[] = {[HART_PROVENANCE_INTEGER] = "1",
                                               [HART_PROVENANCE_NUMBER] = "0.5",
                                               [HART_PROVENANCE_TEXT] = "17",
                                               [HART_PROVENANCE_TIME] = "2026-11-21"};
        hart_provenance_values values = {0};
        hart_error err = {0};
        for (const hart_provenance_parameter *parameter = query->parameters; parameter->name; parameter++)
                if (!parameter->fallback)
                        assert_code(
                                HART_OK,
                                hart_provenance_set(query, &values, parameter->name, anything[parameter->type], &err),
                                err);
        assert_code(HART_OK, hart_provenance_complete(query, &values, &err), err);
        const hart_code code = hart_provenance_ask_database(pg, query, &values, ignore, NULL, &err);
        hart_provenance_values_done(&values);
        if (code != (query->sql ? HART_OK : HART_CONFIG))
                fail_msg("%s: %s", query->name, err.text);
}

static void every_question_has_the_columns_it_promises(void **state)
{
        (void)state;
        for (size_t i = 0; i < hart_provenance_family_count; i++)
                for (size_t k = 0; k < *hart_provenance_families[i].count; k++)
                        ask_with_anything(&hart_provenance_families[i].queries[k]);
}

static int open_database(void **state)
{
        (void)state;
        cluster_open(&cluster);
        cluster_database(&cluster, "provenance", true);
        pg = cluster_connect(&cluster, "provenance", "hartonomous");
        return 0;
}

static int close_database(void **state)
{
        (void)state;
        hart_pg_close(pg);
        cluster_close(&cluster);
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(values_arrive_with_their_types),
                cmocka_unit_test(another_answer_is_refused),
                cmocka_unit_test(a_question_for_the_graph_alone_says_why),
                cmocka_unit_test(every_question_has_the_columns_it_promises),
        };
        return cmocka_run_group_tests(tests, open_database, close_database);
}
