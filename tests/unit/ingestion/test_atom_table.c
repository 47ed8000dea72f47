/* Atoms of a batch: one row for each, whatever how often it comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "atom_table.h"

static struct atom atom_of(const void *content, size_t size, int32_t tenant, uint16_t kind)
{
        struct atom atom = {.content = content, .size = size, .tenant = tenant, .kind = kind};
        hart_sha256(content, size, atom.hash);
        return atom;
}

static void test_distinct_by_tenant_kind_and_bytes(void **unused)
{
        (void)unused;
        struct atom_table table = {0};
        static const unsigned char black[4];
        const struct atom atoms[] = {atom_of(black, 4, 1, 0), atom_of(black, 4, 1, 1), atom_of(black, 4, 2, 0),
                                     atom_of("Hi", 2, 1, 0)};
        bool added;
        for (uint32_t round = 0; round < 2; round++) {
                for (uint32_t i = 0; i < 4; i++) {
                        assert_int_equal(atom_table_put(&table, &atoms[i], &added), i);
                        assert_true(added == (round == 0));
                }
        }
        assert_int_equal(table.count, 4);
        atom_table_clear(&table);
        assert_int_equal(atom_table_put(&table, &atoms[3], &added), 0);
        assert_true(added);
        atom_table_done(&table);
}

static void test_growth_keeps_all(void **unused)
{
        (void)unused;
        enum { COUNT = 20000 };
        struct atom_table table = {0};
        bool added;
        for (uint32_t i = 0; i < COUNT; i++) {
                struct atom atom = atom_of(&i, sizeof i, 1, 0);
                assert_int_equal(atom_table_put(&table, &atom, &added), i);
        }
        for (uint32_t i = 0; i < COUNT; i++) {
                struct atom atom = atom_of(&i, sizeof i, 1, 0);
                assert_int_equal(atom_table_put(&table, &atom, &added), i);
                assert_false(added);
        }
        atom_table_done(&table);
}

/* Every document and component of every atomizer has a kind, equal pairs the same. */
static void test_kinds(void **unused)
{
        (void)unused;
        struct atom_kind kinds[KINDS_MAX];
        size_t count = atom_kinds(kinds);
        assert_true(count > 0 && count < KINDS_MAX);
        for (size_t i = 0; i < hart_atomizer_count; i++) {
                const hart_atomizer *row = hart_atomizers[i];
                assert_true(row->subtype_count <= HART_SUBTYPES_MAX);
                assert_true(atom_kind_of(kinds, count, row->modality, row->document_subtype) < count);
                for (unsigned k = 0; k < row->subtype_count; k++) {
                        const hart_subtype *subtype = &row->subtypes[k];
                        const char *modality = subtype->modality != NULL ? subtype->modality : row->modality;
                        uint16_t kind = atom_kind_of(kinds, count, modality, subtype->name);
                        assert_true(kind < count && kinds[kind].embeddable == subtype->embeddable);
                }
        }
        for (size_t i = 0; i < count; i++)
                assert_int_equal(atom_kind_of(kinds, count, kinds[i].modality, kinds[i].subtype), i);
        assert_int_equal(atom_kind_of(kinds, count, "smell", "rose"), count);
}

/* The vectors of the specification. */
static void test_hashes(void **unused)
{
        (void)unused;
        static const unsigned char zeros[4], red[4] = {0xFF, 0, 0, 0xFF};
        char many[65];
        memset(many, 'A', sizeof many);
        const struct {
                const void *content;
                size_t size;
                const char *hex;
        } rows[] = {
                {"Hello", 5, "185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969"},
                {many, 64, "d53eda7a637c99cc7fb566d96e9fa109bf15c478410a3f5eb4d4c4e26cd081f6"},
                {many, 65, "836203944f4c0280461ad73d31457c22ba19d1d99e232dc231000085899e00a2"},
                {red, 4, "34aaa746c25a0f105c4316bbb1f009aa359f49582656ee97d73c58132d563423"},
                {zeros, 4, "df3f619804a92fdb4057192dc43dd748ea778adc52bc498ce80524c014b81119"},
                {"", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        };
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct atom atom = atom_of(rows[i].content, rows[i].size, 1, 0);
                char hex[HART_SHA256_HEX_SIZE];
                hart_hex(atom.hash, sizeof atom.hash, hex);
                assert_string_equal(hex, rows[i].hex);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_distinct_by_tenant_kind_and_bytes),
                cmocka_unit_test(test_growth_keeps_all),
                cmocka_unit_test(test_kinds),
                cmocka_unit_test(test_hashes),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
