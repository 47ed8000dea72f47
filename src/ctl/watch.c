/* watch: files that are written or moved into folders are handed in, for as long as it runs. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hartonomous/clock.h>

#include "commands.h"
#include "table.h"
#include "watch.h"

#define ROUND_FILES 1024
#define PAUSE_FIRST HART_SECOND
#define PAUSE_MOST  (30 * HART_SECOND)

static void tell_document(const struct watch *watch, const struct document *document)
{
        if (!watch->ctl->options.json) {
                HART_CLEANUP(hart_free_p) char *path = one_line(document->path, strlen(document->path), 0);
                printf("source %" PRId64 ": %s\n", document->source, path);
                return;
        }
        HART_CLEANUP(hart_buffer_done) hart_buffer line = {0};
        hart_json_writer writer = {.out = &line};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "source");
        hart_json_put_integer(&writer, document->source);
        hart_json_key(&writer, "size");
        hart_json_put_integer(&writer, document->size);
        hart_json_key(&writer, "path");
        hart_json_put_text(&writer, document->path);
        hart_json_end_object(&writer);
        json_show(&line);
}

/* Says what was handed in; what PostgreSQL did not take waits on. */
static void settle_round(struct watch *watch, uint64_t again)
{
        for (size_t i = 0; i < watch->ingest->count; i++) {
                const struct document *document = &watch->ingest->documents[i];
                if (document->state == DOCUMENT_STAGED && document->source)
                        tell_document(watch, document);
                else if (!document->source && !document->failure)
                        waiting_put(&watch->files, document->path, again);
        }
        fflush(stdout);
        ingest_clear(watch->ingest);
}

static bool is_there(const char *path)
{
        struct stat status;
        return lstat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* A round of files that are due. False where PostgreSQL is away or the whole has to end. */
static bool hand_in(struct watch *watch)
{
        char *paths[ROUND_FILES];
        const size_t count = waiting_take(&watch->files, hart_now(), paths, ROUND_FILES);
        bool going = true;
        for (size_t i = 0; i < count; i++) {
                if (going && is_there(paths[i])) /* else it was removed or moved on before it settled */
                        going = ingest_file(watch->ingest, paths[i]);
                else if (!going)
                        waiting_put(&watch->files, paths[i], hart_now());
                free(paths[i]);
        }
        going = ingest_flush(watch->ingest) && going;
        watch->error = watch->ingest->error;
        settle_round(watch, hart_now());
        return going;
}

static bool hand_in_all(struct watch *watch)
{
        bool going = true;
        while (going && watch->files.count > 0 && waiting_first(&watch->files) <= hart_now() &&
               ctl_interrupted(NULL) == HART_OK)
                going = hand_in(watch);
        return going;
}

static bool scan(struct watch *watch)
{
        bool going = true;
        watch->overflown = false;
        for (char **root = watch->roots; going && *root; root++)
                going = watch_add(watch, *root, hart_now());
        return going;
}

/* Until there is something to do: an event, a file that has settled, the end of a pause, a signal. */
static void wait_for_work(const struct watch *watch, int signals, uint64_t pause_end)
{
        struct pollfd files[] = {{.fd = watch->inotify, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
        uint64_t until = waiting_first(&watch->files), now = hart_now();
        if (pause_end > until || (pause_end > now && until != UINT64_MAX))
                until = pause_end;
        int timeout = -1;
        if (until != UINT64_MAX)
                timeout = until <= now                               ? 0
                          : (until - now) / HART_MILLISECOND > 60000 ? 60000
                                                                     : (int)((until - now) / HART_MILLISECOND) + 1;
        poll(files, 2, timeout);
}

/* PostgreSQL away is waited for; anything else ends the watching. */
static bool is_passing(const hart_error *err)
{
        return err->code == HART_RETRY;
}

static int keep_watching(struct watch *watch, int signals)
{
        uint64_t pause = 0, pause_end = 0;
        while (ctl_interrupted(NULL) == HART_OK) {
                if (watch->folder_count == 0)
                        return ctl_not_found("%s: is gone; there is nothing left to watch", watch->roots[0]);
                wait_for_work(watch, signals, pause_end);
                bool going = watch_read(watch);
                if (going && watch->overflown)
                        going = scan(watch);
                if (!going && ctl_interrupted(NULL) == HART_OK)
                        return ctl_fail(watch->ctl, &watch->error);
                if (hart_now() < pause_end)
                        continue;
                hart_error err = {0};
                going = hart_pg_is_up(watch->ctl->pg) || ctl_try_connect(watch->ctl, &err) == HART_OK;
                if (going && !(going = hand_in_all(watch)))
                        err = watch->error;
                if (going) {
                        pause = 0;
                        continue;
                }
                if (ctl_interrupted(NULL) != HART_OK)
                        break;
                if (!is_passing(&err))
                        return ctl_fail(watch->ctl, &err);
                if (pause == 0)
                        ctl_fail(watch->ctl, &err);
                pause = pause == 0 ? PAUSE_FIRST : pause * 2 < PAUSE_MOST ? pause * 2 : PAUSE_MOST;
                pause_end = hart_now() + pause;
        }
        return CTL_OK;
}

static int find_roots(struct watch *watch, int count, char *arguments[])
{
        watch->roots = hart_allocate_array((size_t)count + 1, sizeof watch->roots[0]);
        for (int i = 0; i < count; i++) {
                struct stat status;
                watch->roots[i] = realpath(arguments[i], NULL);
                if (!watch->roots[i] || stat(watch->roots[i], &status) != 0)
                        return ctl_not_found("%s: %s", arguments[i], strerror(errno));
                if (!S_ISDIR(status.st_mode))
                        return ctl_usage("%s: is no folder; `ingest` takes files", arguments[i]);
        }
        return CTL_OK;
}

static int run(struct watch *watch, int signals)
{
        watch->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (watch->inotify < 0 || signals < 0)
                hart_fail_errno(&watch->error, HART_FAILED, errno, "inotify");
        else if (scan(watch))
                return keep_watching(watch, signals);
        return ctl_interrupted(NULL) != HART_OK ? CTL_OK : ctl_fail(watch->ctl, &watch->error);
}

int ctl_watch(struct ctl *ctl, int count, char *arguments[])
{
        HART_CLEANUP(watch_done) struct watch watch = {.ctl = ctl, .inotify = -1};
        int status = find_roots(&watch, count, arguments);
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        sigset_t awaited;
        sigemptyset(&awaited);
        sigaddset(&awaited, SIGINT);
        sigaddset(&awaited, SIGTERM);
        ctl_hold_signals();
        watch.ingest = ingest_open(ctl);
        const int signals = signalfd(-1, &awaited, SFD_CLOEXEC | SFD_NONBLOCK); /* polled, never read */
        status = run(&watch, signals);
        if (signals >= 0)
                close(signals);
        return status;
}
