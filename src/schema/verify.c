#include <string.h>

#include "schema_internal.h"
#include "schema_sql.h"

char *conninfo_with_database(const char *conninfo, const char *database)
{
        if (!conninfo)
                conninfo = "";
        /* In both forms libpq lets the last value of a keyword win. */
        if (strncmp(conninfo, "postgresql://", 13) != 0 && strncmp(conninfo, "postgres://", 11) != 0)
                return hart_format("%s dbname=%s", conninfo, database);
        return hart_format("%s%cdbname=%s", conninfo, strchr(conninfo, '?') ? '&' : '?', database);
}

static hart_code build_scratch(hart_pg *scratch, hart_error *err)
{
        hart_code code = hart_pg_script(scratch, sql_bootstrap.text, err);
        hart_migration_status status;
        for (size_t i = 0; i < migration_count && code == HART_OK; i++)
                code = migration_apply(scratch, &migrations[i], &status, err);
        return code;
}

struct verification {
        hart_pg *pg;
        const hart_pg_options *options;
        difference_function difference;
        void *data;
        size_t *differences;
};

static hart_code compare_with_scratch(const struct verification *verification, hart_pg *scratch, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *holder = NULL;
        HART_CLEANUP(hart_free_p) hart_pg_bytes *schemas = NULL;
        HART_CLEANUP(description_done) struct description expected = {0};
        HART_CLEANUP(description_done) struct description found = {0};
        size_t count = 0;
        hart_code code = build_scratch(scratch, err);
        if (code == HART_OK)
                code = description_schemas(scratch, &holder, &schemas, &count, err);
        if (code == HART_OK)
                code = description_read(scratch, schemas, count, &expected, err);
        if (code == HART_OK)
                code = description_read(verification->pg, schemas, count, &found, err);
        if (code == HART_OK)
                *verification->differences =
                        description_compare(&expected, &found, verification->difference, verification->data);
        return code;
}

static hart_code verify_with_scratch(const struct verification *verification, hart_error *err)
{
        HART_CLEANUP(hart_free_p)
        char *conninfo = conninfo_with_database(verification->options->conninfo, "hartonomous_verify");
        hart_pg_options options = *verification->options;
        options.conninfo = conninfo;
        HART_CLEANUP(hart_pg_close_p) hart_pg *scratch = NULL;
        hart_code code = hart_pg_open(&scratch, &options, err);
        return code == HART_OK ? compare_with_scratch(verification, scratch, err) : code;
}

static hart_code drop_scratch(hart_pg *pg, hart_error *err)
{
        hart_code code = hart_pg_script(pg, sql_drop_scratch.text, err);
        return code == HART_OK ? code : hart_error_context(err, "scratch database hartonomous_verify");
}

static hart_code verify_locked(const struct verification *verification, hart_error *err)
{
        hart_code code = drop_scratch(verification->pg, err);
        if (code == HART_OK)
                code = hart_pg_script(verification->pg, sql_create_scratch.text, err);
        if (code != HART_OK)
                return hart_error_context(err, "cannot make the scratch database that `verify` compares with");
        code = verify_with_scratch(verification, err);
        /* The waiting hook may be what ended the comparison; it must not end this as well. */
        hart_pg_on_waiting(verification->pg, NULL, NULL);
        hart_code dropped = drop_scratch(verification->pg, code == HART_OK ? err : NULL);
        return code == HART_OK ? dropped : code;
}

hart_code hart_schema_verify(hart_pg *pg, const hart_pg_options *options, difference_function difference, void *data,
                             size_t *differences, hart_error *err)
{
        struct verification verification = {
                .pg = pg, .options = options, .difference = difference, .data = data, .differences = differences};
        hart_code code = hart_pg_run(pg, &sql_lock, NULL, NULL, err);
        if (code != HART_OK)
                return code;
        code = verify_locked(&verification, err);
        hart_pg_run(pg, &sql_unlock, NULL, NULL, NULL);
        return code;
}
