#include "request.h"

#include <inttypes.h>
#include <string.h>

#include <hartonomous/json.h>

static hart_code read_optional(const hart_json *body, const char *key, int64_t *ret, hart_error *err)
{
        return hart_json_member(body, key) ? hart_json_need_integer(body, key, 0, INT64_MAX, ret, err) : HART_OK;
}

static hart_code read_atoms_created(const hart_json *body, sync_request *ret, hart_error *err)
{
        int64_t tenant;
        const hart_code code = hart_json_need_integer(body, "TenantId", 0, INT32_MAX, &tenant, err);

        ret->subject = SYNC_DOCUMENT;
        return code == HART_OK ? hart_json_need_integer(body, "SourceId", 1, INT64_MAX, &ret->id, err) : code;
}

typedef struct entity_type {
        const char *name;
        bool kept; /* by PostgreSQL */
        sync_subject subject;
} entity_type;

static const entity_type entity_types[] = {
        {"Atom", true, SYNC_ATOM},
        {"Composition", true, SYNC_COMPOSITION},
        {"ProvenanceLink", true, SYNC_PROVENANCE},
        {"AtomProvenance", true, SYNC_PROVENANCE},
        {"Source", true, SYNC_DOCUMENT},
        {"Tenant", true, SYNC_TENANT},
        {"Model", false, SYNC_ATOM},
        {"Inference", false, SYNC_ATOM},
        {"GenerationStream", false, SYNC_ATOM},
};

/* Which of the three is asked for makes no difference: the graph is made equal to what is there now. */
static const char *const sync_types[] = {"CREATE", "UPDATE", "DELETE"};

static hart_code check_sync_type(const hart_json *body, hart_error *err)
{
        const char *type = NULL;
        const hart_code code =
                hart_json_member(body, "SyncType") ? hart_json_need_text(body, "SyncType", &type, NULL, err) : HART_OK;

        if (code != HART_OK || !type)
                return code;
        for (size_t i = 0; i < sizeof sync_types / sizeof *sync_types; i++)
                if (strcmp(type, sync_types[i]) == 0)
                        return HART_OK;
        return hart_fail(err, HART_POISON, "SyncType is \"%.64s\", not one of CREATE, UPDATE, DELETE", type);
}

static hart_code read_sync_request(const hart_json *body, sync_request *ret, hart_error *err)
{
        const char *name = NULL;
        hart_code code = hart_json_need_text(body, "EntityType", &name, NULL, err);

        if (code == HART_OK)
                code = hart_json_need_integer(body, "EntityId", INT64_MIN, INT64_MAX, &ret->id, err);
        if (code == HART_OK)
                code = check_sync_type(body, err);
        if (code != HART_OK)
                return code;
        for (size_t i = 0; i < sizeof entity_types / sizeof *entity_types; i++) {
                if (strcmp(name, entity_types[i].name) != 0)
                        continue;
                ret->subject = entity_types[i].subject;
                return entity_types[i].kept
                               ? HART_OK
                               : hart_fail(err, HART_POISON,
                                           "%s %" PRId64 ": PostgreSQL keeps no entities of this type, so there is "
                                           "nothing the graph could be made equal to",
                                           name, ret->id);
        }
        return hart_fail(err, HART_POISON, "EntityType is \"%.64s\", which is none", name);
}

static hart_code read_inference_completed(const hart_json *body, sync_request *ret, hart_error *err)
{
        (void)body, (void)ret;
        return hart_fail(err, HART_POISON,
                         "InferenceCompleted: PostgreSQL keeps no inferences, so there is nothing the graph could be "
                         "made equal to");
}

typedef struct message_type {
        const char *name;
        hart_code (*read)(const hart_json *body, sync_request *ret, hart_error *err);
} message_type;

static const message_type message_types[] = {
        {"AtomsCreated", read_atoms_created},
        {"Neo4jSyncRequest", read_sync_request},
        {"InferenceCompleted", read_inference_completed},
};

static hart_code read_body(const hart_message *message, const message_type *type, sync_request *ret, hart_error *err)
{
        HART_CLEANUP(hart_json_close_p) hart_json *body = NULL;
        sync_request request = {.since = message->enqueued_at};
        hart_code code = hart_json_parse(message->body, message->body_size, &body, err);

        if (code == HART_OK)
                code = type->read(body, &request, err);
        if (code == HART_OK)
                code = read_optional(body, "FromSequence", &request.from, err);
        if (code == HART_OK)
                code = read_optional(body, "Since", &request.since, err);
        if (code == HART_OK)
                *ret = request;
        return code;
}

hart_code sync_request_read(const hart_message *message, sync_request *ret, hart_error *err)
{
        for (size_t i = 0; i < sizeof message_types / sizeof *message_types; i++)
                if (strcmp(message->type, message_types[i].name) == 0) {
                        const hart_code code = read_body(message, &message_types[i], ret, err);
                        return code == HART_OK ? HART_OK : hart_error_context(err, "%s", message->type);
                }
        return hart_fail(err, HART_POISON, "graph sync takes no messages of type %s", message->type);
}

static void put_integer(hart_json_writer *writer, const char *key, int64_t value)
{
        hart_json_key(writer, key);
        hart_json_put_integer(writer, value);
}

static void put_text(hart_json_writer *writer, const char *key, const char *value)
{
        hart_json_key(writer, key);
        hart_json_put_text(writer, value);
}

hart_code sync_request_continue(hart_pg *pg, const sync_request *request, int64_t tenant, int64_t from, hart_error *err)
{
        static const hart_route document = {"Neo4jSyncService", "Neo4jSyncService", "Neo4jSyncContract",
                                            "AtomsCreated"};
        static const hart_route entity = {"Neo4jSyncService", "Neo4jSyncService", "Neo4jSyncContract",
                                          "Neo4jSyncRequest"};
        HART_CLEANUP(hart_buffer_done) hart_buffer body = {0};
        hart_json_writer writer = {.out = &body};
        const bool is_document = request->subject == SYNC_DOCUMENT;

        hart_json_begin_object(&writer);
        if (is_document) {
                put_integer(&writer, "TenantId", tenant);
                put_integer(&writer, "SourceId", request->id);
        } else {
                put_text(&writer, "EntityType", "Composition");
                put_integer(&writer, "EntityId", request->id);
                put_text(&writer, "SyncType", "UPDATE");
        }
        put_integer(&writer, "FromSequence", from);
        put_integer(&writer, "Since", request->since);
        hart_json_end_object(&writer);
        return hart_broker_send(pg, is_document ? &document : &entity, (const char *)body.data, body.size, err);
}
