/* messages: what the next stages, and this one, are told. */
#include <hartonomous/json.h>

#include "batch.h"
#include "children.h"

#define ATOMS_PER_REQUEST 64

static const hart_route atoms_created = {"IngestionService", "Neo4jSyncService", "Neo4jSyncContract", "AtomsCreated"};
static const hart_route embedding_request = {"IngestionService", "EmbeddingService", "EmbeddingContract",
                                             "EmbeddingRequest"};
static const hart_route ingestion_request = {"IngestionService", "IngestionService", "IngestionContract",
                                             "IngestionRequest"};

/* Bodies one behind the other; `ends` says where each ends. */
struct bodies {
        hart_buffer text, ends;
};

static void end_body(struct bodies *bodies)
{
        hart_buffer_append(&bodies->ends, &bodies->text.size, sizeof bodies->text.size);
}

static hart_code send_bodies(struct batch *batch, const hart_route *route, const struct bodies *bodies, hart_error *err)
{
        size_t count = bodies->ends.size / sizeof(size_t), start = 0;
        if (count == 0)
                return HART_OK;
        const size_t *ends = (const size_t *)(const void *)bodies->ends.data;
        HART_CLEANUP(hart_free_p) hart_pg_bytes *list = hart_allocate_array(count, sizeof *list);
        for (size_t i = 0; i < count; start = ends[i++])
                list[i] = (hart_pg_bytes){bodies->text.data + start, ends[i] - start};
        return hart_broker_send_many(batch->pg, route, list, count, err);
}

static void put_request(struct bodies *bodies, int32_t tenant, int64_t source)
{
        hart_json_writer writer = {.out = &bodies->text};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "TenantId");
        hart_json_put_integer(&writer, tenant);
        hart_json_key(&writer, "SourceId");
        hart_json_put_integer(&writer, source);
        hart_json_end_object(&writer);
        end_body(bodies);
}

static hart_code send_for(struct batch *batch, document_fate fate, const hart_route *route, hart_error *err)
{
        struct bodies bodies = {0};
        for (size_t i = 0; i < batch->count; i++) {
                if (batch->documents[i].fate == fate)
                        put_request(&bodies, batch->documents[i].tenant, batch->documents[i].source);
        }
        hart_code code = send_bodies(batch, route, &bodies, err);
        hart_buffer_done(&bodies.text);
        hart_buffer_done(&bodies.ends);
        return code;
}

static bool is_to_embed(const struct batch *batch, const struct atom *atom)
{
        return atom->is_new && atom->is_text && batch->kinds[atom->kind].embeddable;
}

/* The next request's atoms, all of one tenant; returns where the one after begins. */
static uint32_t write_request(const struct batch *batch, uint32_t first, struct bodies *bodies)
{
        const struct atom *atoms = batch->atoms.atoms;
        hart_json_writer writer = {.out = &bodies->text};
        uint32_t next = first;
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "TenantId");
        hart_json_put_integer(&writer, atoms[first].tenant);
        hart_json_key(&writer, "AtomIds");
        hart_json_begin_array(&writer);
        for (unsigned count = 0; next < batch->atoms.count && count < ATOMS_PER_REQUEST; next++) {
                if (atoms[next].tenant != atoms[first].tenant)
                        break;
                if (is_to_embed(batch, &atoms[next])) {
                        hart_json_put_integer(&writer, atoms[next].id);
                        count++;
                }
        }
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
        end_body(bodies);
        return next;
}

/* Documents are sorted by tenant, and so are their atoms in order of appearance. */
hart_code batch_send_embedding_requests(struct batch *batch, hart_error *err)
{
        struct bodies bodies = {0};
        for (uint32_t next = 0; next < batch->atoms.count;) {
                if (is_to_embed(batch, &batch->atoms.atoms[next]))
                        next = write_request(batch, next, &bodies);
                else
                        next++;
        }
        hart_code code = send_bodies(batch, &embedding_request, &bodies, err);
        hart_buffer_done(&bodies.text);
        hart_buffer_done(&bodies.ends);
        return code;
}

/* Documents that lay in others are asked for like any other. */
static hart_code send_for_children(struct batch *batch, hart_error *err)
{
        struct bodies bodies = {0};
        const struct child_source *children = (const void *)batch->child_sources.data;
        for (size_t i = 0; i < batch->child_sources.size / sizeof *children; i++)
                put_request(&bodies, children[i].tenant, children[i].source);
        hart_code code = send_bodies(batch, &ingestion_request, &bodies, err);
        hart_buffer_done(&bodies.text);
        hart_buffer_done(&bodies.ends);
        return code;
}

hart_code batch_send(struct batch *batch, hart_error *err)
{
        hart_code code = send_for(batch, FATE_COMPLETE, &atoms_created, err);
        if (code == HART_OK)
                code = send_for_children(batch, err);
        if (code == HART_OK)
                code = send_for(batch, FATE_LATER, &ingestion_request, err);
        return code;
}
