/* The options there are, and what their values must be. */
#include "option_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/utf8.h>

#define AT(field) offsetof(ctl_options, field)

const option_row option_rows[] = {
        {"tenant", 't', OPTION_NUMBER, TAKES_TENANT, AT(tenant), 0, INT32_MAX, "N",
         "only of tenant N; ingest: for tenant N (0)"},
        {"dry-run", 0, OPTION_FLAG, TAKES_DRY_RUN, AT(dry_run), 0, 0, NULL, "only say what would be done"},
        {"content-type", 0, OPTION_MEDIA_TYPE, TAKES_CONTENT_TYPE, AT(content_type), 0, 0, "TYPE",
         "media type of the documents, where their bytes do not tell"},
        {"name", 0, OPTION_FILE_NAME, TAKES_NAME, AT(name), 0, 0, "NAME",
         "file name of what comes from standard input"},
        {"wait", 'w', OPTION_OPTIONAL_TEXT, TAKES_WAIT, AT(wait), 0, 0, "all",
         "wait until the documents are atoms; =all: also vectors and graph"},
        {"count", 'k', OPTION_NUMBER, TAKES_COUNT, AT(count), 1, 10000, "N", "so many results (10)"},
        {"limit", 'n', OPTION_NUMBER, TAKES_LIMIT, AT(limit), 0, INT64_MAX, "N",
         "at most N, newest first (100); 0 for all"},
        {"limit", 'n', OPTION_NUMBER, TAKES_NEXT, AT(limit), 0, INT64_MAX, "N",
         "at most N, the next to be received first (100); 0 for all"},
        {"limit", 'n', OPTION_NUMBER, TAKES_TREE, AT(limit), 0, INT64_MAX, "N", "at most N lines (100); 0 for all"},
        {"metadata", 'm', OPTION_FLAG, TAKES_TREE, AT(metadata), 0, 0, NULL, "with what is known of each node"},
        {"parent", 0, OPTION_NUMBER, TAKES_PARENT, AT(parent), 1, INT64_MAX, "SOURCE",
         "only those that lay in this source"},
        {"problem", 0, OPTION_FLAG, TAKES_PARENT, AT(problem), 0, 0, NULL,
         "only those of which something could not be read"},
        {"depth", 0, OPTION_NUMBER, TAKES_DEPTH, AT(depth), 1, INT32_MAX, "N", "at most N steps away (10), up to 100"},
        {"limit", 'n', OPTION_NUMBER, TAKES_DEPTH, AT(limit), 0, INT64_MAX, "N",
         "at most N rows, nearest first (500), up to 10000"},
        {"depth", 0, OPTION_NUMBER, TAKES_TREE, AT(depth), 1, INT32_MAX, "N", "only what lies at most N deep (all)"},
        {"database", 0, OPTION_FLAG, TAKES_DATABASE, AT(database), 0, 0, NULL,
         "each PATH is a PostgreSQL connection string; each table a document"},
        {"table", 0, OPTION_LIST, TAKES_DATABASE, AT(tables), 0, 0, "PATTERN",
         "with --database: only tables whose name fits, such as 'public.*'; may be said again"},
        {"git", 0, OPTION_FLAG, TAKES_GIT, AT(git), 0, 0, NULL,
         "the paths are Git repositories, with @REVISION behind where it is not HEAD"},
        {"commits", 0, OPTION_NUMBER, TAKES_GIT, AT(depth), 1, INT64_MAX, "N",
         "with --git: at most N commits of the history, newest first (10000)"},
        {"state", 0, OPTION_TEXT, TAKES_STATE, AT(state), 0, 0, "STATE",
         "only those that are staging, queued, atomizing, complete or failed"},
        {"state", 0, OPTION_TEXT, TAKES_CONVERSATION_STATE, AT(state), 0, 0, "STATE",
         "only those that are CONVERSING, DISCONNECTED_INBOUND or ERROR"},
        {"output", 'o', OPTION_TEXT, TAKES_OUTPUT, AT(output), 0, 0, "FILE",
         "write to FILE; - for standard output even if it is a terminal"},
        {"queue", 'q', OPTION_TEXT, TAKES_QUEUE, AT(queue), 0, 0, "QUEUE", "only of that queue"},
        {"type", 0, OPTION_TEXT, TAKES_TYPE, AT(type), 0, 0, "TYPE", "only messages of that type"},
        {"reason", 0, OPTION_TEXT, TAKES_REASON, AT(reason), 0, 0, "TEXT", "only those whose reason begins with TEXT"},
        {"service", 0, OPTION_TEXT, TAKES_SERVICE, AT(service), 0, 0, "SERVICE", "only the ends of that service"},
        {"error", 0, OPTION_NUMBER, TAKES_END, AT(error), INT32_MIN, INT32_MAX, "CODE",
         "give the other end an Error with this code, instead of EndDialog"},
        {"description", 0, OPTION_TEXT, TAKES_END, AT(description), 0, 0, "TEXT", "what the Error says"},
        {"cleanup", 0, OPTION_FLAG, TAKES_END, AT(cleanup), 0, 0, NULL, "drop the other end too, without a word to it"},
        {"uri", 0, OPTION_TEXT, TAKES_CHOICE, AT(uri), 0, 0, "PREFIX", "those whose URI begins with PREFIX"},
        {"older-than", 0, OPTION_TEXT, TAKES_CHOICE, AT(older_than), 0, 0, "AGE",
         "those that came before AGE, such as '30 days'"},
        {"atoms", 0, OPTION_LIMIT, TAKES_QUOTA, AT(max_atoms), 0, INT64_MAX, "N", "atoms it may have, or none"},
        {"bytes", 0, OPTION_LIMIT, TAKES_QUOTA, AT(max_bytes), 0, INT64_MAX, "N",
         "bytes they may have, such as 500M, or none"},
        {"yes", 'y', OPTION_FLAG, TAKES_YES, AT(yes), 0, 0, NULL, "do not ask"},
        {"include", 0, OPTION_LIST, TAKES_WATCH, AT(include), 0, 0, "PATTERN",
         "only files whose name fits, such as '*.pdf'; may be said again"},
        {"exclude", 0, OPTION_LIST, TAKES_WATCH, AT(exclude), 0, 0, "PATTERN",
         "no files and folders whose name fits; may be said again"},
        {"settle", 0, OPTION_NUMBER, TAKES_WATCH, AT(settle), 0, 86400, "SECONDS",
         "take a file when nothing happened to it for so long (1)"},
        {"all", 'a', OPTION_FLAG, TAKES_WATCH, AT(all), 0, 0, NULL, "hidden and temporary files too"},
        {"all", 'a', OPTION_FLAG, TAKES_ALL, AT(all), 0, 0, NULL, "all of them"},
        {"kind", 0, OPTION_TEXT, TAKES_CHECK, AT(kind), 0, 0, "KIND",
         "only this kind of entities: Atom, Source, …; Composition for components"},
        {"quick", 0, OPTION_FLAG, TAKES_CHECK, AT(quick), 0, 0, NULL, "only count, and add up versions"},
        {"repair", 0, OPTION_FLAG, TAKES_CHECK, AT(repair), 0, 0, NULL, "have the graph made equal, and check again"},
        {"restart", 0, OPTION_FLAG, TAKES_REBUILD, AT(restart), 0, 0, NULL,
         "begin anew, not where the last one stopped"},
        {"empty", 0, OPTION_FLAG, TAKES_REBUILD, AT(empty), 0, 0, NULL,
         "begin anew, and delete all that is ours first"},
        {"data", 0, OPTION_FLAG, TAKES_DATA, AT(data), 0, 0, NULL, "all nodes that are ours, too"},
        {"model", 0, OPTION_TEXT, TAKES_MODEL, AT(model), 0, 0, "NAME",
         "by this model's vectors, instead of the active one's"},
        {"wait", 'w', OPTION_OPTIONAL_TEXT, TAKES_VECTORS, AT(wait), 0, 0, NULL,
         "wait until the vectors that were asked for are there"},
        {"force", 0, OPTION_FLAG, TAKES_FORCE, AT(force), 0, 0, NULL, "although atoms have no vector of it yet"},
        {"write", 0, OPTION_FLAG, TAKES_WRITE, AT(write), 0, 0, NULL,
         "put reference vectors into the model's folder, computed by the first precision"},
        {"from", 0, OPTION_TEXT, TAKES_FROM, AT(from), 0, 0, "SIDE",
         "graph, database or auto: Neo4j, and PostgreSQL where Neo4j is away (auto)"},
        {"format", 'f', OPTION_TEXT, TAKES_FORMAT, AT(format), 0, 0, "FORMAT",
         "table, json, csv, dot (GraphViz) or mermaid (table)"},
        {"json", 'j', OPTION_FLAG, TAKES_JSON, AT(json), 0, 0, NULL, "print JSON"},
        {"config-dir", 0, OPTION_TEXT, 0, AT(config_dir), 0, 0, "DIR",
         "read settings from DIR instead of " HART_CONFIG_DIR},
        {"help", 'h', OPTION_FLAG, 0, AT(help), 0, 0, NULL, "say what this is for, with examples"},
        {"version", 'V', OPTION_FLAG, 0, AT(version), 0, 0, NULL, "print the version"},
};
const size_t option_row_count = sizeof option_rows / sizeof option_rows[0];
_Static_assert(sizeof option_rows / sizeof option_rows[0] <= OPTION_ROWS_MAX, "option_rows.h has room for them");

static void *place(ctl_options *options, const option_row *row)
{
        return (char *)options + row->offset;
}

static int take_number(const option_row *row, const char *text, int64_t *ret)
{
        char *end = NULL;
        errno = 0;
        long long value = strtoll(text, &end, 10);
        if (errno || end == text || *end || value < row->least || value > row->most)
                return ctl_usage("--%s=%s: not a number from %lld to %lld", row->name, text, (long long)row->least,
                                 (long long)row->most);
        *ret = value;
        return CTL_OK;
}

static int take_limit(const option_row *row, const char *text, int64_t *ret)
{
        static const char units[] = "KMGT";
        char *end = NULL;
        errno = 0;
        long long value = strtoll(text, &end, 10);
        const char *unit = end > text && *end ? strchr(units, *end) : NULL;
        const unsigned shift = unit ? 10U * (unsigned)(unit - units + 1) : 0;
        if (strcmp(text, "none") == 0) {
                *ret = -1;
                return CTL_OK;
        }
        if (errno || end == text || end[unit ? 1 : 0] || value < 0 || value > INT64_MAX >> shift)
                return ctl_usage("--%s=%s: neither a number from 0, such as 1000000 or 500M, nor \"none\"", row->name,
                                 text);
        *ret = (int64_t)value << shift;
        return CTL_OK;
}

static int take_item(const option_row *row, const char *text, ctl_list *ret)
{
        if (ret->count == CTL_LIST_MAX)
                return ctl_usage("--%s: said more than %d times", row->name, CTL_LIST_MAX);
        ret->items[ret->count++] = text;
        return CTL_OK;
}

/* RFC 6838: a name on each side of the slash; parameters may follow. */
static bool is_media_type(const char *text)
{
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+";
        const size_t type = strspn(text, allowed);
        const size_t subtype = type > 0 && text[type] == '/' ? strspn(text + type + 1, allowed) : 0;
        const char *rest = text + type + 1 + subtype;
        if (subtype == 0 || strlen(text) > 255 || (*rest != '\0' && !strchr("; ", *rest)))
                return false;
        while (*rest >= ' ' && *rest <= '~')
                rest++;
        return *rest == '\0';
}

static bool is_file_name(const char *text)
{
        const size_t size = strlen(text);
        return size >= 1 && size <= 255 && hart_utf8_valid(text, size);
}

static int take_text(const option_row *row, const char *value, bool valid, const char *allowed, const char **ret)
{
        if (!valid)
                return ctl_usage("--%s=%.80s: not %s", row->name, value, allowed);
        *ret = value;
        return CTL_OK;
}

int option_take(const option_row *row, const char *value, ctl_options *options)
{
        switch (row->kind) {
        case OPTION_FLAG:
                *(bool *)place(options, row) = true;
                return CTL_OK;
        case OPTION_NUMBER:
                return take_number(row, value, place(options, row));
        case OPTION_LIMIT:
                return take_limit(row, value, place(options, row));
        case OPTION_LIST:
                return take_item(row, value, place(options, row));
        case OPTION_TEXT:
                return take_text(row, value, *value != '\0', "a value", place(options, row));
        case OPTION_OPTIONAL_TEXT:
                *(const char **)place(options, row) = value ? value : "";
                return CTL_OK;
        case OPTION_MEDIA_TYPE:
                return take_text(row, value, is_media_type(value), "a media type, such as text/markdown",
                                 place(options, row));
        case OPTION_FILE_NAME:
                return take_text(row, value, is_file_name(value), "a file name of 1 to 255 bytes in UTF-8",
                                 place(options, row));
        }
        return CTL_USAGE;
}
