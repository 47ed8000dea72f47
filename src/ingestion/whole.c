/* whole: what the child says of a document becomes components, nodes and children. */
#include "whole.h"

#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

#include "children.h"
#include "whole_state.h"

/* A step ends behind so much. Of a big archive an eighth at least: another reader, which takes the next step, has to
 * fetch all of it again. */
#define STEP_COMPONENTS INT64_C(1000000)
#define STEP_CHILDREN   20000
#define STEP_BYTES      (UINT64_C(256) << 20)
#define STEP_PART       8
/* So often the watchdog hears of it. */
#define PROGRESS_EVENTS 4096

void whole_close(struct whole *whole)
{
        if (whole == NULL)
                return;
        union {
                const unsigned char *read_only;
                void *mapping;
        } bytes = {.read_only = whole->data};
        if (whole->mapped)
                (void)munmap(bytes.mapping, (size_t)whole->size);
        if (whole->spool >= 0)
                (void)close(whole->spool);
        atomize_client_done(&whole->client);
        nodes_done(&whole->nodes);
        hart_sha256_close(whole->digest);
        hart_buffer_done(&whole->child_metadata);
        hart_buffer_done(&whole->problem);
        hart_buffer_done(&whole->metadata);
        free(whole);
}

static void whole_close_p(struct whole **whole)
{
        whole_close(*whole);
}

static atomize_client *client_of(struct whole *whole, struct batch *batch)
{
        return whole->client.options.program != NULL ? &whole->client : &batch->state->client;
}

static hart_code begin(struct whole *whole, struct batch *batch, struct document *document, hart_error *err)
{
        const ingestion_settings *settings = batch->settings;
        const hart_limits limits = {
                .depth = (uint32_t)settings->limit_depth,
                .children = (uint32_t)settings->limit_children,
                .expanded = settings->limit_expanded,
                .ratio = (uint32_t)settings->limit_ratio,
                .pixels = (uint64_t)settings->limit_pixels,
        };
        const atomize_document request = {
                .atomizer = document->atomizer,
                .limits = &limits,
                .name = document->file_name,
                .content_type = document->content_type != NULL ? document->content_type : document->known_type,
                .data = whole->spool < 0 ? whole->data : NULL,
                .fd = whole->spool,
                .size = document->size,
                .tenant = document->tenant,
                .source = document->source,
        };
        whole->begun = true;
        return atomize_client_begin(client_of(whole, batch), &request, err);
}

static void begin_stretch(const struct whole *whole, struct batch *batch, const struct document *document)
{
        batch_begin_stretch(batch, &(struct stretch){.document = (size_t)(document - batch->documents),
                                                     .layer = document->atomizer->way == HART_EXTRACT ? 1 : 0,
                                                     .sequence = document->sequence + document->made,
                                                     .position = whole->position});
}

/* All that waits goes into the database; the file's pages that were read are let go. */
static hart_code flush(struct whole *whole, struct batch *batch, struct document *document, hart_error *err)
{
        hart_code code = batch_flush(batch, err);
        if (code == HART_OK)
                code = nodes_flush(&whole->nodes, batch, document, err);
        union {
                const unsigned char *read_only;
                void *mapping;
        } bytes = {.read_only = whole->data};
        if (whole->mapped)
                (void)madvise(bytes.mapping, (size_t)whole->size, MADV_DONTNEED);
        if (code == HART_OK && hart_worker_progress(batch->context) != HART_OK)
                code = hart_fail(err, HART_STOPPED, "asked to stop while a document was read");
        if (code == HART_OK)
                begin_stretch(whole, batch, document);
        return code;
}

static hart_code take_component(struct whole *whole, struct batch *batch, struct document *document,
                                const atomize_event *event, hart_error *err)
{
        bool slice = event->kind == EVENT_SLICE;
        size_t gap = slice ? event->gap : event->texts[0].size, size = slice ? event->size : event->texts[1].size;
        const unsigned char *gap_bytes = NULL, *bytes = NULL;
        if (slice) {
                gap_bytes = whole->data + whole->position;
                bytes = gap_bytes + gap;
        } else if (gap > 0) {
                gap_bytes = arena_copy(&batch->arena, event->texts[0].data, gap);
        }
        batch_put_separator(batch, gap_bytes, gap);
        whole->position += gap;
        if (!batch_has_room(batch)) {
                hart_code code = flush(whole, batch, document, err);
                if (code != HART_OK)
                        return code;
        }
        if (!slice)
                bytes = arena_copy(&batch->arena, event->texts[1].data, size);
        batch_put_component(batch, batch->subtype_kinds[event->subtype], bytes, (uint32_t)size);
        whole->position += size;
        document->made++;
        document->done += slice ? gap + size : 0;
        whole->components++;
        return HART_OK;
}

/* Of what is stored already only the places are counted. */
static void pass_over(struct whole *whole, struct batch *batch, const struct document *document,
                      const atomize_event *event)
{
        switch (event->kind) {
        case EVENT_SLICE:
                whole->position += (uint64_t)event->gap + event->size;
                break;
        case EVENT_CONTENT:
                whole->position += event->texts[0].size + event->texts[1].size;
                break;
        case EVENT_OPEN:
                nodes_open(&whole->nodes, true, event, 0);
                break;
        case EVENT_CLOSE:
                nodes_close(&whole->nodes, -1);
                break;
        case EVENT_CHILD_BEGIN:
                whole_begin_child(whole, batch, document, event, true);
                break;
        case EVENT_CHILD_END:
                whole->in_child = false;
                nodes_close(&whole->nodes, -1);
                break;
        case EVENT_DESCRIBE:
        case EVENT_CHILD_BYTES:
        case EVENT_PROBLEM:
        case EVENT_END:
                break;
        }
}

static hart_code take(struct whole *whole, struct batch *batch, struct document *document, const atomize_event *event,
                      hart_error *err)
{
        switch (event->kind) {
        case EVENT_SLICE:
        case EVENT_CONTENT:
                return take_component(whole, batch, document, event, err);
        case EVENT_OPEN:
                nodes_open(&whole->nodes, false, event, whole_sequence(document));
                return HART_OK;
        case EVENT_CLOSE:
                nodes_close(&whole->nodes, whole_sequence(document));
                return HART_OK;
        case EVENT_CHILD_BEGIN:
                whole_begin_child(whole, batch, document, event, false);
                return HART_OK;
        case EVENT_CHILD_BYTES:
                return whole_add_child_bytes(whole, batch, event, err);
        case EVENT_CHILD_END:
                whole->in_child = false;
                return whole_end_child(whole, batch, document, event, err);
        case EVENT_END:
                if (document->atomizer->way == HART_SLICES) {
                        batch_put_separator(batch, whole->data + whole->position, event->gap);
                        document->done += event->gap;
                }
                return HART_OK;
        case EVENT_DESCRIBE:
        case EVENT_PROBLEM:
                break;
        }
        return HART_OK;
}

/* Said anew whenever the document is read, stored or not. */
static void note(struct document *document, const atomize_event *event)
{
        if (event->kind == EVENT_PROBLEM)
                document_add_problem(document, event->texts[0].data);
        if (event->kind == EVENT_DESCRIBE)
                hart_buffer_format(&document->metadata, "%s%s", document->metadata.size > 0 ? "," : "",
                                   event->texts[0].data);
}

static bool is_enough(const struct whole *whole)
{
        uint64_t bytes = whole->size / STEP_PART > STEP_BYTES ? whole->size / STEP_PART : STEP_BYTES;
        return !whole->in_child &&
               (whole->components >= STEP_COMPONENTS || whole->children >= STEP_CHILDREN || whole->staged >= bytes);
}

/* HART_EMPTY: the step is long enough, and the document goes on. */
static hart_code read_events(struct whole *whole, struct batch *batch, struct document *document, hart_error *err)
{
        atomize_client *client = client_of(whole, batch);
        const int64_t stored = document->events;
        for (;;) {
                atomize_event event;
                hart_code code = atomize_client_next(client, &event, err);
                if (code != HART_OK)
                        return code == HART_FAILED || code == HART_POISON ? batch_blame(batch, document, code) : code;
                note(document, &event);
                if (whole->events++ < stored)
                        pass_over(whole, batch, document, &event);
                else
                        code = take(whole, batch, document, &event, err);
                /* The node of a document in this one is described when that one ends. */
                if (code == HART_OK && !whole->in_child && nodes_are_many(&whole->nodes))
                        code = flush(whole, batch, document, err);
                if (code != HART_OK || event.kind == EVENT_END)
                        return code;
                if (whole->events % PROGRESS_EVENTS == 0) {
                        hart_worker_status(batch->context, "reading source %" PRId64 ", %" PRId64 " components",
                                           document->source, whole_sequence(document));
                        if (hart_worker_progress(batch->context) != HART_OK)
                                return hart_fail(err, HART_STOPPED, "asked to stop while a document was read");
                }
                if (is_enough(whole))
                        return HART_EMPTY;
        }
}

/* The document that was parked, where it is this one and stands where the database says; else a fresh one. */
static struct whole *resume(struct batch *batch, struct document *document)
{
        struct whole *parked = HART_TAKE(batch->state->parked);
        if (parked != NULL && parked->tenant == document->tenant && parked->root == document->root &&
            parked->events == document->events) {
                parked->components = 0;
                parked->children = 0;
                parked->staged = 0;
                hart_buffer_append(&document->problem, parked->problem.data, parked->problem.size);
                hart_buffer_append(&document->metadata, parked->metadata.data, parked->metadata.size);
                return parked;
        }
        whole_close(parked);
        struct whole *whole = hart_allocate(sizeof *whole);
        whole->tenant = document->tenant;
        whole->root = document->root;
        whole->size = document->size;
        whole->spool = -1;
        return whole;
}

/* The child goes with the document: the daemon starts another for others. A document in memory would have to be read
 * again by the next step, so it is not parked: those are short. */
static void park(struct whole **whole, struct batch *batch, const struct document *document)
{
        if ((*whole)->spool < 0) {
                atomize_client_leave(&batch->state->client);
                return;
        }
        if ((*whole)->client.options.program == NULL) {
                (*whole)->client = batch->state->client;
                atomize_client_init(&batch->state->client, &(*whole)->client.options);
        }
        /* What was said of it is not said again, and the next step stores all of it anew. */
        hart_buffer_clear(&(*whole)->problem);
        hart_buffer_clear(&(*whole)->metadata);
        hart_buffer_append(&(*whole)->problem, document->problem.data, document->problem.size);
        hart_buffer_append(&(*whole)->metadata, document->metadata.data, document->metadata.size);
        batch->state->parked = HART_TAKE(*whole);
}

hart_code batch_read_whole(struct batch *batch, struct document *document, hart_error *err)
{
        HART_CLEANUP(whole_close_p) struct whole *whole = resume(batch, document);
        hart_code code = HART_OK;
        if (!whole->begun) {
                code = whole_need_bytes(whole, batch, document, err);
                if (code == HART_OK)
                        code = begin(whole, batch, document, err);
                if (code == HART_FAILED || code == HART_POISON)
                        return batch_blame(batch, document, code);
                if (code != HART_OK)
                        return code;
        }
        batch_find_kinds(batch, document->atomizer);
        begin_stretch(whole, batch, document);
        code = read_events(whole, batch, document, err);
        bool over = code == HART_OK;
        if (code != HART_OK && code != HART_EMPTY) {
                atomize_client_leave(client_of(whole, batch));
                return code;
        }
        document->unread = !over;
        document->events = whole->events;
        document->nodes = whole->nodes.next;
        code = children_flush(batch, err);
        if (code == HART_OK)
                code = nodes_flush(&whole->nodes, batch, document, err);
        /* Slices of a file are borrowed from it, and it goes, or waits. */
        if (code == HART_OK && (whole->spool >= 0 || !over))
                code = batch_flush(batch, err);
        if (code == HART_OK && !over)
                park(&whole, batch, document);
        return code;
}
