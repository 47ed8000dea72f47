/* claim: which documents are worked on in this delivery, and where they stand. */
#include <inttypes.h>
#include <string.h>

#include "batch.h"
#include "ingestion_sql.h"

static hart_code refuse(struct batch *batch, const struct document *document, hart_error *err, const char *why)
{
        hart_fail(err, HART_POISON, "source %" PRId64 " of tenant %" PRId32 " %s", document->source, document->tenant,
                  why);
        return batch_blame(batch, document, HART_POISON);
}

static hart_code read_source(struct batch *batch, struct document *document, size_t row, hart_error *err)
{
        const hart_pg_result *rows = batch->claimed;
        const char *state = hart_pg_text(rows, row, 2, NULL);
        size_t size;
        if (strcmp(state, "complete") == 0) {
                document->fate = FATE_NOTHING;
                return HART_OK;
        }
        if (strcmp(state, "staging") == 0)
                return refuse(batch, document, err, "is still being staged: stage_commit() asks for its ingestion");
        const unsigned char *hash = hart_pg_bytea(rows, row, 4, &size);
        if (hash == NULL || hart_pg_is_null(rows, row, 3))
                return refuse(batch, document, err, "was staged without size or content_hash: stage it again");
        memcpy(document->hash, hash, sizeof document->hash);
        document->size = (uint64_t)hart_pg_integer(rows, row, 3);
        document->file_name = hart_pg_text(rows, row, 5, NULL);
        document->declared = hart_pg_text(rows, row, 6, NULL);
        document->fresh = hart_pg_is_null(rows, row, 7);
        document->root = document->fresh ? 0 : hart_pg_integer(rows, row, 7);
        document->parent = hart_pg_integer(rows, row, 8);
        document->depth = (int32_t)hart_pg_integer(rows, row, 9);
        document->uri = hart_pg_text(rows, row, 10, NULL);
        document->known_type = hart_pg_text(rows, row, 11, NULL);
        return HART_OK;
}

/* A message may come late for a source that was removed; for one that never was it is wrong. */
static hart_code judge_missing(struct batch *batch, struct document *document, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        hart_pg_add_int8(&p, document->source);
        hart_code code = hart_pg_run(batch->pg, &sql_was_deleted, &p, &rows, err);
        if (code != HART_OK)
                return code;
        if (!hart_pg_flag(rows, 0, 0))
                return refuse(batch, document, err, "does not exist");
        document->fate = FATE_NOTHING;
        hart_worker_log_done(batch->context, HART_LOG_INFO, NULL,
                             "source %" PRId64 " of tenant %" PRId32 " was deleted: there is nothing to ingest",
                             document->source, document->tenant);
        return HART_OK;
}

static hart_code claim_sources(struct batch *batch, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        HART_CLEANUP(hart_free_p) int32_t *tenants = hart_allocate_array(batch->count, sizeof *tenants);
        HART_CLEANUP(hart_free_p) int64_t *sources = hart_allocate_array(batch->count, sizeof *sources);
        for (size_t i = 0; i < batch->count; i++) {
                tenants[i] = batch->documents[i].tenant;
                sources[i] = batch->documents[i].source;
        }
        hart_pg_add_int4_array(&p, tenants, batch->count);
        hart_pg_add_int8_array(&p, sources, batch->count);
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters owners = {0};
        hart_pg_add_int4_array(&owners, tenants, batch->count);
        const hart_pg_call calls[] = {{.statement = &sql_pin_plans},
                                      {.statement = &sql_lock_tenants, .parameters = &owners},
                                      {.statement = &sql_claim_sources, .parameters = &p, .ret = &batch->claimed}};
        hart_code code = hart_pg_run_many(batch->pg, calls, sizeof calls / sizeof *calls, err);
        if (code != HART_OK)
                return code;
        size_t row = 0;
        for (size_t i = 0; code == HART_OK && i < batch->count; i++) {
                struct document *document = &batch->documents[i];
                if (row == hart_pg_rows(batch->claimed) ||
                    hart_pg_integer(batch->claimed, row, 0) != document->tenant ||
                    hart_pg_integer(batch->claimed, row, 1) != document->source)
                        code = judge_missing(batch, document, err);
                else
                        code = read_source(batch, document, row++, err);
        }
        return code;
}

/* The job was begun by an atomizer of another version, or of this one? */
static hart_code read_job(struct batch *batch, struct document *document, const hart_pg_result *rows, size_t row,
                          hart_error *err)
{
        document->has_job = true;
        if (hart_pg_flag(rows, row, 7)) {
                document->fate = FATE_COMPLETE;
                document->changed = true;
                return HART_OK;
        }
        document->atomizer = hart_atomizer_find(hart_pg_text(rows, row, 2, NULL));
        if (document->atomizer != NULL && document->atomizer->version == hart_pg_integer(rows, row, 3) &&
            strcmp(hart_unicode_version(), hart_pg_text(rows, row, 4, NULL)) == 0) {
                document->offset = (uint64_t)hart_pg_integer(rows, row, 5);
                document->sequence = hart_pg_integer(rows, row, 6);
                document->events = hart_pg_integer(rows, row, 8);
                document->nodes = hart_pg_integer(rows, row, 9);
                document->unread = document->atomizer->way != HART_WINDOWS;
                return HART_OK;
        }
        if (document->atomizer == NULL)
                document->atomizer = hart_atomizers[hart_atomizer_count - 1];
        document->unread = document->atomizer->way != HART_WINDOWS;
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        hart_pg_add_int4(&p, document->tenant);
        hart_pg_add_int8(&p, document->root);
        hart_pg_add_text(&p, document->atomizer->name);
        hart_pg_add_int4(&p, document->atomizer->version);
        hart_pg_add_text(&p, hart_unicode_version());
        return hart_pg_run(batch->pg, &sql_restart_job, &p, NULL, err);
}

/* Of documents with the same content one does the work and the others follow. */
static void follow(struct batch *batch, struct document *document, size_t number)
{
        for (size_t i = 0; i < batch->count; i++) {
                const struct document *other = &batch->documents[i];
                if (i != number && other->fate == FATE_WORK && other->tenant == document->tenant &&
                    other->root == document->root && other->has_job) {
                        document->fate = FATE_FOLLOW;
                        document->leader = i;
                        return;
                }
        }
}

/* Who holds the job of a fresh document is at work on it: waiting here, with other jobs locked, could be for somebody
 * who waits for one of those. The next delivery knows the document and locks its job in order. */
static hart_code miss_job(struct batch *batch, struct document *document, hart_error *err)
{
        if (!document->fresh)
                return refuse(batch, document, err, "has lost its row in ingestion_job: deliver it anew");
        document->fate = FATE_LATER;
        return HART_OK;
}

static size_t collect_roots(const struct batch *batch, bool fresh, int32_t *tenants, int64_t *roots)
{
        size_t count = 0;
        for (size_t i = 0; i < batch->count; i++) {
                const struct document *document = &batch->documents[i];
                if (document->fate != FATE_WORK || document->fresh != fresh || document->root == 0)
                        continue;
                tenants[count] = document->tenant;
                roots[count++] = document->root;
        }
        return count;
}

hart_code batch_lock_jobs(struct batch *batch, bool fresh, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        HART_CLEANUP(hart_pg_result_close_p) hart_pg_result *rows = NULL;
        HART_CLEANUP(hart_free_p) int32_t *tenants = hart_allocate_array(batch->count, sizeof *tenants);
        HART_CLEANUP(hart_free_p) int64_t *roots = hart_allocate_array(batch->count, sizeof *roots);
        size_t count = collect_roots(batch, fresh, tenants, roots);
        if (count == 0)
                return HART_OK;
        hart_pg_add_int4_array(&p, tenants, count);
        hart_pg_add_int8_array(&p, roots, count);
        hart_code code = hart_pg_run(batch->pg, fresh ? &sql_lock_free_jobs : &sql_lock_jobs, &p, &rows, err);
        for (size_t i = 0; code == HART_OK && i < batch->count; i++) {
                struct document *document = &batch->documents[i];
                if (document->fate != FATE_WORK || document->fresh != fresh || document->root == 0)
                        continue;
                follow(batch, document, i);
                for (size_t row = 0; code == HART_OK && document->fate == FATE_WORK && row < hart_pg_rows(rows);
                     row++) {
                        if (hart_pg_integer(rows, row, 1) == document->root &&
                            hart_pg_integer(rows, row, 0) == document->tenant && !document->has_job)
                                code = read_job(batch, document, rows, row, err);
                }
                if (code == HART_OK && document->fate == FATE_WORK && !document->has_job)
                        code = miss_job(batch, document, err);
        }
        return code;
}

/* Bytes of a document that this delivery wants at hand: the next window; where its atomizer wants the whole document,
 * all of it, or nothing where that is too much for memory and goes to a file. */
static uint64_t window_of(const struct batch *batch, struct document *document)
{
        uint64_t left = document->size - document->offset;
        bool windows = document->fresh || document->atomizer == NULL ||
                       (document_content_atomizer(document) != NULL && left > 0);
        document->from = windows ? document->offset : 0;
        if (windows)
                return left < batch->settings->window ? left : batch->settings->window;
        return document->size <= HART_WINDOW_MAX ? document->size : 0;
}

/* As many documents as fit into memory; the rest is for a later delivery. One at least, however big its window is. */
static void plan(struct batch *batch)
{
        uint64_t total = 0;
        bool any = false;
        for (size_t i = 0; i < batch->count; i++) {
                struct document *document = &batch->documents[i];
                if (document->fate != FATE_WORK)
                        continue;
                uint64_t want = window_of(batch, document);
                if (any && total + want > batch->settings->batch_memory) {
                        document->fate = FATE_LATER;
                        continue;
                }
                any = true;
                total += want;
                document->want = (size_t)want;
        }
}

hart_code batch_claim(struct batch *batch, hart_error *err)
{
        hart_code code = claim_sources(batch, err);
        if (code == HART_OK)
                code = batch_lock_jobs(batch, false, err);
        if (code == HART_OK)
                plan(batch);
        return code;
}
