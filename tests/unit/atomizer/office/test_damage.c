/* PDF and office documents cut off at every tenth byte, and with bits turned over: all promises hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../samples.h"
#include "office_samples.h"

#define FLIPS 60

static void damage_all(const char *atomizer)
{
        for (size_t i = 0; i < OFFICE_SAMPLES; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0};
                if (strcmp(office_samples[i].atomizer, atomizer) != 0 ||
                    strncmp(office_samples[i].file, "sample.", strlen("sample.")) != 0)
                        continue;
                read_sample("office", office_samples[i].file, &bytes);
                damage(atomizer, &bytes, FLIPS);
        }
}

static void test_pdf(void **unused)
{
        (void)unused;
        damage_all("pdf");
}

static void test_word(void **unused)
{
        (void)unused;
        damage_all("word");
}

static void test_sheet(void **unused)
{
        (void)unused;
        damage_all("sheet");
}

static void test_slides(void **unused)
{
        (void)unused;
        damage_all("slides");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_pdf),
                cmocka_unit_test(test_word),
                cmocka_unit_test(test_sheet),
                cmocka_unit_test(test_slides),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
