/* Words to options and a command, and the promises of the table of commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "option_rows.h"
#include "options.h"

#define WORDS_MAX 8

static int read_words(const char *const *words, ctl_invocation *ret)
{
        static char copies[WORDS_MAX][64];
        static char *arguments[WORDS_MAX + 2];
        int count = 0;
        static char program[] = "hartonomousctl";
        arguments[count++] = program;
        for (; *words; words++, count++) {
                strncpy(copies[count - 1], *words, sizeof copies[0] - 1);
                arguments[count] = copies[count - 1];
        }
        arguments[count] = NULL;
        return ctl_read_arguments(count, arguments, ret);
}

static void every_command_keeps_the_tables_promises(void **state)
{
        (void)state;
        for (size_t i = 0; i < ctl_command_count; i++) {
                const ctl_command *command = &ctl_commands[i];
                assert_non_null(command->name);
                assert_non_null(command->run);
                assert_non_null(command->arguments);
                assert_true(strlen(command->summary) > 10 && command->summary[strlen(command->summary) - 1] != '.');
                assert_true(command->most < 0 || command->most >= command->least);
                assert_true((command->least == 0 && command->most == 0) == (*command->arguments == '\0'));
                assert_non_null(strstr(command->examples, command->name));
                assert_int_equal(command->examples[strlen(command->examples) - 1], '\n');
                for (size_t other = 0; other < i; other++) {
                        if (strcmp(command->name, ctl_commands[other].name) != 0)
                                continue;
                        assert_true(command->action && ctl_commands[other].action);
                        assert_string_not_equal(command->action, ctl_commands[other].action);
                }
        }
}

static void commands_and_their_arguments_are_found(void **state)
{
        ctl_invocation found = {0};
        (void)state;
        assert_int_equal(read_words((const char *const[]){"source", "show", "--tenant=7", "12", NULL}, &found), CTL_OK);
        assert_string_equal(found.command->action, "show");
        assert_int_equal(found.count, 1);
        assert_string_equal(found.arguments[0], "12");
        assert_int_equal(found.options.tenant, 7);
        assert_int_equal(
                read_words((const char *const[]){"--config-dir", "/x", "search", "-k", "3", "cats", NULL}, &found),
                CTL_OK);
        assert_string_equal(found.options.config_dir, "/x");
        assert_int_equal(found.options.count, 3);
        assert_int_equal(read_words((const char *const[]){"ingest", "--wait", "-", NULL}, &found), CTL_OK);
        assert_string_equal(found.options.wait, "");
        assert_string_equal(found.arguments[0], "-");
        assert_int_equal(read_words((const char *const[]){"ingest", "--wait=all", "a", "b", NULL}, &found), CTL_OK);
        assert_string_equal(found.options.wait, "all");
        assert_int_equal(found.count, 2);
        assert_int_equal(read_words((const char *const[]){"search", "--", "--help", NULL}, &found), CTL_OK);
        assert_string_equal(found.arguments[0], "--help");
}

/* Several rows of one name: which of them a command takes does not matter to whoever types it. */
static void an_option_with_several_rows_is_one_option(void **state)
{
        ctl_invocation found = {0};
        (void)state;
        assert_int_equal(read_words((const char *const[]){"queue", "peek", "x", "-n", "7", NULL}, &found), CTL_OK);
        assert_int_equal(found.options.limit, 7);
        assert_int_equal(read_words((const char *const[]){"dead-letter", "list", "--limit=8", NULL}, &found), CTL_OK);
        assert_int_equal(found.options.limit, 8);
        assert_int_equal(read_words((const char *const[]){"conversation", "list", "--state=ERROR", NULL}, &found),
                         CTL_OK);
        assert_string_equal(found.options.state, "ERROR");
        for (size_t i = 0; i < option_row_count; i++)
                for (size_t other = 0; other < i; other++) {
                        if (strcmp(option_rows[i].name, option_rows[other].name) != 0)
                                continue;
                        assert_int_equal(option_rows[i].kind, option_rows[other].kind);
                        assert_int_equal(option_rows[i].offset, option_rows[other].offset);
                        assert_int_equal(option_rows[i].least, option_rows[other].least);
                        assert_int_equal(option_rows[i].most, option_rows[other].most);
                        for (size_t command = 0; command < ctl_command_count; command++)
                                assert_false(option_rows[i].takes & ctl_commands[command].takes &&
                                             option_rows[other].takes & ctl_commands[command].takes);
                }
}

static void statements_are_not_named_to_people(void **state)
{
        static const struct {
                const char *text, *expected;
        } rows[] = {
                {"ctl_sql_queues: no right", "no right"},
                {"catalog_sql_sources in line 12: no right", "no right"},
                {"script: connection to PostgreSQL lost: closed", "connection to PostgreSQL lost: closed"},
                {"PostgreSQL refuses the connection: x", "PostgreSQL refuses the connection: x"},
                {"source 3: ctl_sql_x: y", "source 3: ctl_sql_x: y"},
                {"conninfo: my_sql_server is away", "conninfo: my_sql_server is away"},
                {"ctl_sql_queues", "ctl_sql_queues"},
                {"", ""},
        };
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                hart_error err = {0};
                strncpy(err.text, rows[i].text, sizeof err.text - 1);
                assert_string_equal(ctl_reason(&err), rows[i].expected);
        }
}

static void defaults_are_as_documented(void **state)
{
        ctl_invocation found = {0};
        (void)state;
        assert_int_equal(read_words((const char *const[]){"status", NULL}, &found), CTL_OK);
        assert_string_equal(found.options.config_dir, HART_CONFIG_DIR);
        assert_int_equal(found.options.tenant, HART_ANY_TENANT);
        assert_int_equal(found.options.count, 10);
        assert_int_equal(found.options.limit, 100);
        assert_int_equal(found.options.depth, 0);
        assert_null(found.options.wait);
        assert_true(found.options.error == CTL_NO_ERROR);
        assert_false(found.options.json);
}

static void mistakes_are_refused(void **state)
{
        static const char *const rows[][WORDS_MAX] = {
                {"statsu"},
                {"source"},
                {"source", "lsit"},
                {"source", "show"},
                {"source", "show", "1", "2"},
                {"status", "now"},
                {"ingest"},
                {"--jsn", "status"},
                {"status", "--tenant"},
                {"status", "--tenant=1"},
                {"source", "list", "--tenant=-1"},
                {"source", "list", "--tenant=x"},
                {"source", "list", "--tenant=2147483648"},
                {"search", "-k", "0", "cats"},
                {"schema", "status", "--dry-run"},
                {"ingest", "--content-type=text", "x"},
                {"ingest", "--content-type=text/", "x"},
                {"ingest", "--content-type=/plain", "x"},
                {"ingest", "--content-type=text/pl\xe4in", "x"},
                {"ingest", "--content-type=text/plain\n", "x"},
                {"ingest", "--content-type=text/plain; charset=\xc3\xa4", "x"},
                {"ingest", "--name=", "-"},
                {"ingest", "--name=\xff", "-"},
                {"queue", "list", "--limit=1"},
                {"queue", "list", "--state=ON"},
                {"queue", "peek"},
                {"queue", "peek", "x", "--limit=-1"},
                {"conversation", "end", "1", "--error=2147483648"},
                {"conversation", "end", "1", "--yes"},
                {"dead-letter", "replay", "--all", "--yes"},
        };
        ctl_invocation found = {0};
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
                assert_int_equal(read_words(rows[i], &found), CTL_USAGE);
}

static void types_and_names_are_taken(void **state)
{
        static const char *const rows[][WORDS_MAX] = {
                {"ingest", "--content-type=text/markdown", "x"},
                {"ingest", "--content-type=text/plain; charset=\"utf-8\"", "x"},
                {"ingest", "--content-type=application/vnd.oasis.opendocument.text+x", "x"},
                {"ingest", "--name=\xc3\xa4 b", "-"},
        };
        ctl_invocation found = {0};
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
                assert_int_equal(read_words(rows[i], &found), CTL_OK);
}

static void help_is_given_whatever_else_is_said(void **state)
{
        ctl_invocation found = {0};
        (void)state;
        assert_int_equal(read_words((const char *const[]){"source", "show", "--help", NULL}, &found), CTL_OK);
        assert_true(found.options.help && found.command);
        assert_int_equal(read_words((const char *const[]){"source", "--help", NULL}, &found), CTL_OK);
        assert_true(found.options.help && !found.command);
}

static void words_are_suggested(void **state)
{
        static const char *const words[] = {"list", "show", "replay", "discard"};
        static const struct {
                const char *word, *expected;
        } rows[] = {
                {"lst", "list"},  {"lsit", "list"}, {"reply", "replay"}, {"discrad", "discard"},
                {"banana", NULL}, {"x", NULL},      {"", NULL},
        };
        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                const char *meant = ctl_suggest(rows[i].word, words, 4, sizeof words[0]);
                if (rows[i].expected)
                        assert_string_equal(meant, rows[i].expected);
                else
                        assert_null(meant);
        }
        assert_int_equal(ctl_distance("kitten", "sitting"), 3);
        assert_true(ctl_distance("a word that is longer than all of ours", "x") > 31);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_command_keeps_the_tables_promises),
                cmocka_unit_test(commands_and_their_arguments_are_found),
                cmocka_unit_test(an_option_with_several_rows_is_one_option),
                cmocka_unit_test(statements_are_not_named_to_people),
                cmocka_unit_test(defaults_are_as_documented),
                cmocka_unit_test(mistakes_are_refused),
                cmocka_unit_test(types_and_names_are_taken),
                cmocka_unit_test(help_is_given_whatever_else_is_said),
                cmocka_unit_test(words_are_suggested),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
