/* step: one window of each document through the atomizer. */
#include <inttypes.h>
#include <string.h>

#include "batch.h"

/* What the child said are sizes only; here the bytes of the window become atoms. */
static void take_pieces(struct batch *batch, struct document *document, const atomize_result *result)
{
        const unsigned char *next = document->bytes.data;
        batch_begin_stretch(batch, &(struct stretch){.document = (size_t)(document - batch->documents),
                                                     .sequence = document->sequence,
                                                     .position = document->offset});
        batch_put_separator(batch, next, result->lead_size);
        next += result->lead_size;
        for (uint32_t i = 0; i < result->count; i++) {
                const atomize_piece *piece = &batch->pieces[i];
                batch_put_component(batch, batch->subtype_kinds[piece->subtype], next, piece->size);
                batch_put_separator(batch, next + piece->size, piece->separator_size);
                next += piece->size + piece->separator_size;
        }
        document->done = result->consumed;
        document->made = result->count;
}

static hart_code run(struct batch *batch, struct document *document, size_t size, atomize_result *result,
                     hart_error *err)
{
        const atomize_job job = {
                .atomizer = document_content_atomizer(document),
                .window = {.data = document->bytes.data,
                           .size = size,
                           .first = document->offset == 0,
                           .last = document->offset + size == document->size},
                .tenant = document->tenant,
                .source = document->source,
                .pieces = batch->pieces,
                .max_pieces = COMPONENTS_MAX - batch->component_count,
        };
        hart_code code = atomize_client_run(&batch->state->client, &job, result, err);
        return code == HART_FAILED || code == HART_POISON ? batch_blame(batch, document, code) : code;
}

static hart_code stuck(struct batch *batch, const struct document *document, hart_error *err)
{
        hart_fail(err, HART_FAILED, "atomizer %s makes no progress at byte %" PRIu64 " of source %" PRId64,
                  document->atomizer->name, document->offset, document->source);
        return batch_blame(batch, document, HART_FAILED);
}

/* More bytes for an atomizer that sees no end of something. */
static hart_code enlarge(struct batch *batch, struct document *document, hart_error *err)
{
        size_t number = (size_t)(document - batch->documents);
        uint64_t left = document->size - document->offset;
        size_t want = document->want * 2 < HART_WINDOW_MAX ? document->want * 2 : HART_WINDOW_MAX;
        if (document->want == HART_WINDOW_MAX)
                return stuck(batch, document, err);
        document->want = left < want ? (size_t)left : want;
        return batch_load(batch, number, number + 1, err);
}

/* HART_EMPTY: there is no room for its components any more. */
static hart_code atomize(struct batch *batch, struct document *document, hart_error *err)
{
        atomize_result result;
        size_t size = document->bytes.size;
        for (;;) {
                hart_code code = run(batch, document, size, &result, err);
                if (code != HART_OK)
                        return code;
                if (result.full && batch->component_count > 0)
                        return HART_EMPTY;
                if (!result.full && result.consumed > 0) {
                        take_pieces(batch, document, &result);
                        return HART_OK;
                }
                /* Too many components for a batch: a window as long as those that fit holds fewer. */
                if (result.full && result.consumed > 0 && result.consumed < size) {
                        size = result.consumed;
                        continue;
                }
                if (result.full || size < document->bytes.size)
                        return stuck(batch, document, err);
                code = enlarge(batch, document, err);
                if (code != HART_OK)
                        return code;
                size = document->bytes.size;
        }
}

/* The next window, if there are bytes left. */
static hart_code read_window(struct batch *batch, struct document *document, hart_error *err)
{
        const hart_atomizer *atomizer = document_content_atomizer(document);
        if (atomizer == NULL || document->offset == document->size)
                return HART_OK;
        batch_find_kinds(batch, atomizer);
        hart_worker_status(batch->context, "atomizing source %" PRId64 ", %d %%", document->source,
                           (int)(100 * document->offset / document->size));
        return atomize(batch, document, err);
}

static hart_code work_on(struct batch *batch, struct document *document, hart_error *err)
{
        hart_code code = read_window(batch, document, err);
        bool all = document->offset + document->done == document->size || document_content_atomizer(document) == NULL;
        if (code == HART_OK && document->unread && all)
                code = batch_read_whole(batch, document, err);
        if (code != HART_OK)
                return code;
        document->stepped = true;
        document->fate = all && !document->unread ? FATE_COMPLETE : FATE_LATER;
        document->changed = document->changed || document->fate == FATE_COMPLETE;
        return HART_OK;
}

hart_code batch_atomize(struct batch *batch, hart_error *err)
{
        bool full = false;
        batch->components = hart_reallocate_array(NULL, COMPONENTS_MAX, sizeof *batch->components);
        batch->pieces = hart_reallocate_array(NULL, COMPONENTS_MAX, sizeof *batch->pieces);
        for (size_t i = 0; i < batch->count; i++) {
                struct document *document = &batch->documents[i];
                if (document->fate != FATE_WORK)
                        continue;
                full = full || !batch_has_room(batch);
                hart_code code = full ? HART_EMPTY : work_on(batch, document, err);
                if (code == HART_EMPTY) {
                        full = true;
                        document->fate = FATE_LATER;
                } else if (code != HART_OK) {
                        return code;
                }
        }
        return batch_flush(batch, err);
}
