/* graph rebuild: everything is asked for again, in portions, with few of them waiting at a time. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "graph.h"

/* Messages of ours that wait while there is more to ask for. */
enum { WAITING = 8 };

struct rebuild {
        struct ctl *ctl;
        hart_graph *graph;
        hart_graph_rebuild state;
        struct progress progress;
        uint64_t deleted;
        int64_t dead_before, dead;
        bool resumed;
};

static void rebuild_done(struct rebuild *rebuild)
{
        hart_graph_close(rebuild->graph);
}

/* Where to begin: what is to be done is in the table before it is done. */
static int begin(struct rebuild *rebuild)
{
        const ctl_options *options = &rebuild->ctl->options;
        hart_pg *pg = rebuild->ctl->pg;
        hart_error err = {0};
        hart_code code = hart_graph_rebuild_lock(pg, &err);
        if (code == HART_OK)
                code = hart_graph_rebuild_read(pg, &rebuild->state, &err);
        if (code != HART_OK)
                return ctl_fail(rebuild->ctl, &err);
        rebuild->resumed = rebuild->state.begun && !options->restart && !options->empty;
        if (rebuild->resumed) {
                ctl_say("going on with the rebuild that was interrupted, behind %s %" PRId64 " of tenant %d; --restart "
                        "begins anew",
                        rebuild->state.kind, rebuild->state.after, (int)rebuild->state.tenant);
                return CTL_OK;
        }
        if (options->empty) {
                const int status = ctl_confirm_graph(rebuild->ctl, rebuild->graph, "All nodes that are ours");
                if (status != CTL_OK)
                        return status;
        }
        code = hart_graph_rebuild_begin(pg, options->empty, &err);
        if (code == HART_OK)
                code = hart_graph_rebuild_read(pg, &rebuild->state, &err);
        return code == HART_OK ? CTL_OK : ctl_fail(rebuild->ctl, &err);
}

static hart_code empty_first(struct rebuild *rebuild, hart_error *err)
{
        if (!rebuild->state.emptying)
                return HART_OK;
        const hart_code code =
                hart_graph_empty(rebuild->graph, ctl_graph_progress, &rebuild->progress, &rebuild->deleted, err);
        return code == HART_OK ? hart_graph_rebuild_emptied(rebuild->ctl->pg, err) : code;
}

static hart_code ask_for_all(struct rebuild *rebuild, hart_error *err)
{
        for (;;) {
                hart_code code =
                        ctl_graph_wait(rebuild->ctl, HART_GRAPH_REBUILD_PRIORITY, WAITING, &rebuild->progress, err);
                if (code != HART_OK)
                        return code;
                code = hart_graph_rebuild_step(rebuild->ctl->pg, &rebuild->state, err);
                if (code != HART_OK)
                        return code == HART_EMPTY ? HART_OK : code;
                progress_draw(&rebuild->progress, rebuild->state.kind, (uint64_t)rebuild->state.entities, 0, "");
        }
}

static void show(const struct rebuild *rebuild)
{
        const int64_t dead = rebuild->dead - rebuild->dead_before;
        if (rebuild->ctl->options.json) {
                HART_CLEANUP(hart_buffer_done) hart_buffer json = {0};
                hart_json_writer writer = {.out = &json};
                hart_json_begin_object(&writer);
                hart_json_key(&writer, "entities");
                hart_json_put_integer(&writer, rebuild->state.entities);
                hart_json_key(&writer, "deleted");
                hart_json_put_integer(&writer, (int64_t)rebuild->deleted);
                hart_json_key(&writer, "resumed");
                hart_json_put_flag(&writer, rebuild->resumed);
                hart_json_key(&writer, "dead_letters");
                hart_json_put_integer(&writer, dead);
                hart_json_end_object(&writer);
                printf("%s\n", (const char *)json.data);
        } else {
                printf("the graph was rebuilt: %" PRId64 " entities with what they are made of, %" PRIu64
                       " nodes deleted before\n",
                       rebuild->state.entities, rebuild->deleted);
        }
        if (dead > 0)
                ctl_say("%" PRId64 " messages were given up meanwhile; `hartonomousctl dead-letter list` says why",
                        dead);
}

static int run(struct rebuild *rebuild)
{
        hart_error err = {0};
        hart_code code = ctl_graph_dead(rebuild->ctl, &rebuild->dead_before, &err);
        if (code == HART_OK)
                code = empty_first(rebuild, &err);
        if (code == HART_OK)
                code = ask_for_all(rebuild, &err);
        if (code == HART_OK)
                code = ctl_graph_wait(rebuild->ctl, HART_GRAPH_REBUILD_PRIORITY, 0, &rebuild->progress, &err);
        if (code == HART_OK)
                code = ctl_graph_dead(rebuild->ctl, &rebuild->dead, &err);
        progress_clear(&rebuild->progress);
        if (code == HART_STOPPED)
                hart_fail(&err, code, "stopped; `hartonomousctl graph rebuild` goes on from here");
        if (code != HART_OK)
                return ctl_fail(rebuild->ctl, &err);
        show(rebuild);
        return rebuild->dead > rebuild->dead_before ? CTL_FAILURE : CTL_OK;
}

int ctl_graph_rebuild(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        HART_CLEANUP(rebuild_done) struct rebuild rebuild = {.ctl = ctl};
        hart_error err = {0};
        int status = ctl->options.empty ? ctl_check_asking(ctl) : CTL_OK;
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        if (status == CTL_OK)
                status = ctl_open_graph(ctl, &rebuild.graph);
        if (status != CTL_OK)
                return status;
        if (hart_graph_schema_require(rebuild.graph, &err) != HART_OK)
                return ctl_fail(ctl, &err);
        status = begin(&rebuild);
        if (status != CTL_OK)
                return status;
        ctl_hold_signals();
        progress_open(&rebuild.progress);
        return run(&rebuild);
}
