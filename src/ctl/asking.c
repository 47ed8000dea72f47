/* Neo4j is made for these questions; PostgreSQL is the truth, and answers when Neo4j does not. */
#include "asking.h"

#include <stdio.h>
#include <string.h>

#include "options.h"

struct choice {
        const char *name;
        int value;
};

typedef enum side { SIDE_AUTO, SIDE_GRAPH, SIDE_DATABASE } side;

static int choose(const char *option, const char *word, const struct choice *choices, size_t count, int *ret)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer list = {0};
        for (size_t i = 0; i < count; i++) {
                if (strcmp(choices[i].name, word) == 0) {
                        *ret = choices[i].value;
                        return CTL_OK;
                }
                hart_buffer_format(&list, "%s%s", i ? ", " : "", choices[i].name);
        }
        const char *meant = ctl_suggest(word, &choices[0].name, count, sizeof choices[0]);
        if (meant)
                return ctl_usage("--%s=%s: there is none; did you mean %s?", option, word, meant);
        return ctl_usage("--%s=%s: one of %s", option, word, (const char *)list.data);
}

int answer_read_format(const ctl_options *options, answer_format *ret)
{
        static const struct choice formats[] = {{"table", FORMAT_TABLE},
                                                {"json", FORMAT_JSON},
                                                {"csv", FORMAT_CSV},
                                                {"dot", FORMAT_DOT},
                                                {"mermaid", FORMAT_MERMAID}};
        int format = options->json ? FORMAT_JSON : FORMAT_TABLE;
        if (options->format &&
            choose("format", options->format, formats, sizeof formats / sizeof formats[0], &format) != CTL_OK)
                return CTL_USAGE;
        if (options->json && format != FORMAT_JSON)
                return ctl_usage("--json and --format=%s: say one of them", options->format);
        *ret = (answer_format)format;
        return CTL_OK;
}

static int read_side(const ctl_options *options, side *ret)
{
        static const struct choice sides[] = {{"auto", SIDE_AUTO}, {"graph", SIDE_GRAPH}, {"database", SIDE_DATABASE}};
        int chosen = SIDE_AUTO;
        if (options->from && choose("from", options->from, sides, sizeof sides / sizeof sides[0], &chosen) != CTL_OK)
                return CTL_USAGE;
        *ret = (side)chosen;
        return CTL_OK;
}

void answer_done(struct answer *answer)
{
        table_done(&answer->rows);
        picture_done(&answer->picture);
}

static hart_code ask_graph(const struct ctl *ctl, const struct question *question, struct answer *answer,
                           hart_error *err)
{
        HART_CLEANUP(hart_graph_close_p) hart_graph *graph = NULL;
        hart_code code = hart_graph_open_configured(&graph, ctl->options.config_dir, err);
        if (code == HART_OK)
                code = hart_graph_schema_require(graph, err);
        if (code != HART_OK)
                return code;
        answer->origin = "neo4j";
        return question->ask_graph(graph, question, answer, err);
}

static hart_code ask_database(struct ctl *ctl, const struct question *question, struct answer *answer, hart_error *err)
{
        const hart_code code = ctl_try_connect(ctl, err);
        if (code != HART_OK)
                return code;
        answer->origin = "postgresql";
        return question->ask_database(ctl->pg, question, answer, err);
}

static int judge(const struct ctl *ctl, const struct question *question, const struct answer *answer, hart_code code,
                 const hart_error *err)
{
        if (code == HART_EMPTY)
                return ctl_not_found("%s: there is none", question->about);
        if (code != HART_OK && answer->unclear)
                return ctl_usage("%s", ctl_reason(err));
        return code == HART_OK ? CTL_OK : ctl_fail(ctl, err);
}

static int refuse_database(const struct question *question)
{
        return ctl_usage("%s: only the graph can tell: %s", question->name, question->only_graph);
}

/* The graph did not answer, for the reason in graph_err. */
static int turn_to_database(struct ctl *ctl, const struct question *question, struct answer *answer,
                            hart_code graph_code, const hart_error *graph_err)
{
        hart_error err = {0};
        answer_done(answer);
        answer->more = false;
        const hart_code code = ask_database(ctl, question, answer, &err);
        const char *what_then = code == HART_OK ? "; this is PostgreSQL's answer" : "";
        if (code != HART_EMPTY && graph_code == HART_EMPTY)
                ctl_say("the graph does not have %s yet%s", question->about, what_then);
        else if (code != HART_EMPTY)
                ctl_say("%s%s", ctl_reason(graph_err), what_then);
        return judge(ctl, question, answer, code, &err);
}

static int ask_both(struct ctl *ctl, const struct question *question, struct answer *answer)
{
        hart_error err = {0};
        const hart_code code = ask_graph(ctl, question, answer, &err);
        const bool is_away = (code == HART_RETRY || code == HART_CONFIG) && !answer->unclear;
        if (is_away && question->only_graph)
                refuse_database(question);
        if ((is_away || code == HART_EMPTY) && !question->only_graph)
                return turn_to_database(ctl, question, answer, code, &err);
        return judge(ctl, question, answer, code, &err);
}

int ask(struct ctl *ctl, const struct question *question, struct answer *answer)
{
        hart_error err = {0};
        side from = SIDE_AUTO;
        int status = read_side(&ctl->options, &from);
        if (status == CTL_OK && from == SIDE_DATABASE && question->only_graph)
                status = refuse_database(question);
        if (status == CTL_OK)
                status = ctl_settings(ctl);
        if (status != CTL_OK)
                return status;
        if (from == SIDE_AUTO)
                return ask_both(ctl, question, answer);
        const hart_code code =
                from == SIDE_GRAPH ? ask_graph(ctl, question, answer, &err) : ask_database(ctl, question, answer, &err);
        return judge(ctl, question, answer, code, &err);
}

void answer_print(const struct answer *answer)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        if (answer->format == FORMAT_CSV)
                table_write_csv(&answer->rows, &out);
        else if (answer->format == FORMAT_DOT)
                picture_write_dot(&answer->picture, &out);
        else if (answer->format == FORMAT_MERMAID)
                picture_write_mermaid(&answer->picture, &out);
        fwrite(out.data, 1, out.size, stdout);
}
