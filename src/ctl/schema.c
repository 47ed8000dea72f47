/* schema apply, status, verify. */
#include <stdio.h>
#include <string.h>

#include <hartonomous/schema.h>

#include "commands.h"
#include "table.h"

static const char *const states[] = {
        [HART_MIGRATION_PENDING] = "pending",
        [HART_MIGRATION_APPLIED] = "applied",
        [HART_MIGRATION_CHANGED] = "changed",
        [HART_MIGRATION_UNKNOWN] = "unknown",
};

static const table_column migration_columns[] = {
        {"number", "NUMBER", TABLE_INTEGER},
        {"name", "NAME", TABLE_TEXT},
        {"state", "STATE", TABLE_TEXT},
        {"applied_at", "APPLIED", TABLE_TEXT},
};

struct listing {
        struct table table;
        size_t in_order, other;
};

static void list_migration(const hart_migration_status *status, void *data)
{
        struct listing *listing = data;
        table_integer(&listing->table, status->number);
        table_text(&listing->table, status->name);
        table_text(&listing->table, states[status->state]);
        table_text(&listing->table, status->applied_at);
        if (status->state == HART_MIGRATION_APPLIED)
                listing->in_order++;
        else
                listing->other++;
}

static struct listing new_listing(void)
{
        return (struct listing){.table = {.columns = migration_columns, .column_count = 4}};
}

int ctl_schema_apply(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        int status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        ctl_hold_signals();
        hart_pg_on_waiting(ctl->pg, ctl_interrupted, NULL);
        struct listing listing = new_listing();
        hart_error err = {0};
        hart_code code = hart_schema_apply(ctl->pg, ctl->options.dry_run, list_migration, &listing, &err);
        if (ctl->options.json || table_rows(&listing.table) > 0)
                table_show(&listing.table, ctl->options.json);
        else if (code == HART_OK)
                puts("nothing to do: all migrations are applied");
        table_done(&listing.table);
        return code == HART_OK ? CTL_OK : ctl_fail(ctl, &err);
}

int ctl_schema_status(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        int status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        struct listing listing = new_listing();
        hart_error err = {0};
        hart_code code = hart_schema_status(ctl->pg, list_migration, &listing, &err);
        if (code == HART_OK)
                table_show(&listing.table, ctl->options.json);
        table_done(&listing.table);
        if (code != HART_OK)
                return ctl_fail(ctl, &err);
        return listing.other == 0 ? CTL_OK : CTL_FAILURE;
}

static const table_column difference_columns[] = {
        {"difference", "DIFFERENCE", TABLE_TEXT},
        {"object", "OBJECT", TABLE_TEXT},
        {"expected", "EXPECTED", TABLE_TEXT},
        {"found", "FOUND", TABLE_TEXT},
};

struct comparison {
        struct table table;
        bool json;
};

static void list_difference(const char *kind, const char *object, const char *expected, const char *found, void *data)
{
        struct comparison *comparison = data;
        if (!comparison->json) {
                HART_CLEANUP(hart_free_p) char *safe = one_line(object, strlen(object), 0);
                printf("%s: %s\n", kind, safe);
                for (int side = 0; side < 2; side++) {
                        const char *text = side == 0 ? expected : found;
                        HART_CLEANUP(hart_free_p) char *line = one_line(text, strlen(text), 400);
                        if (*line)
                                printf("  %s: %s\n", side == 0 ? "expected" : "found", line);
                }
                return;
        }
        table_text(&comparison->table, kind);
        table_text(&comparison->table, object);
        table_text(&comparison->table, expected);
        table_text(&comparison->table, found);
}

int ctl_schema_verify(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        int status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        ctl_hold_signals();
        hart_pg_on_waiting(ctl->pg, ctl_interrupted, NULL);
        struct comparison comparison = {.table = {.columns = difference_columns, .column_count = 4},
                                        .json = ctl->options.json};
        hart_pg_options options = ctl_pg_options(ctl);
        size_t differences = 0;
        hart_error err = {0};
        hart_code code = hart_schema_verify(ctl->pg, &options, list_difference, &comparison, &differences, &err);
        if (code == HART_OK && ctl->options.json)
                table_show(&comparison.table, true);
        else if (code == HART_OK && differences == 0)
                puts("the database is what the migrations make");
        table_done(&comparison.table);
        if (code != HART_OK)
                return ctl_fail(ctl, &err);
        return differences == 0 ? CTL_OK : CTL_FAILURE;
}
