/* dead-letter replay, discard: those named by number one by one, those chosen by queue, reason or type at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "ctl_sql.h"

static const struct action {
        const hart_pg_statement *one, *many;
        const char *done;
        bool asks;
} replaying = {&sql_replay, &sql_replay_many, "replayed", false},
  discarding = {&sql_discard, &sql_discard_many, "discarded", true};

/* --- by number --- */

static hart_code run_one(struct ctl *ctl, const hart_pg_statement *statement, int64_t id, hart_error *err)
{
        hart_pg_parameters parameters = {0};
        hart_pg_add_int8(&parameters, id);
        hart_code code = hart_pg_run(ctl->pg, statement, &parameters, NULL, err);
        hart_pg_parameters_done(&parameters);
        return code;
}

/* What does not exist: the dead letter, or the queue it came from? */
static bool is_there(struct ctl *ctl, int64_t id)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        hart_pg_add_int8(&parameters, id);
        hart_code code = hart_pg_run(ctl->pg, &sql_dead_letter_exists, &parameters, &rows, NULL);
        hart_pg_parameters_done(&parameters);
        return code == HART_OK && hart_pg_flag(rows, 0, 0);
}

static int run_each(struct ctl *ctl, const struct action *action, const int64_t *ids, size_t count, int64_t *done)
{
        int status = CTL_OK;
        for (size_t i = 0; i < count; i++) {
                hart_error err = {0};
                hart_code code = run_one(ctl, action->one, ids[i], &err);
                *done += code == HART_OK;
                if (code == HART_OK)
                        continue;
                if (strcmp(err.foreign, "42704") != 0 || is_there(ctl, ids[i]))
                        return ctl_fail(ctl, &err);
                status = ctl_not_found("dead letter %lld: there is none; it may have been replayed or discarded, see "
                                       "`hartonomousctl queue audit`",
                                       (long long)ids[i]);
        }
        return *done > 0 && status != CTL_OK ? CTL_FAILURE : status;
}

static int act_on_named(struct ctl *ctl, const struct action *action, int count, char *arguments[], int64_t *done)
{
        HART_CLEANUP(hart_free_p) int64_t *ids = hart_allocate_array((size_t)count, sizeof *ids);
        int status = CTL_OK;
        for (int i = 0; i < count && status == CTL_OK; i++)
                status = ctl_number("dead letter", arguments[i], &ids[i]);
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        return status == CTL_OK ? run_each(ctl, action, ids, (size_t)count, done) : status;
}

/* --- by what they have in common --- */

static hart_code run_chosen(struct ctl *ctl, const hart_pg_statement *statement, int64_t *ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_parameters parameters = {0};
        hart_pg_add_text(&parameters, ctl->options.queue);
        hart_pg_add_text(&parameters, ctl->options.reason);
        hart_pg_add_text(&parameters, ctl->options.type);
        hart_code code = hart_pg_run(ctl->pg, statement, &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        if (code == HART_OK)
                *ret = hart_pg_integer(rows, 0, 0);
        return code;
}

static int confirm(struct ctl *ctl)
{
        const char *queue = ctl->options.queue;
        int64_t chosen = 0;
        hart_error err = {0};
        if (ctl->options.yes)
                return CTL_OK;
        if (run_chosen(ctl, &sql_dead_letter_count, &chosen, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        return ctl_confirm(ctl, queue ? queue : "all", "%lld dead letters%s%s will be removed for good.",
                           (long long)chosen, queue ? " of " : "", queue ? queue : "");
}

static int act_on_chosen(struct ctl *ctl, const struct action *action, int64_t *done)
{
        hart_error err = {0};
        int status = action->asks ? ctl_check_asking(ctl) : CTL_OK;
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        if (status == CTL_OK)
                status = ctl_check_queue(ctl, ctl->options.queue);
        if (status == CTL_OK)
                status = ctl_check_type(ctl, ctl->options.type);
        if (status == CTL_OK && action->asks)
                status = confirm(ctl);
        if (status != CTL_OK)
                return status;
        ctl_hold_signals(); /* a stop cancels it, rather than leaving it to go on unseen */
        return run_chosen(ctl, action->many, done, &err) == HART_OK ? CTL_OK : ctl_fail(ctl, &err);
}

static int act(struct ctl *ctl, const struct action *action, int count, char *arguments[])
{
        const ctl_options *options = &ctl->options;
        const bool chosen = options->all || options->queue || options->reason || options->type;
        int64_t done = 0;
        if (chosen == (count > 0))
                return ctl_usage(chosen ? "name dead letters or say --all, --queue, --reason or --type, not both"
                                        : "name dead letters by number, or say --all or --queue, --reason, --type");
        int status = chosen ? act_on_chosen(ctl, action, &done) : act_on_named(ctl, action, count, arguments, &done);
        if (status != CTL_OK && done == 0)
                return status;
        if (ctl->options.json)
                printf("{\"%s\":%lld}\n", action->done, (long long)done);
        else
                printf("%lld %s\n", (long long)done, action->done);
        return status;
}

int ctl_dead_letter_replay(struct ctl *ctl, int count, char *arguments[])
{
        return act(ctl, &replaying, count, arguments);
}

int ctl_dead_letter_discard(struct ctl *ctl, int count, char *arguments[])
{
        return act(ctl, &discarding, count, arguments);
}
