/* status: queues, sources, counts, daemons and what they depend on, on one page. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <hartonomous/clock.h>
#include <hartonomous/graph.h>

#include "commands.h"
#include "ctl_sql.h"
#include "health.h"
#include "pace.h"
#include "queue.h"

static const table_column dependency_columns[] = {
        {"name", "SERVER", TABLE_TEXT},
        {"up", "ANSWERS", TABLE_FLAG},
        {"detail", "DETAIL", TABLE_TEXT},
};

struct picture {
        struct table dependencies, daemons, queues;
        double lag, graph_lag; /* seconds; of the graph: what waits for graph sync */
        struct pace before, after;
        int64_t tenants, sources, atoms, embeddings;
        bool estimated;
        int64_t staging, queued, atomizing, failed;
        bool counted; /* is what comes from the database there? */
};

static void add_dependency(struct picture *picture, const char *name, bool up, const char *detail)
{
        table_text(&picture->dependencies, name);
        table_flag(&picture->dependencies, up);
        table_text(&picture->dependencies, detail);
}

static hart_code read_counts(hart_pg *pg, struct picture *picture, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *counts = NULL;
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *unfinished = NULL;
        hart_code code = hart_pg_run(pg, &sql_counts, NULL, &counts, err);
        if (code == HART_OK)
                code = hart_pg_run(pg, &sql_unfinished, NULL, &unfinished, err);
        if (code != HART_OK)
                return code;
        picture->tenants = hart_pg_integer(counts, 0, 0);
        picture->sources = hart_pg_integer(counts, 0, 1);
        picture->atoms = hart_pg_integer(counts, 0, 2);
        picture->embeddings = hart_pg_integer(counts, 0, 3);
        picture->estimated = hart_pg_flag(counts, 0, 4);
        picture->staging = hart_pg_integer(unfinished, 0, 0);
        picture->queued = hart_pg_integer(unfinished, 0, 1);
        picture->atomizing = hart_pg_integer(unfinished, 0, 2);
        picture->failed = hart_pg_integer(unfinished, 0, 3);
        return HART_OK;
}

static void look_at_postgres(struct ctl *ctl, struct picture *picture, hart_error *err)
{
        char version[32];
        hart_code code = ctl_try_connect(ctl, err);
        if (code == HART_OK) {
                int number = hart_pg_server_version(ctl->pg);
                snprintf(version, sizeof version, "%d.%d", number / 10000, number % 10000);
        }
        add_dependency(picture, "PostgreSQL", code == HART_OK, code == HART_OK ? version : err->text);
        if (code == HART_OK)
                code = queues_read(ctl->pg, &picture->queues, &picture->lag, err);
        if (code == HART_OK)
                picture->graph_lag = queue_age(&picture->queues, "Neo4jSyncQueue");
        if (code == HART_OK)
                code = read_counts(ctl->pg, picture, err);
        picture->counted = code == HART_OK;
}

static void look_at_neo4j(const struct ctl *ctl, struct picture *picture)
{
        HART_CLEANUP(hart_graph_close_p) hart_graph *graph = NULL;
        hart_graph_server server = {0};
        hart_error err = {0};
        char detail[80];
        hart_code code = hart_graph_open_configured(&graph, ctl->options.config_dir, &err);
        if (code == HART_OK)
                code = hart_graph_hello(graph, &server, &err);
        if (code == HART_OK)
                snprintf(detail, sizeof detail, "%s %s", server.version, server.edition);
        add_dependency(picture, "Neo4j", code == HART_OK, code == HART_OK ? detail : err.text);
}

/* What graph sync wrote in the second since it was read first. Where no daemon answers there is nothing to wait for. */
static void look_at_pace(const struct ctl *ctl, struct picture *picture)
{
        if (!picture->before.known)
                return;
        const uint64_t passed = hart_now() - picture->before.at;
        if (passed < HART_SECOND) {
                const struct timespec rest = {.tv_nsec = (long)((HART_SECOND - passed) * 1000 - 1)};
                nanosleep(&rest, NULL);
        }
        pace_read(&ctl->common, &picture->after);
}

/* Counters that fell belong to a daemon that was started anew. */
static double per_second(const struct picture *picture, double before, double after)
{
        const double seconds = (double)(picture->after.at - picture->before.at) / (double)HART_SECOND;
        return seconds > 0 && after >= before ? (after - before) / seconds : 0;
}

/* --- telling --- */

static void print_pace(const struct picture *picture)
{
        const struct pace *before = &picture->before, *after = &picture->after;
        printf("Graph: %.1f s behind", picture->graph_lag);
        if (after->known)
                printf(", %.0f rows and %.1f requests a second; since it started %.0f rows, %.0f requests, %.0f "
                       "retries",
                       per_second(picture, before->rows, after->rows),
                       per_second(picture, before->requests, after->requests), after->rows, after->requests,
                       after->retries);
        putchar('\n');
}

static void print_people(const struct picture *picture)
{
        table_print(&picture->dependencies, stdout);
        if (table_rows(&picture->daemons) > 0)
                putchar('\n');
        table_print(&picture->daemons, stdout);
        if (!picture->counted)
                return;
        putchar('\n');
        table_print(&picture->queues, stdout);
        int64_t unfinished = picture->staging + picture->queued + picture->atomizing + picture->failed;
        printf("\nSources: %lld complete, %lld staging, %lld queued, %lld atomizing, %lld failed\n",
               (long long)(picture->sources - unfinished), (long long)picture->staging, (long long)picture->queued,
               (long long)picture->atomizing, (long long)picture->failed);
        printf("Atoms: %lld, vectors: %lld, tenants: %lld%s\n", (long long)picture->atoms,
               (long long)picture->embeddings, (long long)picture->tenants,
               picture->estimated ? " (large counts are estimates)" : "");
        printf("Lag: %.1f s (age of the oldest message)\n", picture->lag);
        print_pace(picture);
}

static void put_count(hart_json_writer *writer, const char *key, int64_t value)
{
        hart_json_key(writer, key);
        hart_json_put_integer(writer, value);
}

static void write_counts(const struct picture *picture, hart_json_writer *writer)
{
        int64_t unfinished = picture->staging + picture->queued + picture->atomizing + picture->failed;
        hart_json_key(writer, "sources");
        hart_json_begin_object(writer);
        put_count(writer, "staging", picture->staging);
        put_count(writer, "queued", picture->queued);
        put_count(writer, "atomizing", picture->atomizing);
        put_count(writer, "failed", picture->failed);
        put_count(writer, "complete", picture->sources - unfinished);
        hart_json_end_object(writer);
        hart_json_key(writer, "counts");
        hart_json_begin_object(writer);
        put_count(writer, "tenants", picture->tenants);
        put_count(writer, "sources", picture->sources);
        put_count(writer, "atoms", picture->atoms);
        put_count(writer, "embeddings", picture->embeddings);
        hart_json_key(writer, "estimated");
        hart_json_put_flag(writer, picture->estimated);
        hart_json_end_object(writer);
        hart_json_key(writer, "lag_seconds");
        hart_json_put_number(writer, picture->lag);
}

static void put_number(hart_json_writer *writer, const char *key, bool known, double value)
{
        hart_json_key(writer, key);
        if (known)
                hart_json_put_number(writer, value);
        else
                hart_json_put_null(writer);
}

static void write_pace(const struct picture *picture, hart_json_writer *writer)
{
        const struct pace *before = &picture->before, *after = &picture->after;
        hart_json_key(writer, "graph");
        hart_json_begin_object(writer);
        put_number(writer, "lag_seconds", picture->counted, picture->graph_lag);
        put_number(writer, "rows_per_second", after->known, per_second(picture, before->rows, after->rows));
        put_number(writer, "requests_per_second", after->known, per_second(picture, before->requests, after->requests));
        put_number(writer, "rows", after->known, after->rows);
        put_number(writer, "requests", after->known, after->requests);
        put_number(writer, "retries", after->known, after->retries);
        hart_json_end_object(writer);
}

static void write_table(const char *key, const struct table *rows, hart_json_writer *writer)
{
        hart_json_key(writer, key);
        if (rows->columns) {
                table_write_json(rows, writer);
                return;
        }
        hart_json_begin_array(writer);
        hart_json_end_array(writer);
}

static void print_json(const struct picture *picture)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        hart_json_begin_object(&writer);
        write_table("dependencies", &picture->dependencies, &writer);
        write_table("daemons", &picture->daemons, &writer);
        write_table("queues", &picture->queues, &writer);
        if (picture->counted)
                write_counts(picture, &writer);
        write_pace(picture, &writer);
        hart_json_end_object(&writer);
        json_show(&out);
}

int ctl_status(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        int status = ctl_settings(ctl);
        if (status != CTL_OK)
                return status;
        struct picture picture = {.dependencies = {.columns = dependency_columns, .column_count = 3}};
        hart_error err = {0};
        pace_read(&ctl->common, &picture.before);
        look_at_postgres(ctl, &picture, &err);
        look_at_neo4j(ctl, &picture);
        health_read(&ctl->common, &picture.daemons);
        look_at_pace(ctl, &picture);
        if (ctl->options.json)
                print_json(&picture);
        else
                print_people(&picture);
        table_done(&picture.dependencies);
        table_done(&picture.daemons);
        table_done(&picture.queues);
        return picture.counted ? CTL_OK : ctl_fail(ctl, &err);
}
