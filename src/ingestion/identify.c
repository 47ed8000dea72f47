/* identify: what fresh documents are, which atom each is, and how far that atom is already. */
#include <inttypes.h>
#include <string.h>

#include "batch.h"
#include "ingestion_sql.h"

#define HEAD_MAX ((size_t)64 << 10)

static bool is_identified_now(const struct document *document)
{
        return document->fate == FATE_WORK && document->fresh;
}

/* The child looks at the first bytes: they may be hostile already. */
static hart_code ask(struct batch *batch, struct document *document, hart_error *err)
{
        size_t size = document->bytes.size;
        const atomize_question question = {
                .head = document->bytes.data != NULL ? document->bytes.data : (const unsigned char *)"",
                .size = size < HEAD_MAX ? size : HEAD_MAX,
                .declared = document->declared,
                .name = document->file_name,
                .tenant = document->tenant,
                .source = document->source,
        };
        hart_worker_status(batch->context, "looking at source %" PRId64, document->source);
        hart_code code =
                atomize_client_identify(&batch->state->client, &question, &document->found, &document->atomizer, err);
        if (code != HART_OK)
                return code == HART_FAILED || code == HART_POISON ? batch_blame(batch, document, code) : code;
        document->content_type = (const char *)document->found.data;
        document->unread = document->atomizer->way != HART_WINDOWS && document->size > 0;
        document->changed = true;
        return HART_OK;
}

static void put_root(struct batch *batch, struct document *document)
{
        bool added;
        const struct atom root = {
                .content = document->bytes.data,
                .size = document->size,
                .content_type = document->content_type,
                .tenant = document->tenant,
                .kind = atom_kind_of(batch->kinds, batch->kind_count, document->atomizer->modality,
                                     document->atomizer->document_subtype),
                .composed = true,
        };
        struct atom key = root;
        memcpy(key.hash, document->hash, sizeof key.hash);
        document->root_number = atom_table_put(&batch->roots, &key, &added);
}

static int compare(const void *a, const void *b)
{
        const struct document *left = *(struct document *const *)a, *right = *(struct document *const *)b;
        if (left->tenant != right->tenant)
                return left->tenant < right->tenant ? -1 : 1;
        return (left->root > right->root) - (left->root < right->root);
}

/* Sorted by key, as the statement inserts them. */
static hart_code begin_jobs(struct batch *batch, struct document **documents, size_t count, hart_error *err)
{
        HART_CLEANUP(hart_pg_parameters_done) hart_pg_parameters p = {0};
        HART_CLEANUP(hart_free_p) int32_t *numbers = hart_allocate_array(2 * count, sizeof *numbers);
        HART_CLEANUP(hart_free_p) int64_t *keys = hart_allocate_array(2 * count, sizeof *keys);
        HART_CLEANUP(hart_free_p) hart_pg_bytes *names = hart_allocate_array(count, sizeof *names);
        size_t rows = 0;
        qsort(documents, count, sizeof *documents, compare);
        for (size_t i = 0; i < count; i++) {
                const struct document *document = documents[i];
                if (rows > 0 && numbers[rows - 1] == document->tenant && keys[rows - 1] == document->root)
                        continue;
                numbers[rows] = document->tenant;
                numbers[count + rows] = document->atomizer->version;
                keys[rows] = document->root;
                keys[count + rows] = (int64_t)document->size;
                names[rows++] = (hart_pg_bytes){document->atomizer->name, strlen(document->atomizer->name)};
        }
        hart_pg_add_int4_array(&p, numbers, rows);
        hart_pg_add_int8_array(&p, keys, rows);
        hart_pg_add_text_array(&p, names, rows);
        hart_pg_add_int4_array(&p, numbers + count, rows);
        hart_pg_add_text(&p, hart_unicode_version());
        hart_pg_add_int8_array(&p, keys + count, rows);
        return hart_pg_run(batch->pg, &sql_begin_jobs, &p, NULL, err);
}

/* Another delivery of the same content may be further on: then this window is not the one that is needed. */
static void look_at_progress(struct batch *batch)
{
        for (size_t i = 0; i < batch->count; i++) {
                struct document *document = &batch->documents[i];
                if (is_identified_now(document) && (document->offset != 0 || document->events != 0))
                        document->fate = FATE_LATER;
        }
}

hart_code batch_identify(struct batch *batch, hart_error *err)
{
        HART_CLEANUP(hart_free_p) struct document **fresh = hart_allocate_array(batch->count + 1, sizeof *fresh);
        size_t count = 0;
        for (size_t i = 0; i < batch->count; i++) {
                if (!is_identified_now(&batch->documents[i]))
                        continue;
                hart_code asked = ask(batch, &batch->documents[i], err);
                if (asked != HART_OK)
                        return asked;
                fresh[count++] = &batch->documents[i];
                put_root(batch, &batch->documents[i]);
        }
        if (count == 0)
                return HART_OK;
        hart_code code = batch_resolve(batch, &batch->roots, err);
        if (code != HART_OK)
                return code;
        for (size_t i = 0; i < count; i++)
                fresh[i]->root = batch->roots.atoms[fresh[i]->root_number].id;
        code = begin_jobs(batch, fresh, count, err);
        if (code == HART_OK)
                code = batch_lock_jobs(batch, true, err);
        if (code == HART_OK)
                look_at_progress(batch);
        return code;
}
