/* git: a revision of a repository, file by file, with the list of its files and its history.
 *
 * A file's URI is git:/path/of/repository#path/in/it, without the commit: a file that is the same in a later commit is
 * known by its URI and its bytes, and costs one look-up. Which commit has which file is in the list of files, whose URI
 * is git:/path/of/repository@commit?files.jsonl. */
#include "git.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINES_MAX ((size_t)64 << 10)

const char *git_reason(void)
{
        const git_error *error = git_error_last();
        return error != NULL && error->message != NULL ? error->message : "libgit2 does not say why";
}

/* --- pages --- */

void git_page_bytes(struct git_page *page, const void *data, size_t size)
{
        const char *next = data;
        while (size > 0 && !page->failed) {
                ssize_t written = write(page->fd, next, size);
                if (written < 0 && errno == EINTR)
                        continue;
                page->failed = written <= 0;
                if (page->failed)
                        return;
                next += written;
                size -= (size_t)written;
                page->size += (uint64_t)written;
        }
}

static void write_lines(struct git_page *page)
{
        git_page_bytes(page, page->lines.data, page->lines.size);
        hart_buffer_clear(&page->lines);
}

void git_page_line(struct git_page *page, const hart_buffer *line)
{
        hart_buffer_append(&page->lines, line->data, line->size);
        hart_buffer_byte(&page->lines, '\n');
        if (page->lines.size >= LINES_MAX)
                write_lines(page);
}

/* "git:/srv/a%20b#src/main.c", "git:/srv/a%20b@1a2b…?commits.jsonl" */
static char *uri_of(const struct git_source *source, const char *mark, const char *name)
{
        static const size_t scheme = sizeof "file://" - 1;
        HART_CLEANUP(hart_free_p) char *place = file_uri(source->place);
        HART_CLEANUP(hart_free_p) char *path = file_uri(name);
        bool list = *mark == '?';
        return hart_format("git:%s%s%s%s%s", place + scheme, list ? "@" : "", list ? source->hash : "", mark,
                           path + scheme);
}

static bool empty_page(struct git_page *page)
{
        page->size = 0;
        page->failed = false;
        return ftruncate(page->fd, 0) == 0 && lseek(page->fd, 0, SEEK_SET) == 0;
}

bool git_page_take(struct git_source *source, struct git_page *page, const char *mark, const char *name)
{
        HART_CLEANUP(hart_free_p) char *shown = hart_format("%s:%s", source->argument, name);
        HART_CLEANUP(hart_free_p) char *file_name = file_name_of(name);
        HART_CLEANUP(hart_free_p) char *uri = uri_of(source, mark, name);
        struct document *document = ingest_add(source->ingest, shown);
        struct stat status;
        write_lines(page);
        if (page->failed || lseek(page->fd, 0, SEEK_SET) != 0 || fstat(page->fd, &status) != 0) {
                ingest_failed(source->ingest, document, "there is no memory for it: %s", strerror(errno));
                return empty_page(page);
        }
        bool going = ingest_opened(source->ingest, document, page->fd, &status, &file_name, &uri);
        return empty_page(page) && going;
}

static bool open_page(struct git_page *page)
{
        page->fd = memfd_create("hartonomousctl", MFD_CLOEXEC);
        return page->fd >= 0;
}

static void close_page(struct git_page *page)
{
        if (page->fd >= 0)
                close(page->fd);
        hart_buffer_done(&page->lines);
}

/* --- the revision --- */

/* The whole argument may be a path, with "@" in it; else what is behind the last "@" is a revision. */
static bool open_repository(struct git_source *source, const char **revision)
{
        HART_CLEANUP(hart_free_p) char *path = hart_duplicate(source->argument);
        char *at = strrchr(path, '@');
        *revision = "HEAD";
        if (git_repository_open_ext(&source->repository, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) != 0 &&
            at != NULL) {
                *at = '\0';
                *revision = source->argument + (at - path) + 1;
                (void)git_repository_open_ext(&source->repository, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
        }
        source->place = source->repository != NULL ? realpath(path, NULL) : NULL;
        return source->place != NULL;
}

static bool find_commit(struct git_source *source, const char *revision)
{
        git_object *named = NULL, *commit = NULL;
        int error = git_revparse_single(&named, source->repository, revision);
        if (error == 0)
                error = git_object_peel(&commit, named, GIT_OBJECT_COMMIT);
        git_object_free(named);
        if (error != 0)
                return false;
        source->commit = (git_commit *)commit;
        (void)git_oid_tostr(source->hash, sizeof source->hash, git_commit_id(source->commit));
        return true;
}

static bool take_all(struct git_source *source)
{
        struct ingest *ingest = source->ingest;
        if (ingest->progress.shown)
                ingest->total_documents += git_count_files(source) + 2;
        if (!git_take_files(source) || ctl_interrupted(NULL) != HART_OK)
                return false;
        git_list_commits(source);
        return ctl_interrupted(NULL) == HART_OK && git_page_take(source, &source->files, "?", "files.jsonl") &&
               git_page_take(source, &source->history, "?", "commits.jsonl");
}

static bool take_repository(struct git_source *source)
{
        const char *revision = NULL;
        if (!open_repository(source, &revision)) {
                ingest_failed(source->ingest, ingest_add(source->ingest, source->argument), "no Git repository: %s",
                              git_reason());
                return true;
        }
        if (!find_commit(source, revision)) {
                ingest_failed(source->ingest, ingest_add(source->ingest, source->argument), "no commit %s: %s",
                              revision, git_reason());
                return true;
        }
        if (open_page(&source->blob) && open_page(&source->files) && open_page(&source->history))
                return take_all(source);
        hart_fail(&source->ingest->error, HART_FATAL, "no memory for documents: %s", strerror(errno));
        return false;
}

bool ingest_git(struct ingest *ingest, const char *argument)
{
        struct git_source source = {
                .ingest = ingest, .argument = argument, .blob = {.fd = -1}, .files = {.fd = -1}, .history = {.fd = -1}};
        (void)git_libgit2_init();
        /* The operator names the repository, and nothing in it is run, whoever owns it. */
        (void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
        bool going = take_repository(&source);
        close_page(&source.blob);
        close_page(&source.files);
        close_page(&source.history);
        git_commit_free(source.commit);
        git_repository_free(source.repository);
        free(source.place);
        (void)git_libgit2_shutdown();
        return going;
}
