/* The pure parts of the worker skeleton: command line, addresses, journal events, metrics, health, status. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <hartonomous/clock.h>
#include <hartonomous/json.h>

#include "arguments.h"
#include "children.h"
#include "journal.h"
#include "metrics.h"
#include "notices.h"
#include "queue_figures.h"
#include "supervision.h"
#include "telemetry.h"

#define ARRAY(x) (sizeof(x) / sizeof *(x))

static const hart_metric own_metrics[] = {
        {"hartonomous_test_total", HART_METRIC_COUNTER, "A counter."},
        {"hartonomous_test_level", HART_METRIC_GAUGE, "A gauge."},
};
static const hart_worker sample = {
        .name = "sample",
        .summary = "A sample.",
        .queue = "SampleQueue",
        .metrics = own_metrics,
        .metric_count = ARRAY(own_metrics),
        .dependencies = (const char *const[]){"Neo4j", NULL},
};

static const struct {
        const char *words[4];
        hart_code code;
        worker_verb verb;
        const char *says; /* the error */
} command_lines[] = {
        {{0}, HART_OK, WORKER_RUN, NULL},
        {{"--help"}, HART_OK, WORKER_HELP, NULL},
        {{"--version"}, HART_OK, WORKER_VERSION, NULL},
        {{"--check-config", "--config-dir", "/x"}, HART_OK, WORKER_CHECK_CONFIG, NULL},
        {{"--config-dir=/x", "--check-config"}, HART_OK, WORKER_CHECK_CONFIG, NULL},
        {{"--help-settings"}, HART_OK, WORKER_HELP_SETTINGS, NULL},
        {{"--help-settings=hartonomous"}, HART_OK, WORKER_HELP_SETTINGS, NULL},
        {{"--help-settings=other"}, HART_CONFIG, WORKER_RUN, "only \"hartonomous\""},
        {{"--reload=77"}, HART_OK, WORKER_RELOAD, NULL},
        {{"--reload="}, HART_CONFIG, WORKER_RUN, "not the number of a process"},
        {{"--reload=1"}, HART_CONFIG, WORKER_RUN, "not the number of a process"},
        {{"--reload=7x"}, HART_CONFIG, WORKER_RUN, "not the number of a process"},
        {{"--instance=2"}, HART_OK, WORKER_RUN, NULL},
        {{"--instance=../x"}, HART_CONFIG, WORKER_RUN, "none of them /"},
        {{"--instance="}, HART_CONFIG, WORKER_RUN, "1 to 32 characters"},
        {{"--config-dir"}, HART_CONFIG, WORKER_RUN, "--config-dir needs a value"},
        {{"--colour"}, HART_CONFIG, WORKER_RUN, "--colour: unknown option"},
        {{"-x"}, HART_CONFIG, WORKER_RUN, "-x: unknown option"},
        {{"now"}, HART_CONFIG, WORKER_RUN, "now: unexpected"},
};

static void reads_command_lines(void **state)
{
        (void)state;
        for (size_t i = 0; i < ARRAY(command_lines); i++) {
                char *words[6] = {hart_duplicate("hartonomous-sample")};
                int count = 1;
                for (; count < 5 && command_lines[i].words[count - 1]; count++)
                        words[count] = hart_duplicate(command_lines[i].words[count - 1]);
                worker_arguments found = {.verb = WORKER_RUN};
                hart_error error = {0};
                const hart_code code = worker_arguments_read(count, words, &found, &error);
                if (code != command_lines[i].code || found.verb != command_lines[i].verb)
                        fail_msg("row %zu: %s, %s", i, hart_code_name(code), error.text);
                if (command_lines[i].says && !strstr(error.text, command_lines[i].says))
                        fail_msg("row %zu says %s", i, error.text);
                for (int j = 0; j < count; j++)
                        free(words[j]);
        }
}

static void help_names_every_option(void **state)
{
        (void)state;
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        worker_print_help(&sample, out);
        fclose(out);
        static const char *const options[] = {"--help",       "--version",  "--check-config", "--help-settings",
                                              "--config-dir", "--instance", "--reload"};
        for (size_t i = 0; i < ARRAY(options); i++)
                assert_non_null(strstr(text, options[i]));
        assert_non_null(strstr(text, "SampleQueue"));
        free(text);
}

static const struct {
        const char *listen, *instance;
        hart_code code;
        const char *path, *host, *port;
} addresses[] = {
        {"/run/hartonomous", "", HART_OK, "/run/hartonomous/sample.sock", "", ""},
        {"/run/hartonomous", "2", HART_OK, "/run/hartonomous/sample@2.sock", "", ""},
        {"127.0.0.1:9100", "", HART_OK, "", "127.0.0.1", "9100"},
        {"localhost:9100", "", HART_OK, "", "localhost", "9100"},
        {"[::1]:9100", "", HART_OK, "", "::1", "9100"},
        {":9100", "", HART_OK, "", "", "9100"},
        {"::1:9100", "", HART_CONFIG, "", "", ""},
        {"[::1:9100", "", HART_CONFIG, "", "", ""},
        {"localhost", "", HART_CONFIG, "", "", ""},
        {"localhost:", "", HART_CONFIG, "", "", ""},
        {"localhost:0", "", HART_CONFIG, "", "", ""},
        {"localhost:65536", "", HART_CONFIG, "", "", ""},
        {"localhost:http", "", HART_CONFIG, "", "", ""},
        {"run", "", HART_CONFIG, "", "", ""},
        {"", "", HART_CONFIG, "", "", ""},
        {"/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789", "",
         HART_CONFIG, "", "", ""},
};

static void reads_addresses(void **state)
{
        (void)state;
        for (size_t i = 0; i < ARRAY(addresses); i++) {
                telemetry_address found = {0};
                hart_error error = {0};
                if (telemetry_address_read(addresses[i].listen, "sample", addresses[i].instance, &found, &error) !=
                    addresses[i].code)
                        fail_msg("%s: %s", addresses[i].listen, error.text);
                assert_string_equal(found.path, addresses[i].path);
                assert_string_equal(found.host, addresses[i].host);
                assert_string_equal(found.port, addresses[i].port);
                if (addresses[i].code != HART_OK)
                        assert_non_null(strstr(error.text, "[telemetry] listen"));
        }
}

static char *read_file(const char *path)
{
        FILE *file = fopen(path, "re");
        assert_non_null(file);
        hart_buffer text = {0};
        for (int byte; (byte = fgetc(file)) != EOF;)
                hart_buffer_byte(&text, (unsigned char)byte);
        fclose(file);
        return (char *)text.data;
}

static void every_event_is_valid_unique_and_documented(void **state)
{
        (void)state;
        char *document = read_file(SOURCE_FOLDER "/docs/journal.md");
        for (size_t i = 0; i < journal_event_count; i++) {
                const journal_event *event = &journal_events[i];
                assert_int_equal(strlen(event->id), 32);
                assert_int_equal(strspn(event->id, "0123456789abcdef"), 32);
                assert_ptr_equal(journal_event_find(event->name), event);
                for (size_t j = 0; j < i; j++)
                        assert_string_not_equal(event->id, journal_events[j].id);
                char row[128];
                snprintf(row, sizeof row, "| `%s` | `%s` |", event->name, event->id);
                if (!strstr(document, row))
                        fail_msg("docs/journal.md has no row %s", row);
        }
        assert_null(journal_event_find("no-such-event"));
        free(document);
}

static void compose(const worker_journal *journal, hart_log_level level, const char *const *fields, hart_buffer *lines,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));
static void compose(const worker_journal *journal, hart_log_level level, const char *const *fields, hart_buffer *lines,
                    const char *format, ...)
{
        static const char *const extra[] = {"QUEUE=SampleQueue", NULL};
        va_list arguments;
        va_start(arguments, format);
        journal_compose(journal, level, extra, fields, format, arguments, lines);
        va_end(arguments);
}

static void composes_lines(void **state)
{
        (void)state;
        static const char expected[] = "MESSAGE=1 is here\0PRIORITY=6\0SYSLOG_IDENTIFIER=test\0QUEUE=SampleQueue\0"
                                       "EVENT=started\0MESSAGE_ID=7ffaaa38c94a48cb8d676fabae402423\0\0"
                                       "MESSAGE=2\0PRIORITY=4\0SYSLOG_IDENTIFIER=test\0QUEUE=SampleQueue\0";
        static const char *const started[] = {"EVENT=started", NULL};
        const worker_journal journal = {.identifier = "test", .level = HART_LOG_INFO};
        hart_buffer lines = {0};
        compose(&journal, HART_LOG_INFO, started, &lines, "%d is here", 1);
        compose(&journal, HART_LOG_DEBUG, NULL, &lines, "below the level");
        compose(&journal, HART_LOG_WARNING, NULL, &lines, "2");
        assert_int_equal(lines.size, sizeof expected);
        assert_memory_equal(lines.data, expected, sizeof expected);
        hart_buffer_done(&lines);
}

/* The text of one metric's sample, NULL where there is none. */
static const char *sample_of(const char *text, const char *line)
{
        for (const char *at = text; (at = strstr(at, line)); at++)
                if (at == text || at[-1] == '\n')
                        return at + strlen(line);
        return NULL;
}

static void prints_metrics(void **state)
{
        (void)state;
        worker_metrics metrics;
        metrics_open(&metrics, &sample);
        metrics_messages(&metrics, METRICS_DONE, 7);
        metrics_messages(&metrics, METRICS_DEAD_LETTER, 1);
        metrics_handled(&metrics, 1000);     /* on a bound: le="0.001" holds it */
        metrics_handled(&metrics, 1001);     /* the next */
        metrics_handled(&metrics, 90000000); /* beyond the last */
        metrics_count(&metrics, 0, 41);
        metrics_count(&metrics, 0, 1);
        metrics_gauge(&metrics, 1, 0.5);
        metrics_count(&metrics, 2, 1); /* no such metric */
        atomic_store(&metrics.process->dependencies[METRICS_DATABASE], METRICS_UP);
        atomic_store(&metrics.process->dependencies[2], METRICS_DOWN);
        hart_buffer out = {0};
        metrics_print(&metrics, &out);
        const char *text = (const char *)out.data;
        static const struct {
                const char *line, *value;
        } rows[] = {
                {"hartonomous_messages_total{queue=\"SampleQueue\",result=\"done\"} ", "7\n"},
                {"hartonomous_messages_total{queue=\"SampleQueue\",result=\"dead_letter\"} ", "1\n"},
                {"hartonomous_messages_total{queue=\"SampleQueue\",result=\"failed\"} ", "0\n"},
                {"hartonomous_handle_seconds_bucket{queue=\"SampleQueue\",le=\"0.001\"} ", "1\n"},
                {"hartonomous_handle_seconds_bucket{queue=\"SampleQueue\",le=\"0.0025\"} ", "2\n"},
                {"hartonomous_handle_seconds_bucket{queue=\"SampleQueue\",le=\"60\"} ", "2\n"},
                {"hartonomous_handle_seconds_bucket{queue=\"SampleQueue\",le=\"+Inf\"} ", "3\n"},
                {"hartonomous_handle_seconds_sum{queue=\"SampleQueue\"} ", "90.002001\n"},
                {"hartonomous_handle_seconds_count{queue=\"SampleQueue\"} ", "3\n"},
                {"hartonomous_dependency_up{dependency=\"Database\"} ", "1\n"},
                {"hartonomous_dependency_up{dependency=\"Neo4j\"} ", "0\n"},
                {"hartonomous_test_total ", "42\n"},
                {"hartonomous_test_level ", "0.5\n"},
                {"# TYPE hartonomous_handle_seconds ", "histogram\n"},
                {"hartonomous_up ", "0\n"},
        };
        for (size_t i = 0; i < ARRAY(rows); i++) {
                const char *found = sample_of(text, rows[i].line);
                if (!found || strncmp(found, rows[i].value, strlen(rows[i].value)) != 0)
                        fail_msg("%s is not %s in\n%s", rows[i].line, rows[i].value, text);
        }
        assert_null(sample_of(text, "hartonomous_dependency_up{dependency=\"ServiceBroker\"}")); /* not used yet */
        assert_null(sample_of(text, "hartonomous_queue_depth{"));
        hart_buffer queue = {0};
        for (int depth = 4; depth <= 5; depth++) { /* what comes later replaces what was there */
                hart_buffer_clear(&queue);
                hart_buffer_format(&queue, "hartonomous_queue_depth{queue=\"SampleQueue\"} %d\n", depth);
                metrics_queue(&metrics, &queue);
        }
        hart_buffer_clear(&out);
        metrics_print(&metrics, &out);
        hart_buffer_byte(&out, 0);
        assert_non_null(sample_of((const char *)out.data, "hartonomous_queue_depth{queue=\"SampleQueue\"} 5\n"));
        assert_null(sample_of((const char *)out.data, "hartonomous_queue_depth{queue=\"SampleQueue\"} 4\n"));
        hart_buffer_done(&queue);
        hart_buffer_done(&out);
        metrics_done(&metrics);
}

static void escapes_labels(void **state)
{
        (void)state;
        static const struct {
                const char *text, *expected;
        } rows[] = {
                {"", ""},
                {"plain", "plain"},
                {"a \"b\" \\ c\nd", "a \\\"b\\\" \\\\ c\\nd"},
                {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
        };
        for (size_t i = 0; i < ARRAY(rows); i++) {
                hart_buffer out = {0};
                queue_figures_put_label(&out, rows[i].text, strlen(rows[i].text));
                hart_buffer_byte(&out, 0);
                assert_string_equal((const char *)out.data, rows[i].expected);
                hart_buffer_done(&out);
        }
}

static const struct {
        metrics_dependency_state database, broker, neo4j;
        uint64_t silence;
        bool postponed;
        const char *status;
        bool healthy;
} healths[] = {
        {METRICS_UNKNOWN, METRICS_UNKNOWN, METRICS_UNKNOWN, 0, false, "Unhealthy", false},
        {METRICS_UP, METRICS_UP, METRICS_UNKNOWN, 0, false, "Healthy", true},
        {METRICS_UP, METRICS_UP, METRICS_UP, 0, false, "Healthy", true},
        {METRICS_UP, METRICS_UP, METRICS_DOWN, 0, false, "Degraded", true},
        {METRICS_UP, METRICS_UP, METRICS_UP, 0, true, "Degraded", true},
        {METRICS_UP, METRICS_DOWN, METRICS_UP, 0, false, "Unhealthy", false},
        {METRICS_DOWN, METRICS_UP, METRICS_UP, 0, false, "Unhealthy", false},
        {METRICS_UP, METRICS_UP, METRICS_UP, 61 * HART_SECOND, false, "Unhealthy", false},
};

static void prints_health(void **state)
{
        (void)state;
        worker_metrics metrics;
        metrics_open(&metrics, &sample);
        for (size_t i = 0; i < ARRAY(healths); i++) {
                atomic_store(&metrics.process->dependencies[METRICS_DATABASE], healths[i].database);
                atomic_store(&metrics.process->dependencies[METRICS_BROKER], healths[i].broker);
                atomic_store(&metrics.process->dependencies[2], healths[i].neo4j);
                atomic_store(&metrics.process->postponed, healths[i].postponed);
                hart_buffer out = {0};
                const uint64_t now = atomic_load(&metrics.process->progress) + healths[i].silence;
                assert_int_equal(metrics_print_health(&metrics, now, &out), healths[i].healthy);
                hart_json *document = NULL;
                assert_int_equal(hart_json_parse(out.data, out.size, &document, NULL), HART_OK);
                assert_string_equal(hart_json_text(hart_json_member(document, "status"), NULL), healths[i].status);
                const hart_json *checks = hart_json_member(document, "checks");
                assert_int_equal(hart_json_count(checks), 4);
                assert_string_equal(hart_json_text(hart_json_member(hart_json_item(checks, 2), "name"), NULL), "Neo4j");
                hart_json_close(document);
                hart_buffer_done(&out);
        }
        metrics_done(&metrics);
}

static void status_is_said_once_a_second(void **state)
{
        (void)state;
        worker_supervision supervised = {0};
        uint64_t now = 100 * HART_SECOND;
        assert_true(supervision_status(&supervised, now, "one", false));
        assert_false(supervision_status(&supervised, now + 1, "two", false));
        assert_string_equal(supervised.status, "one");
        assert_true(supervision_status(&supervised, now + 1, "one", false)); /* nothing to say */
        assert_true(supervision_status(&supervised, now + HART_SECOND, "two", false));
        assert_true(supervision_status(&supervised, now + HART_SECOND + 1, "three", true));
        assert_string_equal(supervised.status, "three");
}

static void watchdog_is_patted_rarely_and_in_time(void **state)
{
        (void)state;
        worker_supervision supervised = {.watchdog = 40 * HART_SECOND};
        supervision_ready(&supervised, HART_SECOND);
        supervision_progress(&supervised, 5 * HART_SECOND);
        assert_int_equal(supervised.patted, HART_SECOND);
        supervision_progress(&supervised, 11 * HART_SECOND);
        assert_int_equal(supervised.patted, 11 * HART_SECOND);
        assert_true(supervision_longest_sleep(&supervised) <= 40 * HART_SECOND / 3);
        supervised.watchdog = 0;
        assert_int_equal(supervision_longest_sleep(&supervised), UINT64_MAX);
}

static const hart_worker other = {.queue = "OtherQueue"};
static const hart_worker several = {
        .name = "several",
        .queue = "SampleQueue",
        .metrics = own_metrics,
        .metric_count = ARRAY(own_metrics),
        .also = &other,
};

static size_t count_lines(const char *text, const char *line)
{
        size_t count = 0;
        for (const char *at = text; (at = strstr(at, line)); at++)
                count += at == text || at[-1] == '\n';
        return count;
}

static void sums_metrics_of_processes(void **state)
{
        (void)state;
        worker_metrics all, one[3];
        metrics_open_board(&all, &several, 4);
        for (unsigned i = 0; i < 3; i++) {
                one[i] = all;
                metrics_sit_down(&one[i],
                                 metrics_take_place(&all, i ? METRICS_MAIN : METRICS_ALSO, i, (pid_t)(1000000000 + i)));
                metrics_messages(&one[i], METRICS_DONE, 10 + i);
                metrics_handled(&one[i], 1000);
                metrics_count(&one[i], 0, 5);
                metrics_gauge(&one[i], 1, i);
                atomic_store(&one[i].process->dependencies[METRICS_DATABASE], i == 1 ? METRICS_DOWN : METRICS_UP);
                atomic_store(&one[i].process->ready, true);
        }
        hart_buffer queue = {0}, out = {0};
        hart_buffer_text(&queue, "# HELP hartonomous_queue_depth Waiting.\n# TYPE hartonomous_queue_depth gauge\n"
                                 "hartonomous_queue_depth{queue=\"SampleQueue\"} 1\n"
                                 "# HELP hartonomous_dead_letters Given up.\nhartonomous_dead_letters 4\n");
        metrics_queue(&one[1], &queue);
        hart_buffer_clear(&queue);
        hart_buffer_text(&queue, "# HELP hartonomous_queue_depth Waiting.\n# TYPE hartonomous_queue_depth gauge\n"
                                 "hartonomous_queue_depth{queue=\"OtherQueue\"} 2\n");
        metrics_queue(&one[0], &queue);
        metrics_print(&all, &out);
        const char *text = (const char *)out.data;
        static const struct {
                const char *line, *value;
        } rows[] = {
                {"hartonomous_messages_total{queue=\"SampleQueue\",result=\"done\"} ", "23\n"},
                {"hartonomous_messages_total{queue=\"OtherQueue\",result=\"done\"} ", "10\n"},
                {"hartonomous_handle_seconds_count{queue=\"SampleQueue\"} ", "2\n"},
                {"hartonomous_handle_seconds_count{queue=\"OtherQueue\"} ", "1\n"},
                {"hartonomous_queue_depth{queue=\"SampleQueue\"} ", "1\n"},
                {"hartonomous_queue_depth{queue=\"OtherQueue\"} ", "2\n"},
                {"hartonomous_dead_letters ", "4\n"},
                {"hartonomous_test_total ", "15\n"},
                {"hartonomous_test_level{process=\"2\"} ", "2\n"},
                {"hartonomous_processes ", "3\n"},
                {"hartonomous_dependency_up{dependency=\"Database\"} ", "0\n"},
        };
        for (size_t i = 0; i < ARRAY(rows); i++) {
                const char *found = sample_of(text, rows[i].line);
                if (!found || strncmp(found, rows[i].value, strlen(rows[i].value)) != 0)
                        fail_msg("%s is not %s in\n%s", rows[i].line, rows[i].value, text);
        }
        assert_int_equal(count_lines(text, "# HELP hartonomous_queue_depth "), 1);
        assert_int_equal(count_lines(text, "# HELP hartonomous_handle_seconds "), 1);
        /* One that goes takes nothing with it of what was counted, and leaves its place. */
        atomic_store(&one[2].process->pid, 0);
        hart_buffer_clear(&out);
        metrics_print(&all, &out);
        hart_buffer_byte(&out, 0);
        text = (const char *)out.data;
        assert_non_null(sample_of(text, "hartonomous_test_total 15\n"));
        assert_null(sample_of(text, "hartonomous_test_level{process=\"2\"}"));
        assert_ptr_equal(metrics_take_place(&all, METRICS_MAIN, 3, 1), one[2].process);
        assert_non_null(metrics_take_place(&all, METRICS_MAIN, 4, 1));
        assert_null(metrics_take_place(&all, METRICS_MAIN, 5, 1));
        hart_buffer_done(&queue);
        hart_buffer_done(&out);
        metrics_done(&all);
}

static void text_of_a_queue_that_is_too_long_ends_with_a_line(void **state)
{
        (void)state;
        worker_metrics metrics;
        hart_buffer queue = {0}, out = {0};
        while (queue.size <= METRICS_QUEUE_TEXT_MAX)
                hart_buffer_format(&queue, "# HELP line_%zu x\nline_%zu 1\n", queue.size, queue.size);
        metrics_open(&metrics, &sample);
        metrics_queue(&metrics, &queue);
        const size_t kept = atomic_load(&metrics.totals->queue_size[1]);
        assert_true(kept > METRICS_QUEUE_TEXT_MAX - 100 && kept <= METRICS_QUEUE_TEXT_MAX);
        assert_int_equal(metrics.totals->queue_text[1][kept - 1], '\n');
        metrics_print(&metrics, &out);
        assert_true(out.size > kept);
        hart_buffer_done(&queue);
        hart_buffer_done(&out);
        metrics_done(&metrics);
}

/* U is up, D is down, - is not there: processes 1, 2 and that of the other queue. */
static const struct {
        const char *processes, *status;
} joined_healths[] = {
        {"UUU", "Healthy"},   {"UDU", "Degraded"},  {"U-U", "Degraded"},  {"UU-", "Unhealthy"}, {"DDU", "Unhealthy"},
        {"UUD", "Unhealthy"}, {"--U", "Unhealthy"}, {"---", "Unhealthy"}, {"DDD", "Unhealthy"},
};

static void joins_health_of_processes(void **state)
{
        (void)state;
        for (size_t i = 0; i < ARRAY(joined_healths); i++) {
                worker_metrics all;
                metrics_open_board(&all, &several, 3);
                atomic_store(&all.board->wanted[METRICS_MAIN], 2);
                atomic_store(&all.board->wanted[METRICS_ALSO], 1);
                for (unsigned j = 0; j < 3; j++) {
                        const char what = joined_healths[i].processes[j];
                        if (what == '-')
                                continue;
                        metrics_process *place = metrics_take_place(&all, j < 2 ? METRICS_MAIN : METRICS_ALSO, j, 1);
                        for (size_t k = 0; k < METRICS_OWN_DEPENDENCIES; k++)
                                atomic_store(&place->dependencies[k], what == 'U' ? METRICS_UP : METRICS_DOWN);
                }
                hart_buffer out = {0};
                hart_json *document = NULL;
                const bool well = metrics_print_health(&all, hart_now(), &out);
                assert_int_equal(hart_json_parse(out.data, out.size, &document, NULL), HART_OK);
                const char *status = hart_json_text(hart_json_member(document, "status"), NULL);
                if (strcmp(status, joined_healths[i].status) != 0)
                        fail_msg("%s: %s", joined_healths[i].processes, status);
                assert_int_equal(well, strcmp(status, "Unhealthy") != 0);
                hart_json_close(document);
                hart_buffer_done(&out);
                metrics_done(&all);
        }
}

static const struct {
        const char *text;
        bool ready, patted, stopping;
        uint64_t extension;
        const char *status; /* NULL: none */
} notices[] = {
        {"READY=1", true, false, false, 0, NULL},
        {"READY=1\nSTATUS=Waiting for messages; 3 done\n", true, false, false, 0, "Waiting for messages; 3 done"},
        {"STATUS=", false, false, false, 0, ""},
        {"WATCHDOG=1", false, true, false, 0, NULL},
        {"WATCHDOG=trigger", false, false, false, 0, NULL},
        {"STOPPING=1\nSTATUS=a=b", false, false, true, 0, "a=b"},
        {"EXTEND_TIMEOUT_USEC=30000000", false, false, false, 30000000, NULL},
        {"EXTEND_TIMEOUT_USEC=30s\nEXTEND_TIMEOUT_USEC=\nEXTEND_TIMEOUT_USEC=-1", false, false, false, 0, NULL},
        {"EXTEND_TIMEOUT_USEC=99999999999999999999999", false, false, false, 0, NULL},
        {"READY=0\nREADY\n\n=1\nXREADY=1\n READY=1", false, false, false, 0, NULL},
        {"FDSTORE=1\nMAINPID=7", false, false, false, 0, NULL},
        {"", false, false, false, 0, NULL},
};

static void parses_notices(void **state)
{
        (void)state;
        for (size_t i = 0; i < ARRAY(notices); i++) {
                worker_notice found;
                notices_parse(notices[i].text, strlen(notices[i].text), &found);
                if (found.ready != notices[i].ready || found.patted != notices[i].patted ||
                    found.stopping != notices[i].stopping || found.extension != notices[i].extension ||
                    found.has_status != (notices[i].status != NULL))
                        fail_msg("%s", notices[i].text);
                if (notices[i].status)
                        assert_string_equal(found.status, notices[i].status);
        }
        char longest[6000] = "STATUS=";
        memset(longest + 7, 'x', sizeof longest - 7);
        worker_notice found;
        notices_parse(longest, sizeof longest, &found); /* no NUL anywhere */
        assert_int_equal(strlen(found.status), SUPERVISION_STATUS_MAX - 1);
}

static void hears_its_own_processes_alone(void **state)
{
        (void)state;
        int fd = -1;
        char address[120];
        hart_error error = {0};
        assert_int_equal(notices_open(&fd, address, &error), HART_OK);
        assert_int_equal(setenv("NOTIFY_SOCKET", address, 1), 0);
        worker_supervision own = {0};
        supervision_ready(&own, 1);
        unsetenv("NOTIFY_SOCKET");
        worker_notice notice;
        assert_true(notices_read(fd, &notice));
        assert_true(notice.ready);
        assert_int_equal(notice.sender, getpid());
        assert_false(notices_read(fd, &notice));
        close(fd);
        static worker_children children;
        children.watchdog = HART_SECOND;
        notice = (worker_notice){.ready = true, .sender = getpid()};
        assert_null(children_heard(&children, &notice, 5));
        worker_child *child = children_add(&children, getpid(), 2, 1, 5);
        assert_true(child->deadline > HART_SECOND + 5); /* more to start than between two pats */
        assert_ptr_equal(children_heard(&children, &notice, 10), child);
        assert_true(child->ready);
        assert_int_equal(child->deadline, HART_SECOND + 10);
        notice = (worker_notice){.has_status = true, .sender = getpid(), .status = "busy"};
        children_heard(&children, &notice, 20); /* to say something is no progress */
        assert_int_equal(child->deadline, HART_SECOND + 10);
        assert_string_equal(child->status, "busy");
        assert_ptr_equal(children_of_number(&children, 2, 1, true), child);
        assert_ptr_equal(children_of_number(&children, 2, 7, false), child);
        assert_null(children_of_number(&children, 2, 7, true));
        children_allow(&children, 100);
        assert_int_equal(child->deadline, HART_SECOND + 110);
        children_remove(child);
        assert_int_equal(children_count(&children), 0);
}

static void a_number_that_dies_again_and_again_is_a_storm(void **state)
{
        (void)state;
        static worker_children children;
        const worker_child young = {.pid = 1, .number = 3}, old = {.pid = 1, .number = 3, .ready = true, .since = 1};
        uint64_t now = 100 * HART_SECOND, before = 0;
        size_t deaths = 1;
        for (; !children_died(&children, &young, HART_SECOND, 15 * HART_SECOND, now); deaths++) {
                const uint64_t rest = children.numbers[3].next_start - now;
                assert_true(rest >= before / 2); /* jitter */
                before = rest;
                now = children.numbers[3].next_start;
        }
        assert_in_range(deaths, 4, 12);
        assert_false(children_died(&children, &old, HART_SECOND, 15 * HART_SECOND, now + 60 * HART_SECOND));
        assert_int_equal(children.numbers[3].failures, 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_command_lines),
                cmocka_unit_test(help_names_every_option),
                cmocka_unit_test(reads_addresses),
                cmocka_unit_test(every_event_is_valid_unique_and_documented),
                cmocka_unit_test(composes_lines),
                cmocka_unit_test(prints_metrics),
                cmocka_unit_test(escapes_labels),
                cmocka_unit_test(prints_health),
                cmocka_unit_test(sums_metrics_of_processes),
                cmocka_unit_test(text_of_a_queue_that_is_too_long_ends_with_a_line),
                cmocka_unit_test(joins_health_of_processes),
                cmocka_unit_test(parses_notices),
                cmocka_unit_test(hears_its_own_processes_alone),
                cmocka_unit_test(a_number_that_dies_again_and_again_is_a_storm),
                cmocka_unit_test(status_is_said_once_a_second),
                cmocka_unit_test(watchdog_is_patted_rarely_and_in_time),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
