/* The PostgreSQL schema: numbered migrations, embedded in the program, applied once each and in order. */
#ifndef HARTONOMOUS_SCHEMA_H
#define HARTONOMOUS_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include <hartonomous/error.h>
#include <hartonomous/postgres.h>

typedef enum hart_migration_state {
        HART_MIGRATION_PENDING,
        HART_MIGRATION_APPLIED,
        HART_MIGRATION_CHANGED,
        HART_MIGRATION_UNKNOWN
} hart_migration_state;
typedef struct hart_migration_status {
        int number;
        const char *name;
        hart_migration_state
                state;       /* CHANGED: applied, but its text differs now. UNKNOWN: applied by a newer program */
        char applied_at[40]; /* "" when pending */
} hart_migration_status;

/* Calls visit for each migration, in order. Works on an empty database. */
hart_code hart_schema_status(hart_pg *pg, void (*visit)(const hart_migration_status *status, void *data), void *data,
                             hart_error *err);
/* Applies what is pending, each in a transaction of its own, under one lock; HART_CONFIG when an applied one has
 * changed or is unknown. dry_run only visits. */
hart_code hart_schema_apply(hart_pg *pg, bool dry_run, void (*visit)(const hart_migration_status *status, void *data),
                            void *data, hart_error *err);
/* Compares the database with what the migrations make in a scratch database (needs CREATEDB), and calls difference
 * for each: "missing", "unexpected" or "differs", with the object's identity and both definitions. */
hart_code hart_schema_verify(hart_pg *pg, const hart_pg_options *options,
                             void (*difference)(const char *kind, const char *object, const char *expected,
                                                const char *found, void *data),
                             void *data, size_t *differences, hart_error *err);
/* Is the database at the version this program was built with? HART_CONFIG naming `hartonomousctl schema apply` if not.
 */
hart_code hart_schema_require(hart_pg *pg, hart_error *err);

#endif
