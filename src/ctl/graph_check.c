/* graph check: the differences between PostgreSQL and Neo4j, and their repair in passes: graph sync is asked, awaited,
 * and both sides are compared again. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "graph.h"
#include "table.h"

/* What is made again may take others with it, which are made again in the pass behind it. */
enum { PASSES = 10 };

struct check {
        struct ctl *ctl;
        hart_graph *graph;
        hart_graph_check options;
        struct progress progress;
        hart_buffer json;
        hart_json_writer writer;
        struct table counts;
        hart_graph_check_result first, last;
        int64_t dead_before, dead;
        uint64_t deleted, asked;
        int passes;
};

static void check_done(struct check *check)
{
        hart_graph_close(check->graph);
        hart_buffer_done(&check->json);
        table_done(&check->counts);
}

static const table_column count_columns[] = {
        {"kind", "KIND", TABLE_TEXT},
        {"tenant", "TENANT", TABLE_INTEGER},
        {"postgresql", "POSTGRESQL", TABLE_INTEGER},
        {"graph", "GRAPH", TABLE_INTEGER},
};

static void note_counts(const char *kind, int64_t tenant, int64_t database, int64_t graph, void *data)
{
        struct check *check = data;
        table_text(&check->counts, kind);
        table_integer_or_null(&check->counts, tenant);
        table_integer(&check->counts, database);
        table_integer(&check->counts, graph);
}

static hart_code show_progress(const char *kind, uint64_t done, uint64_t total, void *data)
{
        struct check *check = data;
        return ctl_graph_progress(kind, done, total, &check->progress);
}

static void put(hart_json_writer *writer, const char *key, const char *text)
{
        hart_json_key(writer, key);
        hart_json_put_text(writer, *text ? text : NULL);
}

static void flush_json(struct check *check)
{
        fwrite(check->json.data, 1, check->json.size, stdout);
        hart_buffer_clear(&check->json);
}

static void write_difference(const hart_graph_difference *difference, void *data)
{
        struct check *check = data;
        hart_json_writer *writer = &check->writer;
        hart_json_begin_object(writer);
        put(writer, "what", difference->what);
        put(writer, "kind", difference->kind);
        hart_json_key(writer, "tenant");
        if (difference->tenant < 0)
                hart_json_put_null(writer);
        else
                hart_json_put_integer(writer, difference->tenant);
        put(writer, "key", difference->key);
        put(writer, "member", difference->member);
        put(writer, "postgresql", difference->database);
        put(writer, "graph", difference->graph);
        hart_json_end_object(writer);
        flush_json(check);
}

static void print_difference(const hart_graph_difference *difference, void *data)
{
        struct check *check = data;
        HART_CLEANUP(hart_buffer_done) hart_buffer line = {0};
        hart_buffer_format(&line, "%s %s", difference->what, difference->kind);
        if (*difference->key)
                hart_buffer_format(&line, " %s", difference->key);
        if (difference->tenant >= 0)
                hart_buffer_format(&line, " of tenant %" PRId64, difference->tenant);
        if (*difference->member)
                hart_buffer_format(&line, ": %s", difference->member);
        hart_buffer_format(&line, ": PostgreSQL %s, graph %s", *difference->database ? difference->database : "-",
                           *difference->graph ? difference->graph : "-");
        HART_CLEANUP(hart_free_p) char *harmless = one_line((const char *)line.data, line.size, 0);
        progress_clear(&check->progress);
        puts(harmless);
}

/* --- passes ------------------------------------------------------------------------------------------------------ */

static hart_code run_pass(struct check *check, hart_graph_remedy remedy, bool named, hart_error *err)
{
        hart_graph_check options = check->options;
        options.remedy = remedy;
        options.found = !named ? NULL : check->ctl->options.json ? write_difference : print_difference;
        options.counted = check->passes == 0 ? note_counts : NULL;
        const hart_code code = hart_graph_check_run(&options, &check->last, err);
        progress_clear(&check->progress);
        if (code != HART_OK)
                return code;
        if (check->passes++ == 0)
                check->first = check->last;
        check->deleted += check->last.deleted;
        check->asked += check->last.asked;
        return HART_OK;
}

/* Deleting is for what no message can name or mend. */
static bool may_delete(struct check *check)
{
        if (check->ctl->options.yes)
                return true;
        if (!isatty(STDIN_FILENO)) {
                if (check->last.unnamed)
                        ctl_say("%" PRIu64 " differences cannot be mended by asking graph sync: say --yes to have what "
                                "is wrong deleted from the graph",
                                check->last.unnamed);
                return false;
        }
        return ctl_confirm_graph(check->ctl, check->graph, "Nodes and relationships that graph sync cannot mend") ==
               CTL_OK;
}

static hart_code wait_for_sync(struct check *check, hart_error *err)
{
        const hart_code code = ctl_graph_wait(check->ctl, HART_GRAPH_REPAIR_PRIORITY, 0, &check->progress, err);
        progress_clear(&check->progress);
        return code;
}

static bool is_mended(const struct check *check)
{
        return check->last.differences == 0 && (check->last.in_flight == 0 || check->passes >= PASSES);
}

/* Asking twice is enough: what two messages did not mend is deleted, if it may be, and asked for again. */
static hart_code repair(struct check *check, hart_error *err)
{
        hart_code code = wait_for_sync(check, err);
        if (code != HART_OK)
                return code;
        code = run_pass(check, HART_GRAPH_REMEDY_ASK, false, err);
        if (code == HART_OK)
                code = wait_for_sync(check, err);
        if (code != HART_OK || is_mended(check))
                return code;
        const bool deletes = check->last.differences && may_delete(check);
        while (code == HART_OK && !is_mended(check) && check->passes < PASSES) {
                const bool remakes = check->passes % 2 == 0;
                code = run_pass(check,
                                !deletes  ? HART_GRAPH_REMEDY_ASK
                                : remakes ? HART_GRAPH_REMEDY_REMAKE
                                          : HART_GRAPH_REMEDY_DELETE,
                                false, err);
                if (code == HART_OK)
                        code = wait_for_sync(check, err);
                if (!deletes && check->last.differences)
                        break;
        }
        if (code == HART_OK && !is_mended(check))
                code = run_pass(check, HART_GRAPH_REMEDY_NONE, true, err);
        return code;
}

/* --- the answer -------------------------------------------------------------------------------------------------- */

static void put_number(hart_json_writer *writer, const char *key, uint64_t value)
{
        hart_json_key(writer, key);
        hart_json_put_integer(writer, (int64_t)value);
}

static void show_json(struct check *check)
{
        hart_json_writer *writer = &check->writer;
        hart_json_end_array(writer);
        hart_json_key(writer, "counts");
        table_write_json(&check->counts, writer);
        put_number(writer, "compared", check->first.compared);
        put_number(writer, "found", check->first.differences);
        put_number(writer, "in_flight", check->last.in_flight);
        put_number(writer, "left", check->last.differences);
        if (check->options.remedy != HART_GRAPH_REMEDY_NONE) {
                put_number(writer, "asked", check->asked);
                put_number(writer, "deleted", check->deleted);
                put_number(writer, "dead_letters", (uint64_t)(check->dead - check->dead_before));
        }
        hart_json_end_object(writer);
        hart_buffer_byte(&check->json, '\n');
        flush_json(check);
}

static void show_words(const struct check *check)
{
        const uint64_t found = check->first.differences, left = check->last.differences;
        char flight[64] = "";
        if (check->last.in_flight)
                snprintf(flight, sizeof flight, ", %" PRIu64 " in flight", check->last.in_flight);
        if (found == 0)
                printf("the graph equals PostgreSQL: %" PRIu64 " compared%s\n", check->first.compared, flight);
        else if (check->options.remedy == HART_GRAPH_REMEDY_NONE)
                printf("%" PRIu64 " difference%s, %" PRIu64 " compared%s; --repair mends\n", found,
                       found == 1 ? "" : "s", check->first.compared, flight);
        else
                printf("%" PRIu64 " difference%s found, %" PRIu64 " left%s; graph sync was asked for %" PRIu64
                       " entities, %" PRIu64 " nodes and relationships were deleted\n",
                       found, found == 1 ? "" : "s", left, flight, check->asked, check->deleted);
}

static int run(struct check *check)
{
        hart_error err = {0};
        hart_code code = ctl_graph_dead(check->ctl, &check->dead_before, &err);
        if (check->ctl->options.json) {
                hart_json_begin_object(&check->writer);
                hart_json_key(&check->writer, "differences");
                hart_json_begin_array(&check->writer);
        }
        if (code == HART_OK)
                code = run_pass(check, check->options.remedy, true, &err);
        if (code == HART_OK && check->options.remedy != HART_GRAPH_REMEDY_NONE && check->last.differences)
                code = repair(check, &err);
        if (code == HART_OK)
                code = ctl_graph_dead(check->ctl, &check->dead, &err);
        if (code == HART_POISON && check->passes == 0 && check->options.kind &&
            !hart_graph_kind_named(check->options.kind))
                return ctl_usage("%s", err.text);
        if (code != HART_OK)
                return ctl_fail(check->ctl, &err);
        if (check->ctl->options.json)
                show_json(check);
        else
                show_words(check);
        if (check->dead > check->dead_before)
                ctl_say("%" PRId64 " messages were given up meanwhile; `hartonomousctl dead-letter list` says why",
                        check->dead - check->dead_before);
        return check->last.differences ? CTL_FAILURE : CTL_OK;
}

int ctl_graph_check(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        const ctl_options *options = &ctl->options;
        HART_CLEANUP(hart_free_p) char *leave_out = NULL;
        HART_CLEANUP(check_done)
        struct check check = {.ctl = ctl, .counts = {.columns = count_columns, .column_count = 4}};
        check.writer.out = &check.json;
        if (options->quick && options->repair)
                return ctl_usage("--quick finds no single entity that --repair could mend: say one of them");
        int status = ctl_connect(ctl);
        if (status == CTL_OK)
                status = ctl_open_graph(ctl, &check.graph);
        if (status == CTL_OK)
                status = ctl_left_out(ctl, &leave_out);
        if (status != CTL_OK)
                return status;
        ctl_hold_signals();
        progress_open(&check.progress);
        check.options = (hart_graph_check){
                .pg = ctl->pg,
                .graph = check.graph,
                .tenant = options->tenant == HART_ANY_TENANT ? -1 : options->tenant,
                .kind = options->kind,
                .quick = options->quick,
                .leave_out = leave_out,
                .remedy = options->repair ? HART_GRAPH_REMEDY_ASK : HART_GRAPH_REMEDY_NONE,
                .progress = show_progress,
                .data = &check,
        };
        return run(&check);
}
