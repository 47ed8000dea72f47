/* quota: may a tenant have more, and what it has now. */
#include <string.h>

#include "batch.h"
#include "ingestion_sql.h"

/* New atoms of one tenant; a batch has few tenants. */
struct usage {
        int32_t tenant;
        int64_t atoms, bytes;
};

static struct usage *usages_of(struct batch *batch, size_t *count)
{
        *count = batch->usage.size / sizeof(struct usage);
        return (struct usage *)(void *)batch->usage.data;
}

static struct usage *usage_of(struct batch *batch, int32_t tenant)
{
        size_t count;
        struct usage *usages = usages_of(batch, &count);
        for (size_t i = 0; i < count; i++)
                if (usages[i].tenant == tenant)
                        return &usages[i];
        const struct usage fresh = {.tenant = tenant};
        hart_buffer_append(&batch->usage, &fresh, sizeof fresh);
        usages = usages_of(batch, &count);
        return &usages[count - 1];
}

void batch_add_usage(struct batch *batch, const struct atom_table *table)
{
        struct usage *usage = NULL;
        for (uint32_t i = 0; i < table->count; i++) {
                const struct atom *atom = &table->atoms[i];
                if (!atom->is_new)
                        continue;
                if (usage == NULL || usage->tenant != atom->tenant)
                        usage = usage_of(batch, atom->tenant);
                usage->atoms++;
                usage->bytes += table == &batch->roots ? 0 : (int64_t)atom->size; /* its components have them */
        }
}

hart_code batch_count_usage(struct batch *batch, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        size_t count;
        const struct usage *usages = usages_of(batch, &count);
        if (count == 0)
                return HART_OK;
        HART_CLEANUP(hart_free_p) int32_t *tenants = hart_allocate_array(count, sizeof *tenants);
        HART_CLEANUP(hart_free_p) int64_t *atoms = hart_allocate_array(count, sizeof *atoms);
        HART_CLEANUP(hart_free_p) int64_t *bytes = hart_allocate_array(count, sizeof *bytes);
        for (size_t i = 0; i < count; i++) {
                tenants[i] = usages[i].tenant;
                atoms[i] = usages[i].atoms;
                bytes[i] = usages[i].bytes;
        }
        hart_pg_add_int4_array(&parameters, tenants, count);
        hart_pg_add_int8_array(&parameters, atoms, count);
        hart_pg_add_int8_array(&parameters, bytes, count);
        return hart_pg_run(batch->pg, &sql_count_usage, &parameters, NULL, err);
}

static hart_code find_problem(struct batch *batch, const size_t *numbers, size_t count, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        HART_CLEANUP(hart_free_p) int32_t *tenants = hart_allocate_array(count, sizeof *tenants);
        HART_CLEANUP(hart_free_p) int64_t *sizes = hart_allocate_array(count, sizeof *sizes);
        for (size_t i = 0; i < count; i++) {
                tenants[i] = batch->documents[numbers[i]].tenant;
                sizes[i] = (int64_t)batch->documents[numbers[i]].size;
        }
        hart_pg_add_int4_array(&parameters, tenants, count);
        hart_pg_add_int8_array(&parameters, sizes, count);
        hart_code code = hart_pg_run(batch->pg, &sql_quota_problem, &parameters, &rows, err);
        if (code != HART_OK || hart_pg_rows(rows) == 0)
                return code;
        hart_fail(err, HART_POISON, "%s", hart_pg_text(rows, 0, 1, NULL));
        return batch_blame(batch, &batch->documents[numbers[hart_pg_integer(rows, 0, 0)]], HART_POISON);
}

hart_code batch_check_quotas(struct batch *batch, hart_error *err)
{
        HART_CLEANUP(hart_free_p) size_t *numbers = hart_allocate_array(batch->count + 1, sizeof *numbers);
        size_t count = 0;
        for (size_t i = 0; i < batch->count; i++)
                if (batch->documents[i].fate == FATE_WORK && batch->documents[i].fresh)
                        numbers[count++] = i;
        return count > 0 ? find_problem(batch, numbers, count, err) : HART_OK;
}
