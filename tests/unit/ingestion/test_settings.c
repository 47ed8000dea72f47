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

static void test_a_program_that_is_not_there(void **unused)
{
        (void)unused;
        char path[] = "/nowhere/atomize";
        ingestion_settings settings = {.atomize_program = path};
        hart_error err = {0};
        assert_int_equal(ingestion_check(&settings, &err), HART_CONFIG);
        assert_non_null(strstr(err.text, "/nowhere/atomize cannot be executed"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_defaults_are_valid),
                cmocka_unit_test(test_a_program_that_is_not_there),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
