/* atoms: atoms of a batch to ids. They are looked up first, so that a duplicate costs no write at all, not even a
 * number of the sequence; what is missing is copied or, where it is little, inserted; what somebody else inserted
 * meanwhile is looked up again. */
#include <string.h>

#include "atom_rows.h"
#include "ingestion_sql.h"

/* Bounds of one statement. Slices of sorted atoms keep the order of locks. */
#define SLICE_ATOMS UINT32_C(8192)
#define SLICE_BYTES (UINT64_C(1) << 20)
#define ATTEMPTS    4
/* Fewer are inserted: a copy has three more round trips. */
#define COPY_LEAST 100
/* Atoms that another reader stored meanwhile make a copy fail as a whole; then INSERT leaves out just them. */
#define COPY_ATTEMPTS 2

struct resolver {
        struct batch *batch;
        struct atom_table *table;
        uint32_t *numbers; /* of atoms without id, sorted by key */
        uint32_t count;
};

static int compare(const void *a, const void *b, void *data)
{
        const struct atom_table *table = data;
        const struct atom *left = &table->atoms[*(const uint32_t *)a], *right = &table->atoms[*(const uint32_t *)b];
        if (left->tenant != right->tenant)
                return left->tenant < right->tenant ? -1 : 1;
        if (left->kind != right->kind)
                return left->kind < right->kind ? -1 : 1;
        return memcmp(left->hash, right->hash, sizeof left->hash);
}

/* Keeps only those whose id is still unknown. */
static void narrow(struct resolver *resolver)
{
        uint32_t kept = 0;
        for (uint32_t i = 0; i < resolver->count; i++) {
                if (resolver->table->atoms[resolver->numbers[i]].id == 0)
                        resolver->numbers[kept++] = resolver->numbers[i];
        }
        resolver->count = kept;
}

static hart_code progress(struct resolver *resolver, hart_error *err)
{
        if (hart_worker_progress(resolver->batch->context) != HART_OK)
                return hart_fail(err, HART_STOPPED, "asked to stop while atoms were stored");
        return HART_OK;
}

static hart_code find_slice(struct resolver *resolver, const uint32_t *numbers, uint32_t count, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        atom_rows_add_keys(&p, resolver->batch, resolver->table, numbers, count);
        hart_code code = hart_pg_run(resolver->batch->pg, &sql_find_atoms, &p, &rows, err);
        if (code != HART_OK)
                return code;
        for (size_t row = 0; row < hart_pg_rows(rows); row++)
                resolver->table->atoms[numbers[hart_pg_integer(rows, row, 0)]].id = hart_pg_integer(rows, row, 1);
        return HART_OK;
}

static hart_code find(struct resolver *resolver, hart_error *err)
{
        hart_code code = HART_OK;
        for (uint32_t i = 0; code == HART_OK && i < resolver->count; i += SLICE_ATOMS) {
                uint32_t left = resolver->count - i;
                code = find_slice(resolver, resolver->numbers + i, left < SLICE_ATOMS ? left : SLICE_ATOMS, err);
                if (code == HART_OK)
                        code = progress(resolver, err);
        }
        narrow(resolver);
        return code;
}

static bool is_row(const struct resolver *resolver, const struct atom *atom, const hart_pg_result *rows, size_t row)
{
        const struct atom_kind *kind = &resolver->batch->kinds[atom->kind];
        return memcmp(hart_pg_bytea(rows, row, 4, NULL), atom->hash, sizeof atom->hash) == 0 &&
               hart_pg_integer(rows, row, 1) == atom->tenant &&
               strcmp(hart_pg_text(rows, row, 2, NULL), kind->modality) == 0 &&
               strcmp(hart_pg_text(rows, row, 3, NULL), kind->subtype) == 0;
}

/* Rows come back in the order in which they were inserted, which is ours, without those that were there. */
static hart_code insert_slice(struct resolver *resolver, const uint32_t *numbers, uint32_t count, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        atom_rows_add_keys(&p, resolver->batch, resolver->table, numbers, count);
        atom_rows_add_values(&p, resolver->table, numbers, count);
        hart_code code = hart_pg_run(resolver->batch->pg, &sql_insert_atoms, &p, &rows, err);
        if (code != HART_OK)
                return code;
        uint32_t next = 0;
        for (size_t row = 0; row < hart_pg_rows(rows); row++) {
                while (next < count && !is_row(resolver, &resolver->table->atoms[numbers[next]], rows, row))
                        next++;
                if (next == count)
                        return hart_fail(err, HART_FATAL, "PostgreSQL returned inserted atoms in another order");
                struct atom *atom = &resolver->table->atoms[numbers[next++]];
                atom->id = hart_pg_integer(rows, row, 0);
                atom->is_new = true;
        }
        return HART_OK;
}

static hart_code insert(struct resolver *resolver, hart_error *err)
{
        hart_code code = HART_OK;
        for (uint32_t i = 0, count; code == HART_OK && i < resolver->count; i += count) {
                uint64_t bytes = 0;
                for (count = 0; count < SLICE_ATOMS && i + count < resolver->count && bytes < SLICE_BYTES; count++) {
                        const struct atom *atom = &resolver->table->atoms[resolver->numbers[i + count]];
                        bytes += atom->composed ? 0 : atom->size;
                }
                code = insert_slice(resolver, resolver->numbers + i, count, err);
                if (code == HART_OK)
                        code = progress(resolver, err);
        }
        narrow(resolver);
        return code;
}

static hart_code copy(struct resolver *resolver, hart_error *err)
{
        hart_code code = atoms_copy(resolver->batch, resolver->table, resolver->numbers, resolver->count, err);
        narrow(resolver);
        return code;
}

hart_code batch_resolve(struct batch *batch, struct atom_table *table, hart_error *err)
{
        HART_CLEANUP(hart_free_p) uint32_t *numbers = hart_allocate_array(table->count + 1, sizeof *numbers);
        struct resolver resolver = {batch, table, numbers, table->count};
        for (uint32_t i = 0; i < table->count; i++)
                numbers[i] = i;
        narrow(&resolver);
        qsort_r(numbers, resolver.count, sizeof *numbers, compare, table);
        for (int attempt = 0; resolver.count > 0; attempt++) {
                if (attempt == ATTEMPTS)
                        return hart_fail(err, HART_FAILED, "atoms are deleted as fast as they are stored");
                hart_code code = find(&resolver, err);
                if (code == HART_OK && resolver.count > 0)
                        code = attempt < COPY_ATTEMPTS && resolver.count >= COPY_LEAST ? copy(&resolver, err)
                                                                                       : insert(&resolver, err);
                if (code != HART_OK)
                        return code;
        }
        batch_add_usage(batch, table);
        return HART_OK;
}
