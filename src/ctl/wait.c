/* ingest --wait: until the documents are atoms, and with =all until nothing is left to do for them. */
#include "ingest.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hartonomous/clock.h>

#include "ctl_sql.h"

#define SHORTEST_PAUSE (10 * HART_MILLISECOND)
#define LONGEST_PAUSE  (500 * HART_MILLISECOND)
#define PATIENCE       (15 * HART_SECOND)

struct pending {
        int64_t source;
        size_t document;
        bool done;
};

struct waiting {
        struct ingest *ingest;
        struct pending *pending; /* not finished yet, in order of source */
        size_t count, total;
        uint64_t pause, moved_at;
        int64_t depth, dead; /* of the pipeline's queues, at the last look */
        bool warned;
        int64_t bytes; /* done so far of documents that take several steps */
};

static int by_source(const void *left, const void *right)
{
        const struct pending *a = left, *b = right;
        return (a->source > b->source) - (a->source < b->source);
}

static void settle(struct waiting *waiting, int64_t source, const char *state, const char *failure)
{
        struct pending wanted = {.source = source};
        struct pending *found = bsearch(&wanted, waiting->pending, waiting->count, sizeof wanted, by_source);
        if (!found)
                return;
        found->done = true;
        struct document *document = &waiting->ingest->documents[found->document];
        if (strcmp(state, "failed") == 0)
                ingest_failed(waiting->ingest, document, "was not ingested: %s", failure);
        else if (document->state == DOCUMENT_STAGED)
                document->state = DOCUMENT_COMPLETE;
}

static void forget_done(struct waiting *waiting)
{
        size_t kept = 0;
        for (size_t i = 0; i < waiting->count; i++)
                if (!waiting->pending[i].done)
                        waiting->pending[kept++] = waiting->pending[i];
        waiting->count = kept;
}

static hart_code look_at_sources(struct waiting *waiting, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        HART_CLEANUP(hart_free_p) int64_t *sources = hart_allocate_array(waiting->count + 1, sizeof *sources);
        for (size_t i = 0; i < waiting->count; i++)
                sources[i] = waiting->pending[i].source;
        hart_pg_parameters parameters = {0};
        hart_pg_add_int4(&parameters, waiting->ingest->tenant);
        hart_pg_add_int8_array(&parameters, sources, waiting->count);
        hart_code code = hart_pg_run(waiting->ingest->ctl->pg, &sql_finished, &parameters, &rows, err);
        hart_pg_parameters_done(&parameters);
        if (code != HART_OK)
                return code;
        int64_t bytes = 0;
        for (size_t row = 0; row < hart_pg_rows(rows); row++) {
                const char *source_state = hart_pg_text(rows, row, 1, NULL);
                if (strcmp(source_state, "atomizing") == 0)
                        bytes += hart_pg_integer(rows, row, 3);
                else
                        settle(waiting, hart_pg_integer(rows, row, 0), source_state, hart_pg_text(rows, row, 2, NULL));
        }
        const size_t before = waiting->count;
        forget_done(waiting);
        if (waiting->count != before || bytes != waiting->bytes)
                waiting->moved_at = hart_now();
        waiting->bytes = bytes;
        return HART_OK;
}

static void pause_a_while(struct waiting *waiting)
{
        struct timespec pause = {.tv_nsec = (long)(waiting->pause * 1000)};
        nanosleep(&pause, NULL);
        waiting->pause = waiting->pause * 3 / 2 < LONGEST_PAUSE ? waiting->pause * 3 / 2 : LONGEST_PAUSE;
        if (waiting->warned || hart_now() - waiting->moved_at < PATIENCE)
                return;
        waiting->warned = true;
        progress_clear(&waiting->ingest->progress);
        ctl_say("nothing has moved for %d s; `hartonomousctl status` shows whether the daemons run",
                (int)(PATIENCE / HART_SECOND));
}

static void sleep_for(uint64_t time)
{
        for (uint64_t end = hart_now() + time; hart_now() < end && ctl_interrupted(NULL) == HART_OK;)
                nanosleep(&(struct timespec){.tv_nsec = SHORTEST_PAUSE * 1000}, NULL);
}

/* PostgreSQL restarts now and then. The documents are in it, so the wait goes on when it is back. */
static hart_code reconnect(struct waiting *waiting, hart_error *err)
{
        hart_code code = HART_RETRY;
        progress_clear(&waiting->ingest->progress);
        ctl_say("%s; the documents are handed in, waiting for PostgreSQL", ctl_reason(err));
        for (unsigned tries = 1; code == HART_RETRY; tries++) {
                sleep_for(hart_backoff_delay(tries, LONGEST_PAUSE, PATIENCE, hart_random()));
                code = ctl_interrupted(NULL);
                if (code == HART_OK)
                        code = ctl_try_connect(waiting->ingest->ctl, err);
        }
        waiting->moved_at = hart_now();
        return code;
}

/* Looks until there is an answer; false where the wait is over, with ingest->error. */
static bool see(struct waiting *waiting, hart_code (*look)(struct waiting *waiting, hart_error *err))
{
        hart_error err = {0};
        hart_code code = HART_OK;
        for (bool answered = false; !answered && code == HART_OK;) {
                code = ctl_interrupted(NULL);
                if (code == HART_OK)
                        code = look(waiting, &err);
                answered = code == HART_OK;
                if (code == HART_RETRY)
                        code = reconnect(waiting, &err);
        }
        if (code == HART_STOPPED)
                hart_fail(&err, code, "stopped waiting; the documents are handed in, the work goes on");
        if (code != HART_OK)
                waiting->ingest->error = err;
        return code == HART_OK;
}

static bool wait_complete(struct waiting *waiting)
{
        while (see(waiting, look_at_sources)) {
                if (waiting->count == 0)
                        return true;
                progress_draw(&waiting->ingest->progress, "ingested", waiting->total - waiting->count, waiting->total,
                              "");
                pause_a_while(waiting);
        }
        return false;
}

static hart_code look_at_queues(struct waiting *waiting, hart_error *err)
{
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_code code = hart_pg_run(waiting->ingest->ctl->pg, &sql_pipeline, NULL, &rows, err);
        if (code != HART_OK)
                return code;
        const int64_t depth = hart_pg_integer(rows, 0, 0);
        if (depth != waiting->depth)
                waiting->moved_at = hart_now();
        waiting->depth = depth;
        waiting->dead = hart_pg_integer(rows, 0, 1);
        return HART_OK;
}

static bool wait_drained(struct waiting *waiting, int64_t dead_before)
{
        waiting->pause = SHORTEST_PAUSE;
        while (see(waiting, look_at_queues)) {
                if (waiting->depth == 0 && waiting->dead <= dead_before)
                        return true;
                if (waiting->depth == 0) {
                        hart_fail(&waiting->ingest->error, HART_FAILED,
                                  "%lld messages were given up meanwhile; `hartonomousctl dead-letter list` says why",
                                  (long long)(waiting->dead - dead_before));
                        return false;
                }
                progress_draw(&waiting->ingest->progress, "messages left", (uint64_t)waiting->depth, 0, "");
                pause_a_while(waiting);
        }
        return false;
}

bool ingest_wait(struct ingest *ingest, int wait)
{
        struct waiting waiting = {.ingest = ingest, .pause = SHORTEST_PAUSE, .moved_at = hart_now()};
        HART_CLEANUP(hart_free_p)
        struct pending *pending = hart_allocate_array(ingest->count + 1, sizeof *pending);
        for (size_t i = 0; i < ingest->count; i++)
                if (ingest->documents[i].source && ingest->documents[i].state != DOCUMENT_FAILED)
                        pending[waiting.count++] =
                                (struct pending){.source = ingest->documents[i].source, .document = i};
        qsort(pending, waiting.count, sizeof *pending, by_source);
        waiting.pending = pending;
        waiting.total = waiting.count;
        if (!see(&waiting, look_at_queues))
                return false;
        const int64_t dead_before = waiting.dead;
        bool going = wait_complete(&waiting);
        if (going && wait == CTL_WAIT_ALL)
                going = wait_drained(&waiting, dead_before);
        progress_clear(&ingest->progress);
        return going;
}
