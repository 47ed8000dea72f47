/* Settings on disk: defaults, drop-ins, the example file. */
#include "testing.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "sample.h"

static void nothing_there_means_defaults(void **state)
{
        struct sample sample = {0};
        hart_error err = {0};

        assert_int_equal(hart_settings_load(&sample_schema, *state, &sample, &err), HART_OK);
        assert_string_equal(sample.text, "some text");
        assert_null(sample.wanted);
        assert_int_equal(sample.count, 1);
        assert_int_equal(sample.time, 1000000);
        assert_int_equal(sample.size, 1024);
        assert_true(sample.flag);
        assert_true(sample.number == 0.5);
        assert_int_equal(sample.choice, 1);
        assert_int_equal(sample.items.count, 1);
        assert_string_equal(sample.items.names[0], "first");
        assert_int_equal(((const struct sample_item *)sample.items.items)->count, 7);
        hart_settings_done(&sample_schema, &sample);
}

static void drop_ins_come_in_order_of_name(void **state)
{
        struct sample sample = {0};
        hart_error err = {0};

        folder_put(*state, "sample.conf", "[values]\ntext = main\ncount = 1\nbatch_size = 1\n");
        folder_put_folder(*state, "sample.conf.d");
        folder_put(*state, "sample.conf.d/20-b.conf", "[values]\ntext = b\n");
        folder_put(*state, "sample.conf.d/10-a.conf", "[values]\ntext = a\ncount = 2\n");
        folder_put(*state, "sample.conf.d/30-c.conf.old", "not read");
        folder_put(*state, "sample.conf.d/.hidden.conf", "not read");
        assert_int_equal(hart_settings_load(&sample_schema, *state, &sample, &err), HART_OK);
        assert_string_equal(sample.text, "b");
        assert_int_equal(sample.count, 2);
        assert_int_equal(sample.batch_size, 1);
        hart_settings_done(&sample_schema, &sample);
}

/* Who names one does not get the default's beside it. */
static void named_items_come_from_all_files(void **state)
{
        struct sample sample = {0};
        const struct sample_item *items;
        hart_error err = {0};

        folder_put(*state, "sample.conf", "[item \"b\"]\ncount = 1\ntext = main\n");
        folder_put_folder(*state, "sample.conf.d");
        folder_put(*state, "sample.conf.d/10.conf", "[item \"c\"]\n[item \"b\"]\ncount = 2\n");
        assert_int_equal(hart_settings_load(&sample_schema, *state, &sample, &err), HART_OK);
        assert_int_equal(sample.items.count, 2);
        items = sample.items.items;
        assert_string_equal(sample.items.names[0], "b");
        assert_string_equal(sample.items.names[1], "c");
        assert_int_equal(items[0].count, 2);
        assert_string_equal(items[0].text, "main");
        assert_string_equal(items[1].text, "of c!");
        hart_settings_done(&sample_schema, &sample);
}

/* A group that breaks a promise, or has a default that is not allowed, is refused before any file is read. */
static void faulty_groups_are_refused(void **state)
{
        static const hart_setting of_another[] = {
                {"other", "text", HART_SETTING_TEXT, AT_ITEM(text), "a", 0, 0, NULL, "A text"}};
        static const hart_setting bad_default[] = {
                {"thing", "text", HART_SETTING_TEXT, AT_ITEM(text), "a", 0, 0, NULL, "A text"},
                {"thing", "count", HART_SETTING_COUNT, AT_ITEM(count), "101", 0, 100, NULL, "A count"}};
        static const struct {
                hart_settings_group group;
                const char *says;
        } rows[] = {
                {{"thing", of_another, 1, sizeof(struct sample_item), 0, NULL},
                 "[other] text is in a group of another"},
                {{"thing", bad_default, 2, sizeof(struct sample_item), 0, NULL},
                 "[thing] count has the default \"101\", which it does not allow"},
                {{"item", sample_item_rows, 1, sizeof(struct sample_item), 0, NULL}, "[item] text is in a section"},
        };

        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                struct sample sample = {0};
                hart_settings_list list = {0};
                const hart_settings_part parts[] = {hart_settings_part_of(&sample_schema, &sample),
                                                    {.into = &list, .groups = &rows[i].group, .group_count = 1}};
                hart_error err = {0};
                assert_int_equal(hart_settings_load_parts(*state, "sample", parts, 2, &err), HART_FATAL);
                assert_says(&err, rows[i].says);
        }
}

static void failure_leaves_the_struct_empty(void **state)
{
        static const struct sample empty;
        struct sample sample = {0};
        hart_error err = {0};

        folder_put(*state, "sample.conf", "[item \"x\"]\ntext = gone\n[values]\ntext = main\n");
        folder_put_folder(*state, "sample.conf.d");
        folder_put(*state, "sample.conf.d/a.conf", "[values]\ncount = 1\n\ncuont = 1\n");
        assert_int_equal(hart_settings_load(&sample_schema, *state, &sample, &err), HART_CONFIG);
        assert_says(&err, "sample.conf.d/a.conf:4: [values] cuont: no such key; did you mean count?");
        assert_memory_equal(&sample, &empty, sizeof sample);
}

static void what_cannot_be_read_is_an_error(void **state)
{
        HART_CLEANUP(hart_free_p) char *missing = hart_format("%s/missing", (char *)*state);
        HART_CLEANUP(hart_free_p) char *file = hart_format("%s/file", (char *)*state);
        HART_CLEANUP(hart_free_p) char *fifo = hart_format("%s/sample.conf", (char *)*state);
        struct sample sample = {0};
        hart_error err = {0};

        folder_put(*state, "file", "");
        assert_int_equal(hart_settings_load(&sample_schema, missing, &sample, &err), HART_CONFIG);
        assert_says(&err, "missing: the folder of the settings cannot be used: No such file or directory");
        assert_int_equal(hart_settings_load(&sample_schema, file, &sample, &err), HART_CONFIG);
        assert_says(&err, "is not a folder");
        assert_int_equal(mkfifo(fifo, 0644), 0);
        assert_int_equal(hart_settings_load(&sample_schema, *state, &sample, &err), HART_CONFIG);
        assert_says(&err, "sample.conf: is not a file");
        assert_int_equal(unlink(fifo), 0);
        folder_put_folder(*state, "sample.conf");
        assert_int_equal(hart_settings_load(&sample_schema, *state, &sample, &err), HART_CONFIG);
        assert_says(&err, "sample.conf: is not a file");
}

static void a_link_to_null_switches_a_drop_in_off(void **state)
{
        HART_CLEANUP(hart_free_p) char *link = hart_format("%s/sample.conf.d/a.conf", (char *)*state);
        struct sample sample = {0};
        hart_error err = {0};

        folder_put_folder(*state, "sample.conf.d");
        assert_int_equal(symlink("/dev/null", link), 0);
        assert_int_equal(hart_settings_load(&sample_schema, *state, &sample, &err), HART_OK);
        hart_settings_done(&sample_schema, &sample);
}

static int load_unreadable(const char *folder)
{
        struct sample sample = {0};
        hart_error err = {0};

        if (hart_settings_load(&sample_schema, folder, &sample, &err) != HART_CONFIG)
                return 1;
        return strstr(err.text, "sample.conf: cannot be read by user") == NULL ||
               strstr(err.text, "Permission denied") == NULL;
}

static void no_permission_is_said(void **state)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/sample.conf", (char *)*state);

        folder_put(*state, "sample.conf", "");
        assert_int_equal(chmod(*state, 0755), 0);
        assert_int_equal(chmod(path, 0), 0);
        assert_int_equal(folder_as_nobody(load_unreadable, *state), 0);
}

static char *example_of(const hart_settings_schema *schema)
{
        char *text = NULL;
        size_t size = 0;
        FILE *stream = open_memstream(&text, &size);

        hart_settings_print_example(schema, stream);
        assert_int_equal(fclose(stream), 0);
        return text;
}

/* Takes the # away before each "#key = default". */
static void uncomment(char *text)
{
        for (char *at = text; *at != '\0'; at++)
                if (*at == '#' && at[1] != ' ' && at[1] != '\n')
                        *at = ' ';
}

/* The example is a valid file; with every key switched on it says what the defaults say. */
static void example_equals_the_defaults(void **state)
{
        HART_CLEANUP(hart_free_p) char *text = example_of(&sample_schema);
        struct sample defaults = {0}, sample = {0};
        hart_error err = {0};

        assert_int_equal(hart_settings_load(&sample_schema, *state, &defaults, &err), HART_OK);
        assert_int_equal(hart_settings_parse(&sample_schema, "e", text, strlen(text), &sample, &err), HART_OK);
        assert_null(sample.text);
        assert_non_null(strstr(text, "\n#wanted =\n"));
        assert_non_null(strstr(text, "\n#[item \"first\"]\n"));
        assert_non_null(strstr(text, "\n#text = of first!\n"));
        hart_settings_done(&sample_schema, &sample);
        uncomment(text);
        if (hart_settings_parse(&sample_schema, "e", text, strlen(text), &sample, &err) != HART_OK)
                fail_msg("%s", err.text);
        assert_string_equal(sample.text, defaults.text);
        assert_int_equal(sample.count, defaults.count);
        assert_int_equal(sample.batch_size, defaults.batch_size);
        assert_int_equal(sample.time, defaults.time);
        assert_int_equal(sample.size, defaults.size);
        assert_true(sample.flag == defaults.flag && sample.number == defaults.number);
        assert_int_equal(sample.choice, defaults.choice);
        assert_int_equal(sample.items.count, 1);
        assert_string_equal(((const struct sample_item *)sample.items.items)->text,
                            ((const struct sample_item *)defaults.items.items)->text);
        hart_settings_done(&sample_schema, &defaults);
        hart_settings_done(&sample_schema, &sample);
}

static void example_as_it_looks(void **state)
{
        static const char expected[] =
                "# two.conf\n#\n# Each key is shown with its default. To change one, remove the # before it.\n"
                "\n[others]\n\n# A flag\n# Allowed: yes or no.\n#flag = yes\n"
                "\n# A number\n# Allowed: 0 to 1.\n#number = 0.5\n"
                "\n[values]\n\n# A time\n# Allowed: 1ms to 1min, with unit us, ms, s, min, h or d.\n#time = 1s\n";
        /* The flag and the number are of one section but of two parts. */
        const hart_settings_part parts[] = {{.rows = sample_rows + 6, .count = 1},
                                            {.rows = sample_rows + 4, .count = 1},
                                            {.rows = sample_rows + 7, .count = 1}};
        char *text = NULL;
        size_t size = 0;
        FILE *stream = open_memstream(&text, &size);

        (void)state;
        hart_settings_print_example_parts("two.conf", parts, 3, stream);
        assert_int_equal(fclose(stream), 0);
        assert_string_equal(text, expected);
        free(text);
}

/* Each row of the table that every program reads keeps the table's promises. */
static void common_table_keeps_its_promises(void **state)
{
        HART_CLEANUP(hart_free_p) char *text = example_of(&hart_common_settings_schema);
        hart_common_settings settings = {0};
        hart_error err = {0};

        assert_int_equal(hart_settings_load(&hart_common_settings_schema, *state, &settings, &err), HART_OK);
        assert_string_equal(settings.conninfo, "host=/run/postgresql dbname=hartonomous");
        assert_int_equal(settings.connect_timeout, 10000000);
        assert_int_equal(settings.log_level, 3);
        assert_true(settings.telemetry);
        assert_string_equal(settings.telemetry_listen, "/run/hartonomous");
        uncomment(text);
        assert_int_equal(hart_settings_parse(&hart_common_settings_schema, "e", text, strlen(text), &settings, &err),
                         HART_OK);
        hart_settings_done(&hart_common_settings_schema, &settings);
}

/* A table that breaks a promise is refused before any file is read. */
static void faulty_tables_are_refused(void **state)
{
        static const char *const none[] = {NULL};
        static const struct {
                hart_setting row;
                const char *says;
        } rows[] = {
                {{"a", "b", HART_SETTING_COUNT, 0, "1", 0, 0, NULL, ""}, "[a] b has no help"},
                {{"a", "b", HART_SETTING_CHOICE, 0, NULL, 0, 0, none, "A choice"}, "[a] b has no choices"},
                {{"a", "b", HART_SETTING_COUNT, 0, "1", 2, 1, NULL, "A count"},
                 "[a] b has its bounds the wrong way round"},
                {{"a", "b", HART_SETTING_COUNT, 0, "5", 1, 4, NULL, "A count"},
                 "[a] b has the default \"5\", which it does not allow"},
                {{"others", "flag", HART_SETTING_FLAG, 0, "no", 0, 0, NULL, "A flag"}, "[others] flag is there twice"},
                {{"item", "flag", HART_SETTING_FLAG, 0, "no", 0, 0, NULL, "A flag"},
                 "[item] flag is in a section with a name and in one without"},
        };

        for (size_t i = 0; i < COUNT_OF(rows); i++) {
                struct sample sample = {0}, other = {0};
                const hart_settings_part parts[] = {hart_settings_part_of(&sample_schema, &sample),
                                                    {.rows = &rows[i].row, .count = 1, .into = &other}};
                hart_error err = {0};
                assert_int_equal(hart_settings_load_parts(*state, "sample", parts, 2, &err), HART_FATAL);
                assert_says(&err, rows[i].says);
                assert_null(sample.text);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                IN_FOLDER(nothing_there_means_defaults),          IN_FOLDER(drop_ins_come_in_order_of_name),
                IN_FOLDER(failure_leaves_the_struct_empty),       IN_FOLDER(what_cannot_be_read_is_an_error),
                IN_FOLDER(a_link_to_null_switches_a_drop_in_off), IN_FOLDER(no_permission_is_said),
                IN_FOLDER(example_equals_the_defaults),           cmocka_unit_test(example_as_it_looks),
                IN_FOLDER(common_table_keeps_its_promises),       IN_FOLDER(faulty_tables_are_refused),
                IN_FOLDER(named_items_come_from_all_files),       IN_FOLDER(faulty_groups_are_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
