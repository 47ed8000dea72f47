/* provenance list, provenance help NAME: from the same rows that run. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "questions.h"

static const char *const type_names[] = {
        [HART_PROVENANCE_INTEGER] = "integer", [HART_PROVENANCE_NUMBER] = "number", [HART_PROVENANCE_TEXT] = "text",
        [HART_PROVENANCE_TIME] = "time",       [HART_PROVENANCE_FLAG] = "flag",
};

#define QUESTIONS_MAX 128

/* All of them, in order; how many. */
static size_t collect(const hart_provenance_query *all[QUESTIONS_MAX])
{
        size_t count = 0;
        for (size_t i = 0; i < hart_provenance_family_count; i++)
                for (size_t k = 0; k < *hart_provenance_families[i].count && count < QUESTIONS_MAX; k++)
                        all[count++] = &hart_provenance_families[i].queries[k];
        return count;
}

const hart_provenance_query *question_named(const char *name)
{
        const hart_provenance_query *found = hart_provenance_named(name), *all[QUESTIONS_MAX];
        const char *names[QUESTIONS_MAX];
        if (found)
                return found;
        const size_t count = collect(all);
        for (size_t i = 0; i < count; i++)
                names[i] = all[i]->name;
        const char *meant = ctl_suggest(name, names, count, sizeof names[0]);
        if (meant)
                ctl_usage("%s: no such question; did you mean %s?", name, meant);
        else
                ctl_usage("%s: no such question; `hartonomousctl provenance` lists what there is", name);
        return NULL;
}

void columns_of(const hart_provenance_query *query, struct table_columns *ret)
{
        static const table_kind kinds[] = {
                [HART_PROVENANCE_INTEGER] = TABLE_INTEGER, [HART_PROVENANCE_NUMBER] = TABLE_NUMBER,
                [HART_PROVENANCE_TEXT] = TABLE_TEXT,       [HART_PROVENANCE_TIME] = TABLE_TEXT,
                [HART_PROVENANCE_FLAG] = TABLE_FLAG,
        };
        *ret = (struct table_columns){0};
        for (const hart_provenance_column *column = query->columns; column->name; column++) {
                char *title = hart_duplicate(column->name);
                for (char *at = title; *at; at++)
                        *at = *at == '_' ? ' ' : (char)toupper((unsigned char)*at);
                ret->of[ret->count++] = (table_column){column->name, title, kinds[column->type]};
        }
}

void columns_done(struct table_columns *columns)
{
        for (size_t i = 0; i < columns->count; i++)
                free((char *)(uintptr_t)columns->of[i].title);
        columns->count = 0;
}

/* --- for people --- */

/* "atom=… depth=10" */
static void print_usage(const hart_provenance_query *query, hart_buffer *out)
{
        for (const hart_provenance_parameter *parameter = query->parameters; parameter->name; parameter++) {
                if (strcmp(parameter->name, "tenant") == 0)
                        continue;
                if (!parameter->fallback)
                        hart_buffer_format(out, " %s=…", parameter->name);
                else
                        hart_buffer_format(out, " [%s=%s]", parameter->name, parameter->fallback);
        }
}

static void list_people(void)
{
        for (size_t i = 0; i < hart_provenance_family_count; i++) {
                const hart_provenance_family *family = &hart_provenance_families[i];
                printf("%s%s\n", i ? "\n" : "", family->title);
                for (size_t k = 0; k < *family->count; k++) {
                        HART_CLEANUP(hart_buffer_done) hart_buffer usage = {0};
                        print_usage(&family->queries[k], &usage);
                        printf("  %-4s  %s%s\n        %s\n", family->queries[k].number, family->queries[k].name,
                               usage.data ? (const char *)usage.data : "", family->queries[k].summary);
                }
        }
        puts("\n`hartonomousctl provenance help NAME` explains one; all take --tenant=N.");
}

static const char *limits(const hart_provenance_parameter *parameter, char buffer[64])
{
        *buffer = '\0';
        if (parameter->type == HART_PROVENANCE_INTEGER && parameter->max)
                snprintf(buffer, 64, " (%lld to %lld)", (long long)parameter->min, (long long)parameter->max);
        return buffer;
}

static void explain_people(const hart_provenance_query *query)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer usage = {0};
        char buffer[64];
        print_usage(query, &usage);
        printf("Usage: hartonomousctl provenance %s%s\n%s: %s.\n\nParameters:\n", query->name,
               usage.data ? (const char *)usage.data : "", query->number, query->summary);
        for (const hart_provenance_parameter *parameter = query->parameters; parameter->name; parameter++) {
                const char *fallback = parameter->fallback;
                printf("  %-12s %-8s %s%s%s%s\n", parameter->name, type_names[parameter->type], parameter->help,
                       limits(parameter, buffer), fallback && *fallback ? "; if not given " : "",
                       fallback && *fallback ? fallback : "");
        }
        puts("\nColumns:");
        for (const hart_provenance_column *column = query->columns; column->name; column++)
                printf("  %-12s %s\n", column->name, type_names[column->type]);
        if (!query->sql)
                printf("\nOnly the graph can tell: %s.\n", query->no_sql);
        else
                puts("\nThe graph answers, and PostgreSQL when Neo4j is away.");
        if (query->arrow_from)
                puts("--format=dot and --format=mermaid draw it.");
}

/* --- as JSON --- */

static void write_text(hart_json_writer *writer, const char *key, const char *text)
{
        hart_json_key(writer, key);
        hart_json_put_text(writer, text);
}

static void write_parameters(const hart_provenance_query *query, hart_json_writer *writer)
{
        hart_json_key(writer, "parameters");
        hart_json_begin_array(writer);
        for (const hart_provenance_parameter *parameter = query->parameters; parameter->name; parameter++) {
                const char *fallback = parameter->fallback;
                hart_json_begin_object(writer);
                write_text(writer, "name", parameter->name);
                write_text(writer, "type", type_names[parameter->type]);
                hart_json_key(writer, "required");
                hart_json_put_flag(writer, !fallback);
                write_text(writer, "default", fallback && *fallback ? fallback : NULL);
                write_text(writer, "help", parameter->help);
                hart_json_end_object(writer);
        }
        hart_json_end_array(writer);
}

static void write_question(const hart_provenance_query *query, hart_json_writer *writer)
{
        hart_json_begin_object(writer);
        write_text(writer, "number", query->number);
        write_text(writer, "name", query->name);
        write_text(writer, "summary", query->summary);
        write_parameters(query, writer);
        hart_json_key(writer, "columns");
        hart_json_begin_array(writer);
        for (const hart_provenance_column *column = query->columns; column->name; column++) {
                hart_json_begin_object(writer);
                write_text(writer, "name", column->name);
                write_text(writer, "type", type_names[column->type]);
                hart_json_end_object(writer);
        }
        hart_json_end_array(writer);
        hart_json_key(writer, "pictures");
        hart_json_put_flag(writer, query->arrow_from != NULL);
        write_text(writer, "only_graph", query->sql ? NULL : query->no_sql);
        hart_json_end_object(writer);
}

void questions_list(bool json)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        if (!json) {
                list_people();
                return;
        }
        hart_json_begin_array(&writer);
        for (size_t i = 0; i < hart_provenance_family_count; i++) {
                hart_json_begin_object(&writer);
                write_text(&writer, "family", hart_provenance_families[i].title);
                hart_json_key(&writer, "questions");
                hart_json_begin_array(&writer);
                for (size_t k = 0; k < *hart_provenance_families[i].count; k++)
                        write_question(&hart_provenance_families[i].queries[k], &writer);
                hart_json_end_array(&writer);
                hart_json_end_object(&writer);
        }
        hart_json_end_array(&writer);
        json_show(&out);
}

void question_explain(const hart_provenance_query *query, bool json)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer out = {0};
        hart_json_writer writer = {.out = &out};
        if (!json) {
                explain_people(query);
                return;
        }
        write_question(query, &writer);
        json_show(&out);
}
