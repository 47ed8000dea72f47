/* lineage: from the graph; from PostgreSQL where the graph is away or does not know the atom yet. */
#include <stdio.h>
#include <string.h>

#include <hartonomous/graph.h>

#include "commands.h"
#include "table.h"

#define DEPTH_MAX 10

#define ROWS_MAX      HART_GRAPH_LINEAGE_ROWS
#define PREVIEW_WIDTH 60

static const table_column columns[] = {
        {"depth", "DEPTH", TABLE_INTEGER},  {"from", "ATOM", TABLE_INTEGER}, {"type", "RELATION", TABLE_TEXT},
        {"id", "TO", TABLE_INTEGER},        {"what", "KIND", TABLE_TEXT},    {"derivation", "DERIVATION", TABLE_TEXT},
        {"confidence", NULL, TABLE_NUMBER}, {"text", NULL, TABLE_TEXT},      {"uri", NULL, TABLE_TEXT},
        {NULL, "WHAT", TABLE_TEXT},
};

struct answer {
        struct table rows;
        const char *from; /* "neo4j" or "postgresql" */
        bool more;
};

static void add_row(const hart_lineage_row *row, void *data)
{
        struct answer *answer = data;
        struct table *into = &answer->rows;
        table_integer(into, row->depth);
        table_integer(into, row->from);
        table_text(into, row->type);
        table_integer(into, row->id);
        table_text(into, row->what);
        table_text(into, row->derivation);
        table_number(into, row->confidence);
        table_text(into, row->text);
        table_text(into, row->uri);
        HART_CLEANUP(hart_free_p) char *preview = one_line(row->text, strlen(row->text), PREVIEW_WIDTH);
        table_text(into, *row->uri ? row->uri : preview);
}

static void add_graph_row(const hart_graph_lineage_row *row, void *data)
{
        hart_lineage_row same = {
                .depth = row->depth,
                .from = row->from,
                .type = row->type,
                .id = row->id,
                .what = row->what,
                .text = row->text,
                .uri = row->uri,
                .derivation = row->derivation,
                .confidence = row->confidence,
        };
        add_row(&same, data);
}

static int depth_of(const struct ctl *ctl)
{
        return ctl->options.depth ? (int)ctl->options.depth : DEPTH_MAX;
}

static hart_code ask_graph(struct ctl *ctl, int32_t tenant, int64_t atom, struct answer *answer, hart_error *err)
{
        HART_CLEANUP(hart_graph_close_p) hart_graph *graph = NULL;
        hart_code code = hart_graph_open_configured(&graph, ctl->options.config_dir, err);
        if (code != HART_OK)
                return code;
        answer->from = "neo4j";
        return hart_graph_lineage(graph, tenant, atom, depth_of(ctl), ROWS_MAX, add_graph_row, answer, &answer->more,
                                  err);
}

static hart_code ask_database(struct ctl *ctl, int32_t tenant, int64_t atom, struct answer *answer, hart_error *err)
{
        answer->from = "postgresql";
        return hart_catalog_lineage(ctl->pg, tenant, atom, depth_of(ctl), ROWS_MAX, add_row, answer, &answer->more,
                                    err);
}

static void show(struct ctl *ctl, int32_t tenant, int64_t atom, const struct answer *answer)
{
        if (!ctl->options.json) {
                table_print(&answer->rows, stdout);
                if (table_rows(&answer->rows) == 0)
                        printf("atom %lld came from nothing else\n", (long long)atom);
                if (answer->more)
                        printf("there is more than %d rows\n", ROWS_MAX);
                return;
        }
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "atom");
        hart_json_put_integer(&writer, atom);
        hart_json_key(&writer, "tenant");
        hart_json_put_integer(&writer, tenant);
        hart_json_key(&writer, "origin");
        hart_json_put_text(&writer, answer->from);
        hart_json_key(&writer, "more");
        hart_json_put_flag(&writer, answer->more);
        hart_json_key(&writer, "lineage");
        table_write_json(&answer->rows, &writer);
        hart_json_end_object(&writer);
        json_show(&out);
}

static void note_tenant(const hart_atom *atom, void *data)
{
        int32_t *tenant = data;
        *tenant = atom->tenant;
}

/* The graph, then the database. `there`: the database has the atom. */
static int answer_question(struct ctl *ctl, int32_t tenant, int64_t atom, bool there, struct answer *answer)
{
        hart_error err = {0};
        hart_code code = ask_graph(ctl, tenant, atom, answer, &err);
        if (code == HART_EMPTY && !there)
                return ctl_not_found("atom %lld: there is none", (long long)atom);
        if (code != HART_OK && !ctl->pg)
                return ctl_fail(ctl, &err);
        if (code == HART_OK)
                return CTL_OK;
        if (code == HART_EMPTY)
                ctl_say("the graph does not have atom %lld yet; this is PostgreSQL's answer", (long long)atom);
        else
                ctl_say("%s; this is PostgreSQL's answer", ctl_reason(&err));
        table_done(&answer->rows);
        err = (hart_error){0};
        code = ask_database(ctl, tenant, atom, answer, &err);
        if (code == HART_EMPTY)
                return ctl_not_found("atom %lld: there is none", (long long)atom);
        return code == HART_OK ? CTL_OK : ctl_fail(ctl, &err);
}

int ctl_lineage(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        int64_t atom = 0;
        int32_t tenant = (int32_t)ctl->options.tenant;
        hart_error err = {0};
        int status = ctl_number("atom", arguments[0], &atom);
        if (status == CTL_OK && depth_of(ctl) > DEPTH_MAX)
                status = ctl_usage("--depth=%lld: not a number from 1 to %d", (long long)ctl->options.depth, DEPTH_MAX);
        if (status == CTL_OK)
                status = ctl_settings(ctl);
        if (status != CTL_OK)
                return status;
        /* The graph can answer alone where the tenant is known. */
        hart_code code = ctl_try_connect(ctl, &err);
        if (code == HART_OK)
                code = hart_catalog_atom(ctl->pg, tenant, atom, note_tenant, &tenant, &err);
        if (code < 0 && tenant == HART_ANY_TENANT)
                return ctl_fail(ctl, &err);
        if (tenant == HART_ANY_TENANT)
                return ctl_not_found("atom %s: there is none", arguments[0]);
        struct answer answer = {.rows = {.columns = columns, .column_count = sizeof columns / sizeof columns[0]}};
        status = answer_question(ctl, tenant, atom, code == HART_OK, &answer);
        if (status == CTL_OK)
                show(ctl, tenant, atom, &answer);
        table_done(&answer.rows);
        return status;
}
