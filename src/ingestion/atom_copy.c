/* atom_copy: many new atoms by COPY, which costs PostgreSQL half as much as INSERT with ON CONFLICT. It knows no
 * conflict, so it stands behind a savepoint. */
#include <string.h>

#include "atom_rows.h"
#include "ingestion_sql.h"

/* Rows that are handed over together. */
#define PART_BYTES ((size_t)64 << 10)

#define UNIQUE_VIOLATION "23505"

struct feed {
        struct batch *batch;
        struct atom_table *table;
        const uint32_t *numbers;
        uint32_t count, next;
        hart_buffer scratch;
};

static hart_code feed_rows(void *data, hart_buffer *rows, hart_error *err)
{
        struct feed *feed = data;
        while (feed->next < feed->count && rows->size < PART_BYTES)
                atom_rows_append(rows, &feed->scratch, feed->batch, &feed->table->atoms[feed->numbers[feed->next++]]);
        if (hart_worker_progress(feed->batch->context) != HART_OK)
                return hart_fail(err, HART_STOPPED, "asked to stop while atoms were stored");
        return feed->next < feed->count ? HART_OK : HART_EMPTY;
}

/* Behind a savepoint, each atom gets an id that nobody else has. */
static hart_code prepare(struct batch *batch, struct atom_table *table, const uint32_t *numbers, uint32_t count,
                         hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        HART_CLEANUP(hart_free_p) int64_t *ids = NULL;
        hart_pg_add_int4(&p, (int32_t)count);
        const hart_pg_call calls[] = {{.statement = &sql_before_atoms},
                                      {.statement = &sql_allot_atoms, .parameters = &p, .ret = &rows}};
        hart_code code = hart_pg_run_many(batch->pg, calls, sizeof calls / sizeof *calls, err);
        if (code != HART_OK)
                return code;
        if (hart_pg_int8_array(rows, 0, 0, &ids) != count)
                return hart_fail(err, HART_FATAL, "PostgreSQL did not give as many atom ids as it was asked for");
        for (uint32_t i = 0; i < count; i++)
                table->atoms[numbers[i]].id = ids[i];
        return HART_OK;
}

static hart_code take_back(struct batch *batch, struct atom_table *table, const uint32_t *numbers, uint32_t count,
                           hart_error *err)
{
        for (uint32_t i = 0; i < count; i++)
                table->atoms[numbers[i]].id = 0;
        return hart_pg_run(batch->pg, &sql_without_atoms, NULL, NULL, err);
}

hart_code atoms_copy(struct batch *batch, struct atom_table *table, const uint32_t *numbers, uint32_t count,
                     hart_error *err)
{
        struct feed feed = {.batch = batch, .table = table, .numbers = numbers, .count = count};
        hart_error failure = {0};
        hart_code code = prepare(batch, table, numbers, count, err);
        if (code != HART_OK)
                return code;
        code = hart_pg_copy(batch->pg, &sql_copy_atoms, feed_rows, &feed, &failure);
        hart_buffer_done(&feed.scratch);
        if (code != HART_OK && strcmp(failure.foreign, UNIQUE_VIOLATION) == 0)
                return take_back(batch, table, numbers, count, err);
        if (code != HART_OK) {
                *err = failure;
                return code;
        }
        for (uint32_t i = 0; i < count; i++)
                table->atoms[numbers[i]].is_new = true;
        return hart_pg_run(batch->pg, &sql_with_atoms, NULL, NULL, err);
}
