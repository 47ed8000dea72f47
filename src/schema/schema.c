#include <stdio.h>
#include <string.h>

#include <hartonomous/digest.h>

#include "migrations_sql.h"
#include "schema_internal.h"
#include "schema_sql.h"

const migration migrations[] = {
#include "migrations.rows"
};
const size_t migration_count = sizeof migrations / sizeof migrations[0];

typedef void (*status_function)(const hart_migration_status *status, void *data);

static void digest_of(const migration *one, unsigned char digest[HART_SHA256_SIZE])
{
        hart_sha256(one->script->text, strlen(one->script->text), digest);
}

/* *ret stays NULL where the database has had no migration yet. */
static hart_code read_applied(hart_pg *pg, hart_pg_result **ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *table = NULL;
        hart_code code = hart_pg_run(pg, &sql_migration_table, NULL, &table, err);
        if (code != HART_OK || !hart_pg_flag(table, 0, 0))
                return code;
        return hart_pg_run(pg, &sql_applied, NULL, ret, err);
}

static hart_migration_state state_of(const migration *one, const hart_pg_result *applied, size_t row)
{
        unsigned char digest[HART_SHA256_SIZE];
        size_t size;
        digest_of(one, digest);
        const unsigned char *recorded = hart_pg_bytea(applied, row, 2, &size);
        return size == sizeof digest && memcmp(recorded, digest, size) == 0 ? HART_MIGRATION_APPLIED
                                                                            : HART_MIGRATION_CHANGED;
}

/* Both lists are in order of number: a merge. `applied` may be NULL. */
static void visit_states(const hart_pg_result *applied, status_function visit, void *data)
{
        size_t rows = applied ? hart_pg_rows(applied) : 0, row = 0, i = 0;
        while (i < migration_count || row < rows) {
                int64_t recorded = row < rows ? hart_pg_integer(applied, row, 0) : INT64_MAX;
                int64_t ours = i < migration_count ? migrations[i].number : INT64_MAX;
                hart_migration_status status = {.state = HART_MIGRATION_PENDING};
                status.number = (int)(ours <= recorded ? ours : recorded);
                status.name = ours <= recorded ? migrations[i].name : hart_pg_text(applied, row, 1, NULL);
                if (ours > recorded)
                        status.state = HART_MIGRATION_UNKNOWN;
                else if (ours == recorded)
                        status.state = state_of(&migrations[i], applied, row);
                if (recorded <= ours)
                        snprintf(status.applied_at, sizeof status.applied_at, "%s",
                                 hart_pg_text(applied, row, 3, NULL));
                visit(&status, data);
                i += ours <= recorded;
                row += recorded <= ours;
        }
}

hart_code hart_schema_status(hart_pg *pg, status_function visit, void *data, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *applied = NULL;
        hart_code code = read_applied(pg, &applied, err);
        if (code == HART_OK)
                visit_states(applied, visit, data);
        return code;
}

/* The first migration in each state that somebody may have to hear of; 0 where there is none. */
struct survey {
        int pending, changed, unknown;
        const char *changed_name;
};

static void survey_visit(const hart_migration_status *status, void *data)
{
        struct survey *survey = data;
        int *first = status->state == HART_MIGRATION_PENDING   ? &survey->pending
                     : status->state == HART_MIGRATION_CHANGED ? &survey->changed
                     : status->state == HART_MIGRATION_UNKNOWN ? &survey->unknown
                                                               : NULL;
        if (!first || *first != 0)
                return;
        *first = status->number;
        if (status->state == HART_MIGRATION_CHANGED)
                survey->changed_name = status->name;
}

static hart_code refuse_foreign(const struct survey *survey, hart_error *err)
{
        if (survey->changed)
                return hart_fail(err, HART_CONFIG,
                                 "migration %04d_%s was applied to this database with another text: restore the file "
                                 "and put the change into a new migration",
                                 survey->changed, survey->changed_name);
        if (survey->unknown)
                return hart_fail(err, HART_CONFIG,
                                 "the database has had migration %04d, which this program does not know: it is older "
                                 "than the database, install the newer one",
                                 survey->unknown);
        return HART_OK;
}

hart_code migration_apply(hart_pg *pg, const migration *one, hart_migration_status *status, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *recorded = NULL;
        unsigned char digest[HART_SHA256_SIZE];
        digest_of(one, digest);
        hart_code code = hart_pg_script(pg, "BEGIN", err);
        if (code == HART_OK)
                code = hart_pg_script(pg, one->script->text, err);
        if (code == HART_OK) {
                hart_pg_parameters parameters = {0};
                hart_pg_add_int4(&parameters, one->number);
                hart_pg_add_text(&parameters, one->name);
                hart_pg_add_bytes(&parameters, digest, sizeof digest);
                code = hart_pg_run(pg, &sql_record, &parameters, &recorded, err);
                hart_pg_parameters_done(&parameters);
        }
        if (code == HART_OK)
                code = hart_pg_script(pg, "COMMIT", err);
        if (code == HART_OK) {
                status->state = HART_MIGRATION_APPLIED;
                snprintf(status->applied_at, sizeof status->applied_at, "%s", hart_pg_text(recorded, 0, 0, NULL));
                return HART_OK;
        }
        hart_pg_script(pg, "ROLLBACK", NULL);
        return hart_error_context(err, "migration %04d_%s", one->number, one->name);
}

struct application {
        bool pending[1000]; /* by number; the file names have four digits, the first of which has not been needed */
};

static void note_pending(const hart_migration_status *status, void *data)
{
        struct application *application = data;
        if (status->state == HART_MIGRATION_PENDING && status->number < 1000)
                application->pending[status->number] = true;
}

static hart_code apply_pending(hart_pg *pg, const hart_pg_result *applied, bool dry_run, status_function visit,
                               void *data, hart_error *err)
{
        struct application application = {0};
        visit_states(applied, note_pending, &application);
        if (!dry_run && !applied) {
                hart_code code = hart_pg_script(pg, sql_bootstrap.text, err);
                if (code != HART_OK) {
                        hart_pg_script(pg, "ROLLBACK", NULL);
                        return hart_error_context(err, "table of migrations");
                }
        }
        for (size_t i = 0; i < migration_count; i++) {
                const migration *one = &migrations[i];
                if (!application.pending[one->number])
                        continue;
                hart_migration_status status = {.number = one->number, .name = one->name};
                if (!dry_run) {
                        hart_code code = migration_apply(pg, one, &status, err);
                        if (code != HART_OK)
                                return code;
                }
                visit(&status, data);
        }
        return HART_OK;
}

static hart_code apply_locked(hart_pg *pg, bool dry_run, status_function visit, void *data, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *applied = NULL;
        struct survey survey = {0};
        hart_code code = read_applied(pg, &applied, err);
        if (code != HART_OK)
                return code;
        visit_states(applied, survey_visit, &survey);
        code = refuse_foreign(&survey, err);
        return code == HART_OK ? apply_pending(pg, applied, dry_run, visit, data, err) : code;
}

hart_code hart_schema_apply(hart_pg *pg, bool dry_run, status_function visit, void *data, hart_error *err)
{
        hart_code code = hart_pg_run(pg, &sql_lock, NULL, NULL, err);
        if (code != HART_OK)
                return code;
        code = apply_locked(pg, dry_run, visit, data, err);
        hart_pg_run(pg, &sql_unlock, NULL, NULL, NULL);
        return code;
}

hart_code hart_schema_require(hart_pg *pg, hart_error *err)
{
        struct survey survey = {0};
        hart_code code = hart_schema_status(pg, survey_visit, &survey, err);
        if (code != HART_OK)
                return code;
        if (survey.pending)
                return hart_fail(err, HART_CONFIG,
                                 "the database lacks migration %04d of the schema: run `hartonomousctl schema apply`",
                                 survey.pending);
        return refuse_foreign(&survey, err);
}
