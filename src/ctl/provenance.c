/* provenance: one of the questions, asked with the values of the command line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "asking.h"
#include "commands.h"
#include "options.h"
#include "questions.h"

#define TEXT_WIDTH 80 /* of a text in a table for people */

struct asked {
        const hart_provenance_query *query;
        hart_provenance_values *values;
};

/* --- the answer --- */

/* 2026-11-21T10:00:00.123456Z; `text` has room for 48 bytes. */
static void print_time(int64_t microseconds, char *text)
{
        const int64_t below = ((microseconds % 1000000) + 1000000) % 1000000;
        const time_t seconds = (time_t)((microseconds - below) / 1000000);
        struct tm parts = {0};
        gmtime_r(&seconds, &parts);
        snprintf(text, 48, "%04d-%02d-%02dT%02d:%02d:%02d.%06" PRId64 "Z", parts.tm_year + 1900, parts.tm_mon + 1,
                 parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, below);
}

static void add_cell(const hart_provenance_cell *cell, hart_provenance_type type, bool for_people, struct table *into)
{
        char text[48];
        if (cell->null) {
                table_null(into);
                return;
        }
        switch (type) {
        case HART_PROVENANCE_INTEGER:
                table_integer(into, cell->integer);
                return;
        case HART_PROVENANCE_NUMBER:
                table_number(into, cell->number);
                return;
        case HART_PROVENANCE_FLAG:
                table_flag(into, cell->integer != 0);
                return;
        case HART_PROVENANCE_TIME:
                print_time(cell->integer, text);
                table_text(into, text);
                return;
        case HART_PROVENANCE_TEXT:
                break;
        }
        if (!for_people) {
                table_text_n(into, cell->text, strlen(cell->text));
                return;
        }
        HART_CLEANUP(hart_free_p) char *line = one_line(cell->text, strlen(cell->text), TEXT_WIDTH);
        table_text(into, line);
}

/* The cell of a column by its name as text; NULL for no such column and for null. free() */
static char *text_of(const hart_provenance_query *query, const hart_provenance_cell *cells, const char *name)
{
        size_t place = 0;
        while (name && query->columns[place].name && strcmp(query->columns[place].name, name) != 0)
                place++;
        if (!name || !query->columns[place].name || cells[place].null)
                return NULL;
        char text[48];
        switch (query->columns[place].type) {
        case HART_PROVENANCE_TEXT:
                return hart_duplicate(cells[place].text);
        case HART_PROVENANCE_TIME:
                print_time(cells[place].integer, text);
                return hart_duplicate(text);
        case HART_PROVENANCE_NUMBER:
                return hart_format("%.4g", cells[place].number);
        case HART_PROVENANCE_FLAG:
                return hart_duplicate(cells[place].integer ? "yes" : "no");
        case HART_PROVENANCE_INTEGER:
                break;
        }
        return hart_format("%" PRId64, cells[place].integer);
}

/* An end of an arrow: a number is an atom's. SIZE_MAX where it is null. */
static size_t end_of(const hart_provenance_query *query, const hart_provenance_cell *cells, const char *name,
                     struct picture *picture)
{
        HART_CLEANUP(hart_free_p) char *text = text_of(query, cells, name);
        const hart_provenance_column *column = query->columns;
        while (column->name && strcmp(column->name, name) != 0)
                column++;
        if (!text)
                return SIZE_MAX;
        HART_CLEANUP(hart_free_p)
        char *key = hart_format(column->type == HART_PROVENANCE_INTEGER ? "atom %s" : "%s", text);
        return picture_node(picture, key);
}

static void add_arrow(const hart_provenance_query *query, const hart_provenance_cell *cells, struct picture *picture)
{
        const size_t from = end_of(query, cells, query->arrow_from, picture);
        const size_t to = end_of(query, cells, query->arrow_to, picture);
        const bool is_from = query->node && strcmp(query->node, query->arrow_from) == 0;
        const size_t node = is_from ? from : to;
        HART_CLEANUP(hart_free_p) char *label = text_of(query, cells, query->arrow_label);
        HART_CLEANUP(hart_free_p) char *kind = text_of(query, cells, query->node_kind);
        HART_CLEANUP(hart_free_p) char *text = text_of(query, cells, query->node_text);
        if (query->node && node != SIZE_MAX)
                picture_describe(picture, node, kind, text);
        if (from != SIZE_MAX && to != SIZE_MAX)
                picture_arrow(picture, from, to, label);
}

struct target {
        struct answer *answer;
        const hart_provenance_query *query;
};

static void take_row(const hart_provenance_cell *cells, void *data)
{
        const struct target *target = data;
        const hart_provenance_query *query = target->query;
        const bool for_people = target->answer->format == FORMAT_TABLE;
        for (size_t i = 0; query->columns[i].name; i++)
                add_cell(&cells[i], query->columns[i].type, for_people, &target->answer->rows);
        if (query->arrow_from)
                add_arrow(query, cells, &target->answer->picture);
}

/* --- asking --- */

static bool has_tenant(const hart_provenance_query *query)
{
        return strcmp(query->parameters[0].name, "tenant") == 0;
}

static hart_code ask_graph(hart_graph *graph, const struct question *question, struct answer *answer, hart_error *err)
{
        const struct asked *asked = question->data;
        struct target target = {answer, asked->query};
        hart_provenance_values values = *asked->values; /* borrows its texts */
        int32_t tenant = 0;
        if (has_tenant(asked->query) && !values.value[0].given) {
                const hart_code code = hart_provenance_tenant_from_graph(graph, asked->query, &values, &tenant, err);
                if (code != HART_OK)
                        return code;
                values.value[0] = (hart_provenance_value){.given = true, .integer = tenant};
        }
        answer->tenant = has_tenant(asked->query) ? (int32_t)values.value[0].integer : HART_ANY_TENANT;
        return hart_provenance_ask_graph(graph, asked->query, &values, take_row, &target, err);
}

static hart_code ask_database(hart_pg *pg, const struct question *question, struct answer *answer, hart_error *err)
{
        const struct asked *asked = question->data;
        struct target target = {answer, asked->query};
        hart_provenance_values values = *asked->values; /* borrows its texts */
        int32_t tenant = 0;
        if (has_tenant(asked->query) && !values.value[0].given) {
                const hart_code code = hart_provenance_tenant_from_database(pg, asked->query, &values, &tenant, err);
                if (code != HART_OK)
                        return code;
                values.value[0] = (hart_provenance_value){.given = true, .integer = tenant};
        }
        answer->tenant = has_tenant(asked->query) ? (int32_t)values.value[0].integer : HART_ANY_TENANT;
        return hart_provenance_ask_database(pg, asked->query, &values, take_row, &target, err);
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

static int run(struct ctl *ctl, const hart_provenance_query *query, char *words[])
{
        HART_CLEANUP(columns_done) struct table_columns columns;
        HART_CLEANUP(hart_provenance_values_done) hart_provenance_values values = {0};
        HART_CLEANUP(answer_done) struct answer answer = {.tenant = HART_ANY_TENANT};
        const struct asked asked = {query, &values};
        const struct question question = {.about = query->name,
                                          .ask_graph = ask_graph,
                                          .ask_database = ask_database,
                                          .only_graph = query->sql ? NULL : query->no_sql,
                                          .data = &asked};
        columns_of(query, &columns);
        answer.rows = (struct table){.columns = columns.of, .column_count = columns.count};
        int status = answer_read_format(&ctl->options, &answer.format);
        if (status == CTL_OK && !query->arrow_from && answer.format >= FORMAT_DOT)
                status = ctl_usage("%s: its rows are no arrows, so there is no picture of it", query->name);
        if (status == CTL_OK)
                status = read_values(&ctl->options, query, words, &values);
        if (status == CTL_OK)
                status = ask(ctl, &question, &answer);
        if (status == CTL_OK)
                show(&answer, query, limit_of(query, &values));
        return status;
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
