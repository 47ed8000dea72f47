/* Which column an atom's content goes to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "atom_rows.h"

enum { SIZES, VALUES, CONTENTS, TEXTS, TYPES, COLUMNS };
#define NONE (-1)

static char many[100];

static const struct {
        const char *name;
        size_t size;
        bool is_text, composed;
        int value, content, text; /* bytes there, or NONE for null */
} rows[] = {
        {"text up to 64", 64, true, false, 64, NONE, 64},     {"text over 64", 65, true, false, 64, NONE, 65},
        {"bytes up to 64", 64, false, false, 64, NONE, NONE}, {"bytes over 64", 65, false, false, 64, 65, NONE},
        {"a document", 65, false, true, 64, NONE, NONE},      {"nothing", 0, false, true, 0, NONE, NONE},
};

/* The one element of an array in PostgreSQL's format: a header of 20 bytes, its size, itself. */
static int element(const hart_pg_parameters *p, int column, const unsigned char **data)
{
        const unsigned char *bytes = p->bytes.data + p->item[column].start + 20;
        *data = bytes + 4;
        return (int32_t)((uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3]);
}

static void test_columns(void **unused)
{
        (void)unused;
        memset(many, 'A', sizeof many);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct atom atom = {.content = (const unsigned char *)many,
                                    .size = rows[i].size,
                                    .is_text = rows[i].is_text,
                                    .composed = rows[i].composed};
                struct atom_table table = {0};
                hart_pg_parameters p = {0};
                const unsigned char *data;
                const uint32_t number = 0;
                bool added;
                hart_sha256(many, rows[i].size, atom.hash);
                atom_table_put(&table, &atom, &added);
                atom_rows_add_values(&p, &table, &number, 1);
                assert_int_equal(p.count, COLUMNS);
                if (element(&p, CONTENTS, &data) != rows[i].content || element(&p, TEXTS, &data) != rows[i].text ||
                    element(&p, TYPES, &data) != NONE || element(&p, VALUES, &data) != rows[i].value)
                        fail_msg("%s", rows[i].name);
                if (rows[i].size > 64) {
                        assert_memory_equal(data, atom.hash, sizeof atom.hash);
                        assert_memory_equal(data + sizeof atom.hash, many, 32);
                } else {
                        assert_memory_equal(data, many, rows[i].size);
                }
                hart_pg_parameters_done(&p);
                atom_table_done(&table);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_columns)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
