/* source delete: sources go, with what only they used, a tenant's all in one transaction. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "ctl_sql.h"
#include "table.h"

static const table_column columns[] = {
        {"sources", NULL, TABLE_INTEGER},      {"atoms", NULL, TABLE_INTEGER},        {"bytes", NULL, TABLE_INTEGER},
        {"embeddings", NULL, TABLE_INTEGER},   {"staged_bytes", NULL, TABLE_INTEGER}, {"messages", NULL, TABLE_INTEGER},
        {"dead_letters", NULL, TABLE_INTEGER},
};
enum { FREED_SOURCES, FREED_ATOMS, FREED_BYTES, FREED_EMBEDDINGS, FREED_STAGED, FREED_MESSAGES, FREED_LETTERS, FREED };
_Static_assert(sizeof columns / sizeof columns[0] == FREED, "a name for each number");

struct removal {
        struct ctl *ctl;
        int64_t *named; /* NULL: chosen by what they have in common */
        size_t named_count;
        hart_pg_result *chosen; /* tenant, sources */
        int64_t freed[FREED];
};

static void removal_done(struct removal *removal)
{
        free(removal->named);
        hart_pg_result_close(removal->chosen);
}

static int choose(struct removal *removal)
{
        const ctl_options *options = &removal->ctl->options;
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
        hart_error err = {0};
        if (options->tenant == HART_ANY_TENANT)
                hart_pg_add_null(&parameters);
        else
                hart_pg_add_int4(&parameters, (int32_t)options->tenant);
        if (removal->named)
                hart_pg_add_int8_array(&parameters, removal->named, removal->named_count);
        else
                hart_pg_add_null(&parameters);
        hart_pg_add_text(&parameters, options->uri);
        hart_pg_add_text(&parameters, options->older_than);
        return hart_pg_run(removal->ctl->pg, &sql_choose_sources, &parameters, &removal->chosen, &err) == HART_OK
                       ? CTL_OK
                       : ctl_fail(removal->ctl, &err);
}

static bool has(const struct removal *removal, int64_t source)
{
        bool found = false;
        for (size_t row = 0; row < hart_pg_rows(removal->chosen) && !found; row++) {
                HART_CLEANUP(hart_free_p) int64_t *sources = NULL;
                const size_t count = hart_pg_int8_array(removal->chosen, row, 1, &sources);
                for (size_t i = 0; i < count && !found; i++)
                        found = sources[i] == source;
        }
        return found;
}

/* One that is not there may be a slip of the finger: then nothing is removed. */
static int check_named(const struct removal *removal)
{
        for (size_t i = 0; i < removal->named_count; i++)
                if (!has(removal, removal->named[i]))
                        return ctl_not_found("source %" PRId64 ": there is none; nothing was removed",
                                             removal->named[i]);
        return CTL_OK;
}

static int run_all(struct removal *removal, bool only_count, int64_t freed[FREED])
{
        for (size_t row = 0; row < hart_pg_rows(removal->chosen); row++) {
                HART_CLEANUP(hart_free_p) int64_t *sources = NULL;
                HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
                HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters parameters = {0};
                hart_error err = {0};
                const size_t count = hart_pg_int8_array(removal->chosen, row, 1, &sources);
                hart_pg_add_int4(&parameters, (int32_t)hart_pg_integer(removal->chosen, row, 0));
                hart_pg_add_int8_array(&parameters, sources, count);
                hart_pg_add_flag(&parameters, only_count);
                if (hart_pg_run(removal->ctl->pg, &sql_delete_sources, &parameters, &rows, &err) != HART_OK)
                        return ctl_fail(removal->ctl, &err);
                for (int i = 0; i < FREED; i++)
                        freed[i] += hart_pg_integer(rows, 0, i);
        }
        return CTL_OK;
}

/* Free; "3 sources, 120 atoms, 4.5 kB, …" */
static char *in_words(const int64_t freed[FREED])
{
        char bytes[32], staged[32];
        return hart_format(
                "%" PRId64 " source%s, %" PRId64 " atom%s of %s, %" PRId64 " embedding%s, %s staged, %" PRId64
                " waiting message%s, %" PRId64 " dead letter%s",
                freed[FREED_SOURCES], freed[FREED_SOURCES] == 1 ? "" : "s", freed[FREED_ATOMS],
                freed[FREED_ATOMS] == 1 ? "" : "s", human_size(freed[FREED_BYTES], bytes), freed[FREED_EMBEDDINGS],
                freed[FREED_EMBEDDINGS] == 1 ? "" : "s", human_size(freed[FREED_STAGED], staged), freed[FREED_MESSAGES],
                freed[FREED_MESSAGES] == 1 ? "" : "s", freed[FREED_LETTERS], freed[FREED_LETTERS] == 1 ? "" : "s");
}

static void tell(const struct removal *removal)
{
        if (removal->ctl->options.json) {
                HART_CLEANUP(table_done) struct table row = {.columns = columns, .column_count = FREED};
                for (size_t i = 0; i < FREED; i++)
                        table_integer(&row, removal->freed[i]);
                table_show_record(&row, true);
                return;
        }
        HART_CLEANUP(hart_free_p) char *words = in_words(removal->freed);
        printf("%s%s\n", words, removal->ctl->options.dry_run ? " would be removed" : " removed");
}

static int confirm(struct removal *removal)
{
        int64_t freed[FREED] = {0};
        if (removal->named || removal->ctl->options.yes)
                return CTL_OK;
        const int status = run_all(removal, true, freed);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(hart_free_p) char *words = in_words(freed);
        return ctl_confirm(removal->ctl, "delete", "%s will be removed for good.", words);
}

static int run(struct removal *removal)
{
        const bool only_count = removal->ctl->options.dry_run;
        int status = removal->named || only_count ? CTL_OK : ctl_check_asking(removal->ctl);
        if (status == CTL_OK)
                status = ctl_connect(removal->ctl);
        if (status == CTL_OK)
                status = choose(removal);
        if (status == CTL_OK)
                status = check_named(removal);
        if (status == CTL_OK && !only_count)
                status = confirm(removal);
        if (status != CTL_OK)
                return status;
        ctl_hold_signals(); /* a stop cancels it, rather than leaving it to go on unseen */
        status = run_all(removal, only_count, removal->freed);
        if (status == CTL_OK || removal->freed[FREED_SOURCES] > 0)
                tell(removal);
        return status;
}

int ctl_source_delete(struct ctl *ctl, int count, char *arguments[])
{
        const bool chosen = ctl->options.uri || ctl->options.older_than;
        if (chosen == (count > 0))
                return ctl_usage(chosen ? "name sources or say --uri or --older-than, not both"
                                        : "name sources by number, or say --uri or --older-than");
        HART_CLEANUP(removal_done) struct removal removal = {.ctl = ctl, .named_count = (size_t)count};
        int status = CTL_OK;
        if (count > 0)
                removal.named = hart_allocate_array((size_t)count, sizeof *removal.named);
        for (int i = 0; i < count && status == CTL_OK; i++)
                status = ctl_number("source", arguments[i], &removal.named[i]);
        return status == CTL_OK ? run(&removal) : status;
}
