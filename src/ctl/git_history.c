/* git_history: the commits that lead to a revision. */
#include <stdio.h>
#include <time.h>

#include <hartonomous/json.h>

#include "git.h"

#define COMMITS_MAX 10000 /* unless --commits says otherwise */

/* "2024-02-29T13:00:00+01:00": when it was where the author was. */
static void put_time(hart_json_writer *json, const git_time *when)
{
        char text[64];
        struct tm parts;
        const time_t local = (time_t)(when->time + (git_time_t)when->offset * 60);
        if (gmtime_r(&local, &parts) == NULL || parts.tm_year > 9999 - 1900)
                return;
        const size_t size = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
        const int minutes = when->offset < 0 ? -when->offset : when->offset;
        (void)snprintf(text + size, sizeof text - size, "%c%02d:%02d", when->offset < 0 ? '-' : '+', minutes / 60 % 100,
                       minutes % 60);
        hart_json_key(json, "date");
        hart_json_put_text(json, text);
}

static void put_person(hart_json_writer *json, const char *key, const git_signature *person)
{
        if (person == NULL)
                return;
        hart_json_key(json, key);
        hart_json_begin_object(json);
        hart_json_key(json, "name");
        hart_json_put_text(json, person->name);
        hart_json_key(json, "email");
        hart_json_put_text(json, person->email);
        put_time(json, &person->when);
        hart_json_end_object(json);
}

static void list_commit(struct git_source *source, const git_commit *commit)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer line = {0};
        hart_json_writer json = {.out = &line};
        char hash[GIT_OID_HEXSZ + 1];
        hart_json_begin_object(&json);
        hart_json_key(&json, "commit");
        hart_json_put_text(&json, git_oid_tostr(hash, sizeof hash, git_commit_id(commit)));
        hart_json_key(&json, "parents");
        hart_json_begin_array(&json);
        for (unsigned i = 0; i < git_commit_parentcount(commit); i++)
                hart_json_put_text(&json, git_oid_tostr(hash, sizeof hash, git_commit_parent_id(commit, i)));
        hart_json_end_array(&json);
        put_person(&json, "author", git_commit_author(commit));
        put_person(&json, "committer", git_commit_committer(commit));
        hart_json_key(&json, "message");
        hart_json_put_text(&json, git_commit_message(commit));
        hart_json_end_object(&json);
        git_page_line(&source->history, &line);
}

static int list(struct git_source *source, git_revwalk *walk)
{
        const int64_t depth = source->ingest->ctl->options.depth;
        git_oid id;
        int error = 0;
        for (int64_t left = depth > 0 ? depth : COMMITS_MAX; left > 0 && ctl_interrupted(NULL) == HART_OK; left--) {
                git_commit *commit = NULL;
                error = git_revwalk_next(&id, walk);
                if (error == 0)
                        error = git_commit_lookup(&commit, source->repository, &id);
                if (error != 0)
                        break;
                list_commit(source, commit);
                git_commit_free(commit);
        }
        return error == GIT_ITEROVER ? 0 : error;
}

void git_list_commits(struct git_source *source)
{
        git_revwalk *walk = NULL;
        int error = git_revwalk_new(&walk, source->repository);
        if (error == 0)
                error = git_revwalk_sorting(walk, GIT_SORT_TIME);
        if (error == 0)
                error = git_revwalk_push(walk, git_commit_id(source->commit));
        if (error == 0)
                error = list(source, walk);
        if (error != 0) { /* a shallow clone ends somewhere */
                progress_clear(&source->ingest->progress);
                ctl_say("%s: the history breaks off: %s", source->argument, git_reason());
        }
        git_revwalk_free(walk);
}
