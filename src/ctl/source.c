/* source list, show. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "commands.h"
#include "table.h"

static const table_column list_columns[] = {
        {"source", "SOURCE", TABLE_INTEGER},
        {"tenant", "TENANT", TABLE_INTEGER},
        {"state", "STATE", TABLE_TEXT},
        {"size", "SIZE", TABLE_INTEGER},
        {"content_type", "TYPE", TABLE_TEXT},
        {"components", "COMPONENTS", TABLE_INTEGER},
        {"created_at", NULL, TABLE_TEXT},
        {"completed_at", NULL, TABLE_TEXT},
        {"root_atom", NULL, TABLE_INTEGER},
        {"file_name", "NAME", TABLE_TEXT},
        {"uri", NULL, TABLE_TEXT},
        {"sha256", NULL, TABLE_TEXT},
        {"atomizer", NULL, TABLE_TEXT},
        {"atomizer_version", NULL, TABLE_INTEGER},
        {"unicode_version", NULL, TABLE_TEXT},
        {"atomized", NULL, TABLE_INTEGER},
        {"failure", NULL, TABLE_TEXT},
        {"nodes", NULL, TABLE_INTEGER},
        {"declared_content_type", NULL, TABLE_TEXT},
        {NULL, NULL, TABLE_TEXT},
        {"parent", NULL, TABLE_INTEGER},
        {"relation", NULL, TABLE_TEXT},
        {"depth", NULL, TABLE_INTEGER},
        {"metadata", NULL, TABLE_JSON},
        {"problem", NULL, TABLE_TEXT},
};
#define LIST_COLUMNS (sizeof list_columns / sizeof list_columns[0])

static const table_column show_columns[] = {
        {"source", "source", TABLE_INTEGER},
        {"tenant", "tenant", TABLE_INTEGER},
        {"state", "state", TABLE_TEXT},
        {"size", "bytes", TABLE_INTEGER},
        {"content_type", "type", TABLE_TEXT},
        {"components", "components", TABLE_INTEGER},
        {"created_at", "created", TABLE_TEXT},
        {"completed_at", "completed", TABLE_TEXT},
        {"root_atom", "document atom", TABLE_INTEGER},
        {"file_name", "file name", TABLE_TEXT},
        {"uri", "uri", TABLE_TEXT},
        {"sha256", "sha256", TABLE_TEXT},
        {"atomizer", "atomizer", TABLE_TEXT},
        {"atomizer_version", "atomizer version", TABLE_INTEGER},
        {"unicode_version", "unicode version", TABLE_TEXT},
        {"atomized", "bytes atomized", TABLE_INTEGER},
        {"failure", "failure", TABLE_TEXT},
        {"nodes", "nodes", TABLE_INTEGER},
        {"declared_content_type", NULL, TABLE_TEXT},
        {NULL, "but declared as", TABLE_TEXT},
        {"parent", "lay in source", TABLE_INTEGER},
        {"relation", "as", TABLE_TEXT},
        {"depth", NULL, TABLE_INTEGER},
        {"metadata", "metadata", TABLE_JSON},
        {"problem", "problem", TABLE_TEXT},
};

/* Parameters of a media type ("; charset=…") are no contradiction. */
static bool is_other_type(const char *declared, const char *found)
{
        const size_t left = strcspn(declared, "; "), right = strcspn(found, "; ");
        return left > 0 && right > 0 && (left != right || strncasecmp(declared, found, left) != 0);
}

static void add_source(const hart_source *source, void *data)
{
        struct table *into = data;
        table_integer(into, source->id);
        table_integer(into, source->tenant);
        table_text(into, source->state);
        table_integer_or_null(into, source->size);
        table_text(into, source->content_type);
        table_integer(into, source->components);
        table_text(into, source->created_at);
        table_text(into, source->completed_at);
        table_integer_or_null(into, source->root_atom);
        table_text(into, source->file_name);
        table_text(into, source->uri);
        table_text(into, source->hash);
        table_text(into, source->atomizer);
        table_integer_or_null(into, *source->atomizer ? source->atomizer_version : -1);
        table_text(into, source->unicode_version);
        table_integer(into, source->atomized);
        table_text(into, source->failure);
        table_integer(into, source->nodes);
        table_text(into, source->declared_content_type);
        table_text(into, is_other_type(source->declared_content_type, source->content_type)
                                 ? source->declared_content_type
                                 : NULL);
        table_integer_or_null(into, source->parent);
        table_text(into, source->relation);
        table_integer(into, source->depth);
        table_json(into, *source->metadata ? source->metadata : NULL);
        table_text(into, source->problem);
}

static int check_state(const char *state)
{
        static const char *const states[] = {"staging", "queued", "atomizing", "complete", "failed"};
        for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
                if (!state || strcmp(state, states[i]) == 0)
                        return CTL_OK;
        return ctl_usage("--state=%s: one of staging, queued, atomizing, complete, failed", state);
}

int ctl_source_list(struct ctl *ctl, int count, char *arguments[])
{
        (void)count, (void)arguments;
        int status = check_state(ctl->options.state);
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        table_column columns[LIST_COLUMNS];
        memcpy(columns, list_columns, sizeof columns);
        if (ctl->options.problem)
                columns[LIST_COLUMNS - 1].title = "PROBLEM";
        HART_CLEANUP(table_done) struct table sources = {.columns = columns, .column_count = LIST_COLUMNS};
        hart_source_filter filter = {.tenant = (int32_t)ctl->options.tenant,
                                     .state = ctl->options.state,
                                     .limit = ctl->options.limit,
                                     .parent = ctl->options.parent,
                                     .problem = ctl->options.problem};
        hart_error err = {0};
        if (hart_catalog_sources(ctl->pg, &filter, add_source, &sources, &err) < 0)
                return ctl_fail(ctl, &err);
        table_show(&sources, ctl->options.json);
        return CTL_OK;
}

int ctl_source_show(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        hart_source_filter filter = {.tenant = (int32_t)ctl->options.tenant};
        int status = ctl_number("source", arguments[0], &filter.id);
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        HART_CLEANUP(table_done)
        struct table sources = {.columns = show_columns, .column_count = sizeof show_columns / sizeof show_columns[0]};
        hart_error err = {0};
        hart_code code = hart_catalog_sources(ctl->pg, &filter, add_source, &sources, &err);
        if (code < 0)
                return ctl_fail(ctl, &err);
        if (code == HART_EMPTY)
                return ctl_not_found("source %s: there is none; `hartonomousctl source list` shows what there is",
                                     arguments[0]);
        table_show_record(&sources, ctl->options.json);
        return CTL_OK;
}
