/* The settings keep their own table's promises, and each is used: see docs/ingestion.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ingestion.h"

static void test_defaults_are_valid(void **unused)
{
        (void)unused;
        ingestion_settings settings = {0};
        hart_error err = {0};
        char folder[] = "/tmp/hart-settings-XXXXXX";
        assert_non_null(mkdtemp(folder));
        assert_int_equal(hart_settings_load(&ingestion_settings_schema, folder, &settings, &err), HART_OK);
        assert_int_equal(rmdir(folder), 0);
        assert_true(settings.window <= HART_WINDOW_MAX && settings.window <= settings.batch_memory);
        hart_settings_done(&ingestion_settings_schema, &settings);
}

static void test_what_is_no_program(void **unused)
{
        static const struct {
                const char *path, *says;
        } rows[] = {
                {"/nowhere/atomize", "/nowhere/atomize cannot be executed: No such file or directory"},
                {"/etc/passwd", "/etc/passwd cannot be executed: Permission denied"},
                {"/usr", "/usr cannot be executed: Is a directory"},
        };
        (void)unused;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                HART_CLEANUP(hart_free_p) char *path = hart_duplicate(rows[i].path);
                char spool[] = "/";
                ingestion_settings settings = {.atomize_program = path, .spool = spool};
                hart_error err = {0};
                assert_int_equal(ingestion_check(&settings, &err), HART_CONFIG);
                assert_non_null(strstr(err.text, rows[i].says));
        }
}

static void test_what_is_no_folder(void **unused)
{
        static const char *const rows[][2] = {
                {"/nowhere", "[ingestion] spool: /nowhere: No such file or directory"},
                {"/etc/passwd", "[ingestion] spool: /etc/passwd is no folder"},
        };
        (void)unused;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                HART_CLEANUP(hart_free_p) char *spool = hart_duplicate(rows[i][0]);
                ingestion_settings settings = {.spool = spool};
                hart_error err = {0};
                assert_int_equal(ingestion_check(&settings, &err), HART_CONFIG);
                assert_string_equal(err.text, rows[i][1]);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_defaults_are_valid),
                cmocka_unit_test(test_what_is_no_program),
                cmocka_unit_test(test_what_is_no_folder),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
