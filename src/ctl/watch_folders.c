/* Folders under inotify's watch, with all folders in them, and what it says of them. */
#include <errno.h>
#include <fnmatch.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <hartonomous/clock.h>

#include "watch.h"

#define EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW)

/* Of programs that are not done with a file yet, and of what nobody is meant to see. */
static const char *const passing_names[] = {".*", "*~", "*.part", "*.partial", "*.tmp", "*.swp", "*.crdownload", "#*#"};

static bool matches(const char *pattern, const char *path)
{
        const char *slash = strrchr(path, '/');
        return fnmatch(pattern, strchr(pattern, '/') || !slash ? path : slash + 1, 0) == 0;
}

static bool matches_any(const char *const *patterns, size_t count, const char *path)
{
        for (size_t i = 0; i < count; i++)
                if (matches(patterns[i], path))
                        return true;
        return false;
}

bool watch_wants(const ctl_options *options, const char *path, bool folder)
{
        if (!options->all && matches_any(passing_names, sizeof passing_names / sizeof passing_names[0], path))
                return false;
        if (matches_any(options->exclude.items, options->exclude.count, path))
                return false;
        return folder || options->include.count == 0 ||
               matches_any(options->include.items, options->include.count, path);
}

/* --- folders --- */

static size_t position_of(const struct watch *watch, int number)
{
        size_t low = 0, high = watch->folder_count;
        while (low < high) {
                const size_t middle = low + (high - low) / 2;
                if (watch->folders[middle].number < number)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static struct watched_folder *folder_of(const struct watch *watch, int number)
{
        const size_t at = position_of(watch, number);
        return at < watch->folder_count && watch->folders[at].number == number ? &watch->folders[at] : NULL;
}

static void note_folder(struct watch *watch, int number, const char *path)
{
        struct watched_folder *known = folder_of(watch, number);
        if (known) { /* it was moved, or everything is looked at again */
                free(known->path);
                known->path = hart_duplicate(path);
                return;
        }
        if (watch->folder_count == watch->folder_capacity) {
                watch->folder_capacity = watch->folder_capacity ? 2 * watch->folder_capacity : 64;
                watch->folders =
                        hart_reallocate_array(watch->folders, watch->folder_capacity, sizeof watch->folders[0]);
        }
        const size_t at = position_of(watch, number);
        memmove(&watch->folders[at + 1], &watch->folders[at], (watch->folder_count - at) * sizeof watch->folders[0]);
        watch->folders[at] = (struct watched_folder){.number = number, .path = hart_duplicate(path)};
        watch->folder_count++;
}

static void forget_folder(struct watch *watch, int number)
{
        struct watched_folder *folder = folder_of(watch, number);
        if (!folder)
                return;
        const size_t at = (size_t)(folder - watch->folders);
        free(folder->path);
        watch->folder_count--;
        memmove(folder, folder + 1, (watch->folder_count - at) * sizeof *folder);
}

/* What is moved away is still watched by number, under a name that is no longer its own. */
static void forget_moved(struct watch *watch, const char *path)
{
        const size_t size = strlen(path);
        for (size_t i = watch->folder_count; i-- > 0;) {
                const char *folder = watch->folders[i].path;
                if (strncmp(folder, path, size) != 0 || (folder[size] != '\0' && folder[size] != '/'))
                        continue;
                inotify_rm_watch(watch->inotify, watch->folders[i].number);
                forget_folder(watch, watch->folders[i].number);
        }
}

static bool add_folder(struct watch *watch, const char *path)
{
        const int number = inotify_add_watch(watch->inotify, path, EVENTS);
        if (number >= 0) {
                note_folder(watch, number, path);
                return true;
        }
        if (errno == ENOSPC) {
                hart_fail(&watch->error, HART_CONFIG,
                          "%s: no more folders can be watched: raise fs.inotify.max_user_watches (sysctl)", path);
                return false;
        }
        if (errno != ENOENT && errno != ENOTDIR) /* else it was quicker */
                ctl_say("%s: cannot be watched: %s", path, strerror(errno));
        return true;
}

/* A folder is watched before its entries are read, so nothing comes in between unseen. */
static bool take_entry(struct watch *watch, FTS *tree, FTSENT *entry, uint64_t due)
{
        const bool wanted = entry->fts_level == FTS_ROOTLEVEL ||
                            watch_wants(&watch->ctl->options, entry->fts_path, entry->fts_info == FTS_D);
        if (entry->fts_info == FTS_D && wanted)
                return add_folder(watch, entry->fts_path);
        if (entry->fts_info == FTS_D)
                fts_set(tree, entry, FTS_SKIP);
        else if (entry->fts_info == FTS_F && wanted)
                waiting_put(&watch->files, entry->fts_path, due);
        else if (entry->fts_info == FTS_DNR)
                ctl_say("%s: %s", entry->fts_path, strerror(entry->fts_errno));
        return true;
}

bool watch_add(struct watch *watch, const char *path, uint64_t due)
{
        HART_CLEANUP(hart_free_p) char *copy = hart_duplicate(path);
        char *const paths[] = {copy, NULL};
        FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
        bool going = tree != NULL;
        if (!tree)
                hart_fail_errno(&watch->error, HART_FAILED, errno, "%s", path);
        for (FTSENT *entry; going && (entry = fts_read(tree)) != NULL;)
                going = take_entry(watch, tree, entry, due) && ctl_interrupted(NULL) == HART_OK;
        if (tree)
                fts_close(tree);
        return going;
}

/* --- events --- */

static bool take_event(struct watch *watch, const struct inotify_event *event)
{
        if (event->mask & IN_Q_OVERFLOW) {
                watch->overflown = true;
                return true;
        }
        if (event->mask & IN_IGNORED) {
                forget_folder(watch, event->wd);
                return true;
        }
        const struct watched_folder *folder = folder_of(watch, event->wd);
        if (!folder || event->len == 0)
                return true;
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s/%s", folder->path, event->name);
        const bool is_folder = event->mask & IN_ISDIR;
        const uint64_t due = hart_now() + (uint64_t)watch->ctl->options.settle * HART_SECOND;
        if (is_folder && event->mask & IN_MOVED_FROM)
                forget_moved(watch, path);
        if (!watch_wants(&watch->ctl->options, path, is_folder))
                return true;
        if (is_folder && event->mask & (IN_CREATE | IN_MOVED_TO))
                return watch_add(watch, path, due);
        if (!is_folder && event->mask & (IN_CLOSE_WRITE | IN_MOVED_TO))
                waiting_put(&watch->files, path, due);
        return true;
}

bool watch_read(struct watch *watch)
{
        _Alignas(struct inotify_event) char buffer[65536];
        ssize_t size;
        while ((size = read(watch->inotify, buffer, sizeof buffer)) > 0) {
                for (char *at = buffer; at < buffer + size;) {
                        const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
                        if (!take_event(watch, event))
                                return false;
                        at += sizeof *event + event->len;
                }
        }
        return true;
}

void watch_done(struct watch *watch)
{
        for (size_t i = 0; i < watch->folder_count; i++)
                free(watch->folders[i].path);
        free(watch->folders);
        for (size_t i = 0; watch->roots && watch->roots[i]; i++)
                free(watch->roots[i]);
        free(watch->roots);
        waiting_done(&watch->files);
        if (watch->inotify >= 0)
                close(watch->inotify);
        ingest_close(watch->ingest);
}
