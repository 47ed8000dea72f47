/* Private to `ingest --git`: one revision of one repository. */
#ifndef CTL_GIT_H
#define CTL_GIT_H

#include <git2.h>

#include "ingest.h"

/* A document that is made here, not read from a file: it grows in memory that is a file to the rest of `ingest`. */
struct git_page {
        int fd;
        hart_buffer lines; /* not written yet */
        uint64_t size;
        bool failed;
};

struct git_source {
        struct ingest *ingest;
        const char *argument; /* as typed */
        char *place;          /* the repository's absolute path */
        git_repository *repository;
        git_commit *commit;
        char hash[GIT_OID_HEXSZ + 1]; /* the commit's */
        struct git_page blob, files, history;
};

/* An argument "REPOSITORY" or "REPOSITORY@REVISION". False where the whole has to end (ingest->error). */
bool ingest_git(struct ingest *ingest, const char *argument);

/* All files of the revision; their list is written to source->files. */
bool git_take_files(struct git_source *source);
uint64_t git_count_files(const struct git_source *source);
/* Writes the commits that lead to the revision, newest first, to source->history. */
void git_list_commits(struct git_source *source);

/* Adds a line, or bytes. */
void git_page_line(struct git_page *page, const hart_buffer *line);
void git_page_bytes(struct git_page *page, const void *data, size_t size);
/* Hands the page in and empties it. `name` ends the URI, behind "#" for a file of the tree and "?" for a list. False
 * where the whole has to end. */
bool git_page_take(struct git_source *source, struct git_page *page, const char *mark, const char *name);

const char *git_reason(void);

#endif
