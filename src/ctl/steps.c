/* What lineage and impact have in common: a walk from an atom, its steps as rows or as arrows. */
#include "steps.h"

#include <string.h>

#define DEPTH_DEFAULT 10

static const table_column columns[] = {
        {"depth", "DEPTH", TABLE_INTEGER},  {"from", "ATOM", TABLE_INTEGER},
        {"type", "RELATION", TABLE_TEXT},   {"node", "NODE", TABLE_TEXT},
        {"id", "ID", TABLE_INTEGER},        {"count", NULL, TABLE_INTEGER},
        {"what", "KIND", TABLE_TEXT},       {"derivation", "DERIVATION", TABLE_TEXT},
        {"confidence", NULL, TABLE_NUMBER}, {"text", NULL, TABLE_TEXT},
        {"uri", NULL, TABLE_TEXT},          {NULL, "WHAT", TABLE_TEXT},
};

#define PREVIEW_WIDTH 60

static void add_row(const hart_provenance_step *step, struct table *into)
{
        table_integer(into, step->depth);
        table_integer(into, step->atom);
        table_text(into, step->type);
        table_text(into, step->node);
        table_integer(into, step->id);
        table_integer(into, step->count);
        table_text(into, step->kind);
        table_text(into, step->derivation);
        if (step->has_confidence)
                table_number(into, step->confidence);
        else
                table_null(into);
        table_text(into, step->text);
        table_text(into, step->uri);
        if (step->uri || !step->text) {
                table_text(into, step->uri);
                return;
        }
        HART_CLEANUP(hart_free_p) char *preview = one_line(step->text, strlen(step->text), PREVIEW_WIDTH);
        table_text(into, preview);
}

/* As the graph draws it: a relationship leads from the one that was made, or contains, or uses. */
static bool leads_here(const hart_provenance_step *step, hart_provenance_direction direction)
{
        if (strcmp(step->type, "DERIVED_FROM") == 0)
                return direction == HART_PROVENANCE_IMPACT;
        if (strcmp(step->type, "SUPERSEDED_BY") == 0)
                return direction == HART_PROVENANCE_LINEAGE;
        return strcmp(step->type, "INGESTED_FROM") != 0;
}

static void add_arrow(const hart_provenance_step *step, hart_provenance_direction direction, struct picture *into)
{
        static const struct {
                const char *node, *word;
        } words[] = {{"Source", "source"}, {"Inference", "inference"}, {"GenerationStream", "stream"}};
        const char *word = "atom";
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
                word = strcmp(step->node, words[i].node) == 0 ? words[i].word : word;
        HART_CLEANUP(hart_free_p) char *here = hart_format("atom %lld", (long long)step->atom);
        HART_CLEANUP(hart_free_p) char *there = hart_format("%s %lld", word, (long long)step->id);
        const size_t from = picture_node(into, here), to = picture_node(into, there);
        const bool turned = leads_here(step, direction);
        picture_describe(into, to, step->kind, step->text);
        picture_arrow(into, turned ? to : from, turned ? from : to, step->derivation ? step->derivation : step->type);
}

struct target {
        struct answer *answer;
        hart_provenance_direction direction;
};

static void take_step(const hart_provenance_step *step, void *data)
{
        const struct target *target = data;
        add_row(step, &target->answer->rows);
        add_arrow(step, target->direction, &target->answer->picture);
}

/* A picture of an atom that nothing else is known of has this one node. */
static void begin(struct answer *answer, const hart_provenance_walk *walk)
{
        HART_CLEANUP(hart_free_p) char *start = hart_format("atom %lld", (long long)walk->atom);
        picture_node(&answer->picture, start);
        answer->tenant = walk->tenant;
}

static hart_code ask_graph(hart_graph *graph, const struct question *question, struct answer *answer, hart_error *err)
{
        hart_provenance_walk walk = *(const hart_provenance_walk *)question->data;
        struct target target = {answer, walk.direction};
        hart_code code = HART_OK;
        if (walk.tenant == HART_ANY_TENANT)
                code = hart_provenance_atom_from_graph(graph, walk.atom, &walk.tenant, err);
        if (code != HART_OK)
                return code;
        begin(answer, &walk);
        return hart_provenance_walk_graph(graph, &walk, take_step, &target, &answer->more, err);
}

static hart_code ask_database(hart_pg *pg, const struct question *question, struct answer *answer, hart_error *err)
{
        hart_provenance_walk walk = *(const hart_provenance_walk *)question->data;
        struct target target = {answer, walk.direction};
        hart_code code = HART_OK;
        if (walk.tenant == HART_ANY_TENANT)
                code = hart_provenance_atom_from_database(pg, walk.atom, &walk.tenant, err);
        if (code != HART_OK)
                return code;
        begin(answer, &walk);
        return hart_provenance_walk_database(pg, &walk, take_step, &target, &answer->more, err);
}

static int read_walk(const ctl_options *options, const char *word, hart_provenance_walk *walk)
{
        if (ctl_number("atom", word, &walk->atom) != CTL_OK)
                return CTL_USAGE;
        if (options->depth > HART_PROVENANCE_DEPTH_MAX)
                return ctl_usage("--depth=%lld: not a number from 1 to %d", (long long)options->depth,
                                 HART_PROVENANCE_DEPTH_MAX);
        if (options->limit < 1 || options->limit > HART_PROVENANCE_ROWS_MAX)
                return ctl_usage("--limit=%lld: not a number from 1 to %d", (long long)options->limit,
                                 HART_PROVENANCE_ROWS_MAX);
        walk->tenant = (int32_t)options->tenant;
        walk->depth = options->depth ? (int)options->depth : DEPTH_DEFAULT;
        walk->rows = (size_t)options->limit;
        return CTL_OK;
}

int walk_ask(struct ctl *ctl, hart_provenance_direction direction, const char *word, int64_t *atom,
             struct answer *answer)
{
        hart_provenance_walk walk = {.direction = direction};
        *answer = (struct answer){.rows = {.columns = columns, .column_count = sizeof columns / sizeof columns[0]},
                                  .tenant = HART_ANY_TENANT};
        int status = read_walk(&ctl->options, word, &walk);
        if (status == CTL_OK)
                status = answer_read_format(&ctl->options, &answer->format);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(hart_free_p) char *about = hart_format("atom %lld", (long long)walk.atom);
        const struct question question = {.name = ctl->command->name,
                                          .about = about,
                                          .ask_graph = ask_graph,
                                          .ask_database = ask_database,
                                          .data = &walk};
        *atom = walk.atom;
        return ask(ctl, &question, answer);
}

void walk_write_head(const struct answer *answer, int64_t atom, hart_json_writer *writer)
{
        hart_json_key(writer, "atom");
        hart_json_put_integer(writer, atom);
        hart_json_key(writer, "tenant");
        hart_json_put_integer(writer, answer->tenant);
        hart_json_key(writer, "origin");
        hart_json_put_text(writer, answer->origin);
        hart_json_key(writer, "more");
        hart_json_put_flag(writer, answer->more);
}

void walk_say_more(const struct ctl *ctl, const struct answer *answer)
{
        const bool full = table_rows(&answer->rows) >= (size_t)ctl->options.limit;
        if (full)
                ctl_say("there is more than %lld rows: say --limit=N, up to %d", (long long)ctl->options.limit,
                        HART_PROVENANCE_ROWS_MAX);
        else
                ctl_say("there is more than %lld steps away: say --depth=N, up to %d",
                        (long long)(ctl->options.depth ? ctl->options.depth : DEPTH_DEFAULT),
                        HART_PROVENANCE_DEPTH_MAX);
}
