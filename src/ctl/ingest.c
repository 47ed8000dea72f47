/* ingest: files, folders and standard input become sources, which the daemons then take apart. */
#include "ingest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/clock.h>

#include "commands.h"
#include "git.h"
#include "table.h"
#include "upload.h"
#include "walk.h"

#define LISTED_MAX 20 /* so many documents are listed one by one for people */

static const char *const states[] = {
        [DOCUMENT_STAGED] = "staged",
        [DOCUMENT_UNCHANGED] = "unchanged",
        [DOCUMENT_COMPLETE] = "complete",
        [DOCUMENT_FAILED] = "failed",
};

struct document *ingest_add(struct ingest *ingest, const char *path)
{
        if (ingest->count == ingest->capacity) {
                ingest->capacity = ingest->capacity ? ingest->capacity * 2 : 64;
                ingest->documents =
                        hart_reallocate_array(ingest->documents, ingest->capacity, sizeof ingest->documents[0]);
        }
        struct document *added = &ingest->documents[ingest->count++];
        *added = (struct document){.path = hart_duplicate(path)};
        return added;
}

void ingest_failed(struct ingest *ingest, struct document *document, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        document->failure = hart_format_v(format, arguments);
        va_end(arguments);
        document->state = DOCUMENT_FAILED;
        progress_clear(&ingest->progress);
        ctl_say("%s: %s", document->path, document->failure);
}

void ingest_draw(struct ingest *ingest)
{
        char size[32];
        progress_draw(&ingest->progress, "documents read", ingest->count, ingest->total_documents,
                      human_size((int64_t)ingest->bytes, size));
}

/* --- walking --- */

static bool take_file(const char *path, const struct stat *status, void *data)
{
        (void)status;
        return ingest_file(data, path);
}

static void take_other(const char *path, const char *reason, bool failure, void *data)
{
        struct ingest *ingest = data;
        if (failure) {
                ingest_failed(ingest, ingest_add(ingest, path), "%s", reason);
                return;
        }
        progress_clear(&ingest->progress);
        ctl_say("%s: %s: skipped", path, reason);
}

static bool count_file(const char *path, const struct stat *status, void *data)
{
        (void)path, (void)status;
        struct ingest *ingest = data;
        ingest->total_documents++;
        return ctl_interrupted(NULL) == HART_OK;
}

static bool is_standard_input(const char *path)
{
        return strcmp(path, "-") == 0;
}

/* The bar wants to know how many there are. */
static void count_files(struct ingest *ingest, char *arguments[])
{
        const walk_visitor visitor = {.file = count_file, .data = ingest};
        if (ingest->ctl->options.git || ingest->ctl->options.database)
                return; /* each repository says how many it has */
        for (char **path = arguments; ingest->progress.shown && *path; path++) {
                char *const one[] = {*path, NULL};
                if (is_standard_input(*path))
                        ingest->total_documents++;
                else
                        walk(one, &visitor);
        }
}

/* After a stop or a failure some were read, or only found, and nothing more. */
static void forsake_rest(struct ingest *ingest)
{
        for (size_t i = 0; i < ingest->count; i++) {
                struct document *document = &ingest->documents[i];
                if (document->source || document->failure)
                        continue;
                document->state = DOCUMENT_FAILED;
                document->failure = hart_duplicate("not handed in");
        }
}

static bool take_all(struct ingest *ingest, char *arguments[])
{
        const walk_visitor visitor = {.file = take_file, .other = take_other, .data = ingest};
        bool going = true;
        for (char **path = arguments; going && *path; path++) {
                char *const one[] = {*path, NULL};
                if (ingest->ctl->options.git)
                        going = ingest_git(ingest, *path);
                else if (ingest->ctl->options.database)
                        going = ingest_database(ingest, *path);
                else
                        going = is_standard_input(*path) ? ingest_standard_input(ingest) : walk(one, &visitor);
        }
        /* Also after a stop: what was read is handed in, where PostgreSQL takes it at once. */
        going = ingest_flush(ingest) && going;
        if (!going)
                forsake_rest(ingest);
        if (!going && ctl_interrupted(NULL) != HART_OK)
                hart_fail(&ingest->error, HART_STOPPED, "stopped; what was handed in so far is ingested");
        return going;
}

/* --- telling --- */

static const table_column columns[] = {
        {"source", "SOURCE", TABLE_INTEGER}, {"state", "STATE", TABLE_TEXT}, {"size", "SIZE", TABLE_INTEGER},
        {"path", "PATH", TABLE_TEXT},        {"failure", NULL, TABLE_TEXT},
};

static void list_documents(const struct ingest *ingest, bool json)
{
        HART_CLEANUP(table_done)
        struct table list = {.columns = columns, .column_count = sizeof columns / sizeof columns[0]};
        for (size_t i = 0; i < ingest->count; i++) {
                const struct document *document = &ingest->documents[i];
                table_integer_or_null(&list, document->source ? document->source : -1);
                table_text(&list, states[document->state]);
                table_integer(&list, document->size);
                table_text(&list, document->path);
                table_text(&list, document->failure);
        }
        table_show(&list, json);
}

static size_t count_state(const struct ingest *ingest, document_state state)
{
        size_t count = 0;
        for (size_t i = 0; i < ingest->count; i++)
                count += ingest->documents[i].state == state;
        return count;
}

static void tell(const struct ingest *ingest, uint64_t began)
{
        if (ingest->ctl->options.json || ingest->count <= LISTED_MAX)
                list_documents(ingest, ingest->ctl->options.json);
        if (ingest->ctl->options.json)
                return;
        char size[32];
        size_t failed = count_state(ingest, DOCUMENT_FAILED), unchanged = count_state(ingest, DOCUMENT_UNCHANGED);
        size_t complete = count_state(ingest, DOCUMENT_COMPLETE);
        printf("%zu document%s, %s: %zu %s, %zu unchanged, %zu failed, in %.1f s\n", ingest->count,
               ingest->count == 1 ? "" : "s", human_size((int64_t)ingest->bytes, size),
               ingest->count - failed - unchanged, complete > 0 ? "ingested" : "handed in", unchanged, failed,
               (double)(hart_now() - began) / (double)HART_SECOND);
}

struct ingest *ingest_open(struct ctl *ctl)
{
        struct ingest *ingest = hart_allocate(sizeof *ingest);
        ingest->ctl = ctl;
        ingest->tenant = ctl->options.tenant == HART_ANY_TENANT ? 0 : (int32_t)ctl->options.tenant;
        ingest->chunk = hart_allocate(CHUNK_BYTES);
        return ingest;
}

void ingest_clear(struct ingest *ingest)
{
        for (size_t i = 0; i < ingest->count; i++) {
                free(ingest->documents[i].path);
                free(ingest->documents[i].failure);
        }
        ingest->count = 0;
        ingest->error = (hart_error){0};
}

void ingest_close(struct ingest *ingest)
{
        if (!ingest)
                return;
        ingest_clear(ingest);
        free(ingest->documents);
        free(ingest->chunk);
        batch_done(ingest);
        free(ingest);
}

static int run(struct ingest *ingest, int wait, char *arguments[])
{
        uint64_t began = hart_now();
        progress_open(&ingest->progress);
        count_files(ingest, arguments);
        bool going = take_all(ingest, arguments);
        if (going && wait != CTL_WAIT_NOT)
                going = ingest_wait(ingest, wait);
        progress_clear(&ingest->progress);
        /* A document that never got to the server has no state worth telling. */
        if (going || ingest->error.code == HART_STOPPED || ingest->error.code == HART_FAILED)
                tell(ingest, began);
        if (!going)
                return ctl_fail(ingest->ctl, &ingest->error);
        return count_state(ingest, DOCUMENT_FAILED) == 0 ? CTL_OK : CTL_FAILURE;
}

int ctl_ingest(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        int wait = !ctl->options.wait ? CTL_WAIT_NOT : !*ctl->options.wait ? CTL_WAIT_COMPLETE : CTL_WAIT_ALL;
        if (wait == CTL_WAIT_ALL && strcmp(ctl->options.wait, "all") != 0)
                return ctl_usage("--wait=%s: only \"all\" may follow", ctl->options.wait);
        int status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        ctl_hold_signals();
        struct ingest *ingest = ingest_open(ctl);
        status = run(ingest, wait, arguments);
        ingest_close(ingest);
        return status;
}
