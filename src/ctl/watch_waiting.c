/* Files that wait until they have settled: a hash table by path. */
#include <stdlib.h>
#include <string.h>

#include "watch.h"

/* FNV-1a */
static size_t hash_of(const char *path)
{
        uint64_t hash = UINT64_C(14695981039346656037);
        for (const unsigned char *byte = (const unsigned char *)path; *byte; byte++)
                hash = (hash ^ *byte) * UINT64_C(1099511628211);
        return (size_t)hash;
}

static struct waiting_file *find(const struct waiting_files *files, const char *path)
{
        size_t slot = hash_of(path) & (files->slot_count - 1);
        while (files->slots[slot].path && strcmp(files->slots[slot].path, path) != 0)
                slot = (slot + 1) & (files->slot_count - 1);
        return &files->slots[slot];
}

/* Into a table of this many slots, without those whose path was taken. */
static void rebuild(struct waiting_files *files, size_t slot_count)
{
        struct waiting_files fresh = {.slots = hart_allocate_array(slot_count, sizeof *fresh.slots),
                                      .slot_count = slot_count,
                                      .count = files->count};
        for (size_t i = 0; i < files->slot_count; i++)
                if (files->slots[i].path)
                        *find(&fresh, files->slots[i].path) = files->slots[i];
        free(files->slots);
        *files = fresh;
}

void waiting_put(struct waiting_files *files, const char *path, uint64_t due)
{
        if (2 * (files->count + 1) > files->slot_count)
                rebuild(files, files->slot_count ? 2 * files->slot_count : 64);
        struct waiting_file *file = find(files, path);
        if (!file->path) {
                file->path = hart_duplicate(path);
                files->count++;
        }
        file->due = due;
}

uint64_t waiting_first(const struct waiting_files *files)
{
        uint64_t first = UINT64_MAX;
        for (size_t i = 0; files->count > 0 && i < files->slot_count; i++)
                if (files->slots[i].path && files->slots[i].due < first)
                        first = files->slots[i].due;
        return first;
}

size_t waiting_take(struct waiting_files *files, uint64_t now, char **paths, size_t most)
{
        size_t taken = 0;
        for (size_t i = 0; i < files->slot_count && taken < most; i++)
                if (files->slots[i].path && files->slots[i].due <= now)
                        paths[taken++] = HART_TAKE(files->slots[i].path);
        files->count -= taken;
        if (taken > 0)
                rebuild(files, files->count * 8 < files->slot_count && files->slot_count > 64 ? files->slot_count / 2
                                                                                              : files->slot_count);
        return taken;
}

void waiting_done(struct waiting_files *files)
{
        for (size_t i = 0; i < files->slot_count; i++)
                free(files->slots[i].path);
        free(files->slots);
        *files = (struct waiting_files){0};
}
