/* Which column an atom's content goes to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "atom_rows.h"

enum { SIZES, VALUES, CONTENTS, TEXTS, TYPES, METADATA, COLUMNS };
/* Of a row that is copied: the fields that are columns above, and their number. */
enum { COPIED_VALUE = 7, COPIED_CONTENT, COPIED_TEXT, COPIED_METADATA, COPIED_FIELDS };
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

static int field(const hart_buffer *row, int number, const unsigned char **data)
{
        const unsigned char *next = row->data + 2;
        for (int32_t size;; next += size > 0 ? size : 0) {
                size = (int32_t)((uint32_t)next[0] << 24 | (uint32_t)next[1] << 16 | (uint32_t)next[2] << 8 | next[3]);
                next += 4;
                *data = next;
                if (number-- == 0)
                        return size;
        }
}

/* A row that is copied has in its fields what an inserted one has in its arrays. */
static void check_copied(const struct atom *atom, const hart_pg_parameters *p, const char *name)
{
        static const int pairs[][2] = {
                {COPIED_VALUE, VALUES}, {COPIED_CONTENT, CONTENTS}, {COPIED_TEXT, TEXTS}, {COPIED_METADATA, METADATA}};
        const struct batch batch = {.kinds = {{"text", "sentence", true}}, .kind_count = 1};
        hart_buffer row = {0}, scratch = {0};
        atom_rows_append(&row, &scratch, &batch, atom);
        assert_int_equal(row.data[1], COPIED_FIELDS);
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
                const unsigned char *copied, *inserted;
                int size = element(p, pairs[i][1], &inserted);
                if (field(&row, pairs[i][0], &copied) != size ||
                    (size > 0 && memcmp(copied, inserted, (size_t)size) != 0))
                        fail_msg("%s: field %d", name, pairs[i][0]);
        }
        hart_buffer_done(&row);
        hart_buffer_done(&scratch);
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
                static const char overflow[] = "\1{\"overflow\":true,\"original_size\":65}";
                const unsigned char *data;
                const uint32_t number = 0;
                bool added;
                hart_sha256(many, rows[i].size, atom.hash);
                atom_table_put(&table, &atom, &added);
                atom_rows_add_values(&p, &table, &number, 1);
                assert_int_equal(p.count, COLUMNS);
                check_copied(&table.atoms[0], &p, rows[i].name);
                if (element(&p, METADATA, &data) != (rows[i].size > 64 ? (int)sizeof overflow - 1 : NONE))
                        fail_msg("%s: metadata", rows[i].name);
                if (rows[i].size > 64)
                        assert_memory_equal(data, overflow, sizeof overflow - 1);
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
