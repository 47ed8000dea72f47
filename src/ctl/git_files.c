/* git_files: the tree of a commit. */
#include <stdio.h>
#include <string.h>

#include <hartonomous/json.h>

#include "git.h"

#define LFS_POINTER     "version https://git-lfs.github.com/spec/v1\n"
#define LFS_POINTER_MAX 1024

/* What an entry is, in the list of files. */
static const char *kind_of(const git_tree_entry *entry, const git_blob *blob)
{
        if (git_tree_entry_type(entry) == GIT_OBJECT_COMMIT)
                return "submodule";
        if (git_tree_entry_filemode(entry) == GIT_FILEMODE_LINK)
                return "link";
        if (blob == NULL)
                return "missing";
        git_object_size_t size = git_blob_rawsize(blob);
        bool pointer = size >= sizeof LFS_POINTER - 1 && size <= LFS_POINTER_MAX &&
                       memcmp(git_blob_rawcontent(blob), LFS_POINTER, sizeof LFS_POINTER - 1) == 0;
        return pointer ? "lfs-pointer" : "file";
}

static void list_entry(struct git_source *source, const char *path, const git_tree_entry *entry, const char *kind,
                       const git_blob *blob)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer line = {0};
        char hash[GIT_OID_HEXSZ + 1], mode[16];
        hart_json_writer json = {.out = &line};
        (void)snprintf(mode, sizeof mode, "%06o", (unsigned)git_tree_entry_filemode(entry));
        hart_json_begin_object(&json);
        hart_json_key(&json, "path");
        hart_json_put_text(&json, path);
        hart_json_key(&json, "kind");
        hart_json_put_text(&json, kind);
        hart_json_key(&json, "mode");
        hart_json_put_text(&json, mode);
        hart_json_key(&json, "object");
        hart_json_put_text(&json, git_oid_tostr(hash, sizeof hash, git_tree_entry_id(entry)));
        if (blob != NULL) {
                hart_json_key(&json, "size");
                hart_json_put_integer(&json, (int64_t)git_blob_rawsize(blob));
        }
        hart_json_end_object(&json);
        git_page_line(&source->files, &line);
}

static void say(struct git_source *source, const char *path, const char *what)
{
        progress_clear(&source->ingest->progress);
        ctl_say("%s:%s: %s", source->argument, path, what);
}

static bool take_blob(struct git_source *source, const char *path, const git_blob *blob)
{
        if (blob == NULL) {
                HART_CLEANUP(hart_free_p) char *shown = hart_format("%s:%s", source->argument, path);
                ingest_failed(source->ingest, ingest_add(source->ingest, shown), "cannot be read: %s", git_reason());
                return true;
        }
        git_page_bytes(&source->blob, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
        return git_page_take(source, &source->blob, "#", path);
}

/* Zero: go on; below zero: end. */
static int on_entry(const char *folder, const git_tree_entry *entry, void *data)
{
        struct git_source *source = data;
        git_blob *blob = NULL;
        bool going = ctl_interrupted(NULL) == HART_OK;
        if (!going || git_tree_entry_type(entry) == GIT_OBJECT_TREE)
                return going ? 0 : -1;
        HART_CLEANUP(hart_free_p) char *path = hart_format("%s%s", folder, git_tree_entry_name(entry));
        if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB)
                (void)git_blob_lookup(&blob, source->repository, git_tree_entry_id(entry));
        const char *kind = kind_of(entry, blob);
        list_entry(source, path, entry, kind, blob);
        if (strcmp(kind, "submodule") == 0)
                say(source, path, "submodule, a repository of its own: skipped");
        else if (strcmp(kind, "link") == 0)
                say(source, path, "symbolic link: skipped");
        else
                going = take_blob(source, path, blob);
        if (strcmp(kind, "lfs-pointer") == 0)
                say(source, path, "pointer of Git LFS: the file itself is not in the repository");
        git_blob_free(blob);
        return going ? 0 : -1;
}

bool git_take_files(struct git_source *source)
{
        git_tree *tree = NULL;
        struct ingest *ingest = source->ingest;
        int error = git_commit_tree(&tree, source->commit);
        if (error == 0)
                error = git_tree_walk(tree, GIT_TREEWALK_PRE, on_entry, source);
        git_tree_free(tree);
        if (error == 0)
                return true;
        bool ended = ctl_interrupted(NULL) != HART_OK || ingest->error.code != HART_OK;
        if (!ended)
                ingest_failed(ingest, ingest_add(ingest, source->argument), "its tree cannot be read: %s",
                              git_reason());
        return !ended;
}

static int count_entry(const char *folder, const git_tree_entry *entry, void *data)
{
        uint64_t *count = data;
        (void)folder;
        *count += git_tree_entry_type(entry) == GIT_OBJECT_BLOB && git_tree_entry_filemode(entry) != GIT_FILEMODE_LINK;
        return ctl_interrupted(NULL) == HART_OK ? 0 : -1;
}

uint64_t git_count_files(const struct git_source *source)
{
        git_tree *tree = NULL;
        uint64_t count = 0;
        if (git_commit_tree(&tree, source->commit) == 0)
                (void)git_tree_walk(tree, GIT_TREEWALK_PRE, count_entry, &count);
        git_tree_free(tree);
        return count;
}
