/* Statements: failures as codes, pipelines, scripts, streams, statements that go stale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "cluster.h"

static struct cluster cluster;
static hart_pg *pg;

#define STATEMENT(sql) (&(const hart_pg_statement){.name = (sql), .text = (sql)})

static const struct {
        const char *sql;
        hart_code code;
        const char *sqlstate;
} failures[] = {
        {"SELECT 1/0", HART_POISON, "22012"},
        {"INSERT INTO thing VALUES (1)", HART_POISON, "23505"},
        {"INSERT INTO thing VALUES (NULL)", HART_POISON, "23502"},
        {"SELECT * FROM nothing", HART_FATAL, "42P01"},
        {"SELEKT", HART_FATAL, "42601"},
        {"DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$", HART_RETRY, "40P01"},
        {"DO $$ BEGIN RAISE SQLSTATE '40001'; END $$", HART_RETRY, "40001"},
        {"DO $$ BEGIN RAISE SQLSTATE '55P03'; END $$", HART_RETRY, "55P03"},
        {"DO $$ BEGIN RAISE SQLSTATE '57P01'; END $$", HART_RETRY, "57P01"},
        {"DO $$ BEGIN RAISE SQLSTATE '42501'; END $$", HART_CONFIG, "42501"},
        {"DO $$ BEGIN RAISE SQLSTATE '53100'; END $$", HART_RETRY, "53100"},
        {"DO $$ BEGIN RAISE SQLSTATE '54000'; END $$", HART_POISON, "54000"},
        {"DO $$ BEGIN RAISE SQLSTATE 'XX001'; END $$", HART_FATAL, "XX001"},
};

static void failures_have_codes(void **state)
{
        (void)state;
        cluster_do(pg, "CREATE TABLE thing (n integer PRIMARY KEY); INSERT INTO thing VALUES (1)");
        for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
                hart_error error = {0};
                assert_code(failures[i].code, hart_pg_run(pg, STATEMENT(failures[i].sql), NULL, NULL, &error), error);
                assert_string_equal(error.foreign, failures[i].sqlstate);
                assert_int_equal(error.code, failures[i].code);
                assert_true(hart_pg_is_up(pg));
        }
}

static void errors_say_what_to_do(void **state)
{
        (void)state;
        hart_error error = {0};
        hart_pg_run(pg, STATEMENT("DO $$ BEGIN RAISE 'too big' USING HINT = 'Make it small.'; END $$"), NULL, NULL,
                    &error);
        assert_non_null(strstr(error.text, "too big. Make it small."));
        hart_pg_run(pg, STATEMENT("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$"), NULL, NULL, &error);
        assert_non_null(strstr(error.text, "disk is full"));
        assert_code(HART_FATAL, hart_pg_script(pg, "SELECT 'ä';\nSELECT 1;\nSELECT nothing;", &error), error);
        assert_non_null(strstr(error.text, "line 3"));
}

static void affected_rows_are_counted(void **state)
{
        (void)state;
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *result = NULL;
        hart_error error = {0};
        cluster_do(pg, "CREATE TABLE counted AS SELECT g FROM generate_series(1, 7) g");
        assert_code(HART_OK, hart_pg_run(pg, STATEMENT("DELETE FROM counted WHERE g > 2"), NULL, &result, &error),
                    error);
        assert_int_equal(hart_pg_affected(result), 5);
        assert_int_equal(hart_pg_rows(result), 0);
}

static void pipelines_give_all_answers(void **state)
{
        (void)state;
        hart_pg_parameters p = {0};
        hart_pg_add_int4(&p, 20);
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *first = NULL;
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *last = NULL;
        const hart_pg_call calls[] = {
                {.statement = STATEMENT("BEGIN")},
                {.statement = STATEMENT("SELECT $1 + 1"), .parameters = &p, .ret = &first},
                {.statement = STATEMENT("SAVEPOINT here")},
                {.statement = STATEMENT("SELECT generate_series(1, 3)"), .ret = &last},
                {.statement = STATEMENT("COMMIT")},
        };
        hart_error error = {0};
        assert_code(HART_OK, hart_pg_run_many(pg, calls, sizeof calls / sizeof *calls, &error), error);
        hart_pg_parameters_done(&p);
        assert_int_equal(hart_pg_integer(first, 0, 0), 21);
        assert_int_equal(hart_pg_rows(last), 3);
        assert_code(HART_OK, hart_pg_run_many(pg, NULL, 0, &error), error);
}

static void a_failure_skips_the_rest_of_a_pipeline(void **state)
{
        (void)state;
        cluster_do(pg, "CREATE TABLE skipped (n integer)");
        hart_pg_result *nothing = NULL;
        const hart_pg_call calls[] = {
                {.statement = STATEMENT("INSERT INTO skipped VALUES (1)")},
                {.statement = STATEMENT("SELECT 1/0 AS boom"), .ret = &nothing},
                {.statement = STATEMENT("INSERT INTO skipped VALUES (2)"), .ret = &nothing},
        };
        hart_error error = {0};
        for (int i = 0; i < 2; i++) {
                assert_code(HART_POISON, hart_pg_run_many(pg, calls, 3, &error), error);
                assert_string_equal(error.foreign, "22012");
                assert_null(nothing);
                assert_int_equal(cluster_integer(pg, "SELECT count(*) FROM skipped"), 0);
        }
}

static void big_pipelines_do_not_block(void **state)
{
        (void)state;
        const size_t size = 20 << 20;
        char *big = hart_allocate(size + 1);
        memset(big, 'x', size);
        hart_pg_parameters p = {0};
        hart_pg_add_text(&p, big);
        free(big);
        hart_pg_result *echo[4] = {0};
        const hart_pg_statement *same = STATEMENT("SELECT $1 AS echo");
        hart_pg_call calls[4];
        for (size_t i = 0; i < 4; i++)
                calls[i] = (hart_pg_call){.statement = same, .parameters = &p, .ret = &echo[i]};
        hart_error error = {0};
        assert_code(HART_OK, hart_pg_run_many(pg, calls, 4, &error), error);
        for (size_t i = 0; i < 4; i++) {
                size_t got = 0;
                hart_pg_text(echo[i], 0, 0, &got);
                assert_int_equal(got, size);
                hart_pg_result_close(echo[i]);
        }
        hart_pg_parameters_done(&p);
}

static void stale_statements_are_prepared_again(void **state)
{
        (void)state;
        hart_error error = {0};
        const hart_pg_statement *all = STATEMENT("SELECT * FROM growing");
        cluster_do(pg, "CREATE TABLE growing (n integer)");
        assert_code(HART_OK, hart_pg_run(pg, all, NULL, NULL, &error), error);
        cluster_do(pg, "ALTER TABLE growing ADD COLUMN m text");
        assert_code(HART_OK, hart_pg_run(pg, all, NULL, NULL, &error), error);
        cluster_do(pg, "DEALLOCATE ALL");
        assert_code(HART_OK, hart_pg_run(pg, all, NULL, NULL, &error), error);

        /* Inside a transaction it is the caller who begins again; and then it works. */
        cluster_do(pg, "ALTER TABLE growing ADD COLUMN o text; BEGIN");
        assert_code(HART_RETRY, hart_pg_run(pg, all, NULL, NULL, &error), error);
        cluster_do(pg, "ROLLBACK; BEGIN");
        assert_code(HART_OK, hart_pg_run(pg, all, NULL, NULL, &error), error);
        cluster_do(pg, "COMMIT; DEALLOCATE ALL");
        const hart_pg_call call = {.statement = all};
        assert_code(HART_RETRY, hart_pg_run_many(pg, &call, 1, &error), error);
        assert_code(HART_OK, hart_pg_run_many(pg, &call, 1, &error), error);
}

struct seen {
        int64_t rows, sum, chunks;
        size_t longest;
        hart_code stop_with;
};

static hart_code add_up(const hart_pg_result *rows, void *data, hart_error *err)
{
        struct seen *seen = data;
        seen->chunks++;
        if (hart_pg_rows(rows) > seen->longest)
                seen->longest = hart_pg_rows(rows);
        for (size_t i = 0; i < hart_pg_rows(rows); i++, seen->rows++)
                seen->sum += hart_pg_integer(rows, i, 0);
        return seen->stop_with == HART_OK ? HART_OK : hart_fail(err, seen->stop_with, "enough");
}

static void streams_come_in_chunks(void **state)
{
        (void)state;
        hart_pg_parameters p = {0};
        hart_pg_add_int4(&p, 25001);
        struct seen seen = {0};
        hart_error error = {0};
        const hart_pg_statement *series = STATEMENT("SELECT g::bigint FROM generate_series(1, $1) g");
        assert_code(HART_OK, hart_pg_stream(pg, series, &p, add_up, &seen, &error), error);
        assert_int_equal(seen.rows, 25001);
        assert_int_equal(seen.sum, 25001L * 25002 / 2);
        assert_int_equal(seen.longest, 1000);
        assert_int_equal(seen.chunks, 26);
        hart_pg_parameters_done(&p);

        seen = (struct seen){0};
        assert_code(HART_OK,
                    hart_pg_stream(pg, STATEMENT("SELECT g, repeat('x', 300000) FROM generate_series(1, 10) g"), NULL,
                                   add_up, &seen, &error),
                    error);
        assert_int_equal(seen.rows, 10);
        assert_int_equal(seen.longest, 4); /* a megabyte at a time */
        seen = (struct seen){0};
        assert_code(HART_OK, hart_pg_stream(pg, STATEMENT("SELECT 1 WHERE false"), NULL, add_up, &seen, &error), error);
        assert_int_equal(seen.chunks, 0);
}

static void streams_can_be_ended(void **state)
{
        (void)state;
        struct seen seen = {.stop_with = HART_POISON};
        hart_error error = {0};
        const hart_pg_statement *endless = STATEMENT("SELECT g FROM generate_series(1, 100000000) g");
        assert_code(HART_POISON, hart_pg_stream(pg, endless, NULL, add_up, &seen, &error), error);
        assert_string_equal(error.text, "enough");
        assert_int_equal(seen.chunks, 1);
        assert_int_equal(cluster_integer(pg, "SELECT 3"), 3);

        seen = (struct seen){0};
        const hart_pg_statement *late = STATEMENT("SELECT 1/(1500 - g) FROM generate_series(1, 2000) g");
        assert_code(HART_POISON, hart_pg_stream(pg, late, NULL, add_up, &seen, &error), error);
        assert_string_equal(error.foreign, "22012");
        assert_int_equal(seen.chunks, 1);
        assert_int_equal(cluster_integer(pg, "SELECT 4"), 4);
}

static int set_up(void **state)
{
        (void)state;
        cluster_open(&cluster);
        cluster_database(&cluster, "run", false);
        pg = cluster_connect(&cluster, "run", "hartonomous");
        return 0;
}

static int tear_down(void **state)
{
        (void)state;
        hart_pg_close(pg);
        cluster_close(&cluster);
        return 0;
}

/* Rows 1 … `rows`, some a call; row `bad`, where there is one, is another row again. */
struct copied {
        int32_t rows, bad, next;
        hart_code end; /* what it answers instead of its last rows */
};

static hart_code copy_some(void *data, hart_buffer *rows, hart_error *err)
{
        struct copied *copied = data;
        for (int i = 0; i < 7 && copied->next < copied->rows; i++) {
                int32_t n = ++copied->next;
                hart_pg_row_begin(rows, 5);
                hart_pg_row_int4(rows, n == copied->bad ? 1 : n);
                hart_pg_row_int8(rows, -INT64_C(5000000000));
                hart_pg_row_bytes(rows, n % 2 == 0 ? "\0\377" : NULL, 2);
                hart_pg_row_text(rows, n % 2 == 0 ? "a\tb" : NULL);
                hart_pg_row_jsonb(rows, n % 2 == 0 ? "{\"n\": 1}" : NULL, 8);
        }
        if (copied->next < copied->rows)
                return HART_OK;
        return copied->end == HART_OK ? HART_EMPTY : hart_fail(err, copied->end, "no more of this");
}

#define COPIED STATEMENT("COPY copied FROM STDIN (FORMAT binary)")

static int64_t count_copied(const char *condition)
{
        hart_pg_result *rows = NULL;
        assert_int_equal(hart_pg_run(pg, &(hart_pg_statement){condition, condition}, NULL, &rows, NULL), HART_OK);
        int64_t count = hart_pg_integer(rows, 0, 0);
        hart_pg_result_close(rows);
        return count;
}

static void copies_are_whole_or_nothing(void **state)
{
        (void)state;
        hart_error err = {0};
        cluster_do(pg, "CREATE TABLE copied (n integer PRIMARY KEY, big bigint, bytes bytea, word text, object jsonb)");
        struct copied bad = {.rows = 100, .bad = 50}, stopped = {.rows = 100, .end = HART_STOPPED}, nothing = {0};
        assert_int_equal(hart_pg_copy(pg, COPIED, copy_some, &bad, &err), HART_POISON);
        assert_string_equal(err.foreign, "23505");
        assert_int_equal(hart_pg_copy(pg, COPIED, copy_some, &stopped, &err), HART_STOPPED);
        assert_string_equal(err.text, "no more of this");
        assert_int_equal(hart_pg_copy(pg, STATEMENT("COPY nothing FROM STDIN"), copy_some, &nothing, &err), HART_FATAL);
        assert_string_equal(err.foreign, "42P01");
        assert_int_equal(hart_pg_copy(pg, COPIED, copy_some, &nothing, &err), HART_OK);
        assert_int_equal(count_copied("SELECT count(*) FROM copied"), 0);
        struct copied all = {.rows = 100000};
        assert_int_equal(hart_pg_copy(pg, COPIED, copy_some, &all, &err), HART_OK);
        assert_int_equal(
                count_copied("SELECT count(*) FROM copied WHERE big = -5000000000 AND"
                             " CASE WHEN n % 2 = 0 THEN bytes = '\\x00ff' AND word = E'a\tb' AND object = '{\"n\": 1}'"
                             " ELSE bytes IS NULL AND word IS NULL AND object IS NULL END"),
                100000);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(failures_have_codes),
                cmocka_unit_test(errors_say_what_to_do),
                cmocka_unit_test(affected_rows_are_counted),
                cmocka_unit_test(pipelines_give_all_answers),
                cmocka_unit_test(a_failure_skips_the_rest_of_a_pipeline),
                cmocka_unit_test(big_pipelines_do_not_block),
                cmocka_unit_test(stale_statements_are_prepared_again),
                cmocka_unit_test(copies_are_whole_or_nothing),
                cmocka_unit_test(streams_come_in_chunks),
                cmocka_unit_test(streams_can_be_ended),
        };
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
