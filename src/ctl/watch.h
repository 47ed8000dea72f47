/* Private to `watch`: folders under watch, and files that wait until they have settled. */
#ifndef CTL_WATCH_H
#define CTL_WATCH_H

#include "ingest.h"

/* A file that was written or moved in, and when nothing more is expected to happen to it. */
struct waiting_file {
        char *path; /* NULL: an empty slot */
        uint64_t due;
};

/* Files by path; each once. Zeroed is empty. */
struct waiting_files {
        struct waiting_file *slots;
        size_t slot_count, count;
};

void waiting_put(struct waiting_files *files, const char *path, uint64_t due);
/* When the first of them is due; UINT64_MAX where there is none. */
uint64_t waiting_first(const struct waiting_files *files);
/* Takes at most `most` that are due out of it; their paths are the caller's. Returns how many. */
size_t waiting_take(struct waiting_files *files, uint64_t now, char **paths, size_t most);
void waiting_done(struct waiting_files *files);

struct watched_folder {
        int number; /* inotify's */
        char *path;
};

struct watch {
        struct ctl *ctl;
        struct ingest *ingest;
        char **roots;
        int inotify;
        struct watched_folder *folders; /* sorted by number: inotify counts up */
        size_t folder_count, folder_capacity;
        struct waiting_files files;
        bool overflown; /* something was missed: everything is looked at again */
        hart_error error;
};

/* Watches a folder with all in it; its files wait until `due`. False where the watching has to end (watch->error). */
bool watch_add(struct watch *watch, const char *path, uint64_t due);
/* Reads what inotify has to say. False as above. */
bool watch_read(struct watch *watch);
void watch_done(struct watch *watch);
/* Is a file, or a folder, of this name to be looked at? */
bool watch_wants(const ctl_options *options, const char *path, bool folder);

#endif
