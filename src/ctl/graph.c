/* What the graph's sub-commands share. */
#include "graph.h"

#include <string.h>
#include <time.h>

#include <hartonomous/clock.h>

#include "ctl_sql.h"

#define SHORTEST_PAUSE (20 * HART_MILLISECOND)
#define LONGEST_PAUSE  (500 * HART_MILLISECOND)
#define PATIENCE       (15 * HART_SECOND)

#define LONGEST_STATEMENT (3600 * HART_SECOND)

/* Statements that go through the whole graph take longer than the daemon's few rows may; Ctrl-C ends them. */
static hart_code open_patiently(hart_graph **ret, const char *directory, hart_graph_settings *settings, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *password = NULL;
        const hart_code code = hart_credential_read(directory, "neo4j-password", &password, err);
        settings->timeout = settings->timeout > LONGEST_STATEMENT ? settings->timeout : LONGEST_STATEMENT;
        return code < HART_OK ? code : hart_graph_open(ret, settings, password, err);
}

int ctl_open_graph(struct ctl *ctl, hart_graph **ret)
{
        const char *directory = ctl->options.config_dir;
        hart_graph_settings settings = {0};
        hart_error err = {0};
        hart_code code = hart_settings_load_beside(&hart_graph_settings_schema, directory, "worker", &settings, &err);
        if (code != HART_OK)
                return ctl_fail(ctl, &err);
        code = open_patiently(ret, directory, &settings, &err);
        hart_settings_done(&hart_graph_settings_schema, &settings);
        if (code != HART_OK)
                return ctl_fail(ctl, &err);
        hart_graph_on_waiting(*ret, ctl_interrupted, NULL);
        return CTL_OK;
}

int ctl_left_out(struct ctl *ctl, char **ret)
{
        hart_graph_settings settings = {0};
        hart_error err = {0};
        if (hart_settings_load_beside(&hart_graph_settings_schema, ctl->options.config_dir, "worker", &settings,
                                      &err) != HART_OK)
                return ctl_fail(ctl, &err);
        *ret = hart_duplicate(settings.levels == 0 ? "*" : settings.leave_out);
        hart_settings_done(&hart_graph_settings_schema, &settings);
        return CTL_OK;
}

hart_code ctl_graph_progress(const char *what, uint64_t done, uint64_t total, void *data)
{
        progress_draw(data, what, done, total, "");
        return ctl_interrupted(NULL);
}

hart_code ctl_graph_wait(struct ctl *ctl, int priority, int64_t most, struct progress *progress, hart_error *err)
{
        uint64_t pause = SHORTEST_PAUSE, moved_at = hart_now();
        int64_t before = -1, waiting = 0;
        bool warned = false;
        for (;;) {
                const hart_code code = hart_graph_waiting(ctl->pg, priority, &waiting, err);
                if (code != HART_OK || waiting <= most)
                        return code;
                if (ctl_interrupted(NULL) != HART_OK)
                        return hart_fail(err, HART_STOPPED, "asked to stop");
                if (waiting != before)
                        moved_at = hart_now();
                before = waiting;
                progress_draw(progress, "messages left", (uint64_t)waiting, 0, "");
                if (!warned && hart_now() - moved_at > PATIENCE) {
                        warned = true;
                        progress_clear(progress);
                        ctl_say("nothing has moved for %d s; does hartonomous-graph-sync run?",
                                (int)(PATIENCE / HART_SECOND));
                }
                nanosleep(&(struct timespec){.tv_nsec = (long)(pause * 1000)}, NULL);
                pause = pause * 3 / 2 < LONGEST_PAUSE ? pause * 3 / 2 : LONGEST_PAUSE;
        }
}

hart_code ctl_graph_dead(struct ctl *ctl, int64_t *ret, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        const hart_code code = hart_pg_run(ctl->pg, &sql_graph_dead, NULL, &rows, err);
        if (code == HART_OK)
                *ret = hart_pg_integer(rows, 0, 0);
        return code;
}

int ctl_confirm_graph(struct ctl *ctl, const hart_graph *graph, const char *what)
{
        return ctl_confirm(ctl, hart_graph_database(graph), "%s of the graph database %s will be gone.", what,
                           hart_graph_database(graph));
}
