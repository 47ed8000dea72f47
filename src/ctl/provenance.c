/* provenance: one of the questions, asked with the values of the command line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "commands.h"
#include "options.h"
#include "questions.h"

struct asked {
        const hart_provenance_query *query;
        hart_provenance_values *values;
};

/* --- asking --- */

static bool has_tenant(const hart_provenance_query *query)
{
        return strcmp(query->parameters[0].name, "tenant") == 0;
}

static bool lacks_tenant(const struct asked *asked)
{
        return has_tenant(asked->query) && !asked->values->value[0].given;
}

/* The tenant that one of the sides told. */
static hart_code settle_tenant(const hart_provenance_query *query, int32_t tenant, hart_provenance_values *values,
                               struct answer *answer, hart_error *err)
{
        answer->unclear = tenant == HART_PROVENANCE_SEVERAL;
        if (answer->unclear)
                return hart_fail(err, HART_CONFIG, "%s: there are several tenants; say which: --tenant=N", query->name);
        values->value[0] = (hart_provenance_value){.given = true, .integer = tenant};
        return HART_OK;
}

static hart_code ask_graph(hart_graph *graph, const struct question *question, struct answer *answer, hart_error *err)
{
        const struct asked *asked = question->data;
        struct question_rows rows = {answer, asked->query};
        hart_provenance_values values = *asked->values; /* borrows its texts */
        int32_t tenant = 0;
        hart_code code = HART_OK;
        if (lacks_tenant(asked)) {
                code = hart_provenance_tenant_from_graph(graph, asked->query, &values, &tenant, err);
                if (code == HART_OK)
                        code = settle_tenant(asked->query, tenant, &values, answer, err);
        }
        if (code != HART_OK)
                return code;
        answer->tenant = has_tenant(asked->query) ? (int32_t)values.value[0].integer : HART_ANY_TENANT;
        return hart_provenance_ask_graph(graph, asked->query, &values, question_take_row, &rows, err);
}

static hart_code ask_database(hart_pg *pg, const struct question *question, struct answer *answer, hart_error *err)
{
        const struct asked *asked = question->data;
        struct question_rows rows = {answer, asked->query};
        hart_provenance_values values = *asked->values; /* borrows its texts */
        int32_t tenant = 0;
        hart_code code = HART_OK;
        if (lacks_tenant(asked)) {
                code = hart_provenance_tenant_from_database(pg, asked->query, &values, &tenant, err);
                if (code == HART_OK)
                        code = settle_tenant(asked->query, tenant, &values, answer, err);
        }
        if (code != HART_OK)
                return code;
        answer->tenant = has_tenant(asked->query) ? (int32_t)values.value[0].integer : HART_ANY_TENANT;
        return hart_provenance_ask_database(pg, asked->query, &values, question_take_row, &rows, err);
}

/* --- the command line --- */

static int refuse(const hart_provenance_query *query, const char *name, const hart_error *err)
{
        size_t count = 0;
        while (query->parameters[count].name)
                count++;
        const char *meant = ctl_suggest(name, &query->parameters[0].name, count, sizeof query->parameters[0]);
        if (meant && strcmp(meant, name) != 0)
                return ctl_usage("%s; did you mean %s?", err->text, meant);
        return ctl_usage("%s", err->text);
}

static int read_value(const hart_provenance_query *query, const char *word, hart_provenance_values *values)
{
        hart_error err = {0};
        const char *equals = strchr(word, '=');
        if (!equals || equals == word)
                return ctl_usage("%s: not KEY=VALUE; `hartonomousctl provenance help %s` names the keys", word,
                                 query->name);
        HART_CLEANUP(hart_free_p) char *name = hart_duplicate_n(word, (size_t)(equals - word));
        if (hart_provenance_set(query, values, name, equals + 1, &err) != HART_OK)
                return refuse(query, name, &err);
        return CTL_OK;
}

/* All but the tenant, which may be looked up. */
static int read_values(const ctl_options *options, const hart_provenance_query *query, char *words[],
                       hart_provenance_values *values)
{
        hart_error err = {0};
        for (; *words; words++)
                if (read_value(query, *words, values) != CTL_OK)
                        return CTL_USAGE;
        if (options->tenant != HART_ANY_TENANT) {
                HART_CLEANUP(hart_free_p) char *text = hart_format("%" PRId64, options->tenant);
                if (hart_provenance_set(query, values, "tenant", text, &err) != HART_OK)
                        return ctl_usage("%s", err.text);
        }
        const bool looked_up = has_tenant(query) && !values->value[0].given;
        values->value[0].given |= looked_up;
        if (hart_provenance_complete(query, values, &err) != HART_OK)
                return ctl_usage("%s", err.text);
        values->value[0].given &= !looked_up;
        return CTL_OK;
}

static void show_json(const struct answer *answer, const hart_provenance_query *query)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "number");
        hart_json_put_text(&writer, query->number);
        hart_json_key(&writer, "name");
        hart_json_put_text(&writer, query->name);
        hart_json_key(&writer, "tenant");
        if (answer->tenant == HART_ANY_TENANT)
                hart_json_put_null(&writer);
        else
                hart_json_put_integer(&writer, answer->tenant);
        hart_json_key(&writer, "origin");
        hart_json_put_text(&writer, answer->origin);
        hart_json_key(&writer, "more");
        hart_json_put_flag(&writer, answer->more);
        hart_json_key(&writer, "rows");
        table_write_json(&answer->rows, &writer);
        hart_json_end_object(&writer);
        json_show(&out);
}

static int64_t limit_of(const hart_provenance_query *query, const hart_provenance_values *values)
{
        size_t last = 0;
        while (query->parameters[last + 1].name)
                last++;
        return values->value[last].integer;
}

static void show(struct answer *answer, const hart_provenance_query *query, int64_t limit)
{
        answer->more = (int64_t)table_rows(&answer->rows) >= limit;
        if (answer->format == FORMAT_JSON)
                show_json(answer, query);
        else if (answer->format != FORMAT_TABLE)
                answer_print(answer);
        else if (table_rows(&answer->rows) == 0)
                puts("nothing");
        else
                table_print(&answer->rows, stdout);
        if (answer->more && answer->format != FORMAT_JSON)
                ctl_say("stopped at %lld rows; there may be more: say limit=N", (long long)limit);
}

/* "atom 42", where the query names something whose tenant is looked up. free() */
static char *thing_of(const hart_provenance_query *query, char *words[])
{
        static const char *const things[] = {"atom=", "source=", "operation=", "inference="};
        for (; *words; words++)
                for (size_t i = 0; i < sizeof things / sizeof things[0]; i++)
                        if (strncmp(*words, things[i], strlen(things[i])) == 0)
                                return hart_format("%.*s %s", (int)strlen(things[i]) - 1, things[i],
                                                   *words + strlen(things[i]));
        return hart_format("%s", has_tenant(query) ? "a tenant" : query->name);
}

static int ask_question(struct ctl *ctl, const struct asked *asked, const char *about, struct answer *answer)
{
        const hart_provenance_query *query = asked->query;
        const struct question question = {.name = query->name,
                                          .about = about,
                                          .ask_graph = ask_graph,
                                          .ask_database = ask_database,
                                          .only_graph = query->sql ? NULL : query->no_sql,
                                          .data = asked};
        const int status = ask(ctl, &question, answer);
        if (status == CTL_OK)
                show(answer, query, limit_of(query, asked->values));
        return status;
}

static int run(struct ctl *ctl, const hart_provenance_query *query, char *words[])
{
        HART_CLEANUP(columns_done) struct table_columns columns = {0};
        HART_CLEANUP(hart_provenance_values_done) hart_provenance_values values = {0};
        HART_CLEANUP(answer_done) struct answer answer = {.tenant = HART_ANY_TENANT};
        HART_CLEANUP(hart_free_p) char *about = thing_of(query, words);
        const struct asked asked = {query, &values};
        columns_of(query, &columns);
        answer.rows = (struct table){.columns = columns.of, .column_count = columns.count};
        int status = answer_read_format(&ctl->options, &answer.format);
        if (status == CTL_OK && !query->arrow_from && answer.format >= FORMAT_DOT)
                status = ctl_usage("%s: its rows are no arrows, so there is no picture of it", query->name);
        if (status == CTL_OK)
                status = read_values(&ctl->options, query, words, &values);
        return status == CTL_OK ? ask_question(ctl, &asked, about, &answer) : status;
}

static int list(const ctl_options *options, int count, char *words[])
{
        answer_format format = FORMAT_TABLE;
        if (answer_read_format(options, &format) != CTL_OK)
                return CTL_USAGE;
        if (format != FORMAT_TABLE && format != FORMAT_JSON)
                return ctl_usage("--format=%s: the list of questions is a table or JSON", options->format);
        if (count == 0) {
                questions_list(format == FORMAT_JSON);
                return CTL_OK;
        }
        const hart_provenance_query *query = question_named(words[0]);
        if (!query)
                return CTL_USAGE;
        question_explain(query, format == FORMAT_JSON);
        return CTL_OK;
}

int ctl_provenance(struct ctl *ctl, int count, char *arguments[])
{
        const bool listed = count == 0 || strcmp(arguments[0], "list") == 0;
        const bool helped = count > 0 && strcmp(arguments[0], "help") == 0;
        if (listed && count > 1)
                return ctl_usage("`provenance list`: %s is one word too many", arguments[1]);
        if (helped && count != 2)
                return ctl_usage("`provenance help` needs NAME, one of those `hartonomousctl provenance` lists");
        if (listed || helped)
                return list(&ctl->options, helped, arguments + helped);
        const hart_provenance_query *query = question_named(arguments[0]);
        return query ? run(ctl, query, arguments + 1) : CTL_USAGE;
}
