#include "request.h"

#include <inttypes.h>
#include <string.h>

#include <hartonomous/json.h>
#include <hartonomous/memory.h>

/* An optional member. */
static hart_code read_optional(const hart_json *body, const char *key, int64_t max, int64_t *ret, hart_error *err)
{
        return hart_json_member(body, key) ? hart_json_need_integer(body, key, 0, max, ret, err) : HART_OK;
}

static void one_id(sync_request *request, int64_t id)
{
        request->ids = hart_allocate(sizeof *request->ids);
        request->ids[0] = id;
        request->count = 1;
}

typedef struct entity_type {
        const char *name, *kind;
        bool composition;
} entity_type;

/* Names that messages use beside those of the kinds. */
static const entity_type entity_types[] = {
        {"Composition", "Atom", true},
        {"ProvenanceLink", "AtomProvenance", false},
        {"Source", "Source", true},
};

static bool find_kind(const char *name, sync_request *ret)
{
        for (size_t i = 0; i < sizeof entity_types / sizeof *entity_types; i++)
                if (strcmp(name, entity_types[i].name) == 0) {
                        name = entity_types[i].kind;
                        ret->composition = entity_types[i].composition;
                        break;
                }
        ret->kind = hart_graph_kind_named(name);
        return ret->kind != NULL;
}

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

static hart_code read_ids(const hart_json *body, sync_request *ret, hart_error *err)
{
        const hart_json *list = hart_json_member(body, "EntityIds");
        int64_t id = 0;

        if (!list) {
                const hart_code code = hart_json_need_integer(body, "EntityId", INT64_MIN, INT64_MAX, &id, err);
                if (code == HART_OK)
                        one_id(ret, id);
                return code;
        }
        const size_t count = hart_json_kind_of(list) == HART_JSON_ARRAY ? hart_json_count(list) : 0;
        if (count == 0 || count > SYNC_IDS_MAX)
                return hart_fail(err, HART_POISON, "EntityIds is not a list of 1 to %d numbers", SYNC_IDS_MAX);
        ret->ids = hart_allocate_array(count, sizeof *ret->ids);
        for (; ret->count < count; ret->count++)
                if (!hart_json_integer(hart_json_item(list, ret->count), &ret->ids[ret->count]))
                        return hart_fail(err, HART_POISON, "EntityIds: item %zu is no number", ret->count + 1);
        return HART_OK;
}

static hart_code read_sync_request(const hart_json *body, sync_request *ret, hart_error *err)
{
        const char *name = NULL;
        hart_code code = hart_json_need_text(body, "EntityType", &name, NULL, err);

        if (code == HART_OK && !find_kind(name, ret))
                code = hart_fail(err, HART_POISON, "EntityType is \"%.64s\", which is none", name);
        if (code == HART_OK)
                code = read_optional(body, "TenantId", INT32_MAX, &ret->tenant, err);
        if (code == HART_OK)
                code = read_ids(body, ret, err);
        return code == HART_OK ? check_sync_type(body, err) : code;
}

/* Messages that say what happened: they name a tenant, and one entity by a member of its own. */
static hart_code read_event(const hart_json *body, const char *entity, const char *member, sync_request *ret,
                            hart_error *err)
{
        int64_t id = 0;
        hart_code code = hart_json_need_integer(body, "TenantId", 0, INT32_MAX, &ret->tenant, err);

        if (code == HART_OK)
                code = hart_json_need_integer(body, member, 1, INT64_MAX, &id, err);
        if (code != HART_OK)
                return code;
        (void)find_kind(entity, ret);
        one_id(ret, id);
        return HART_OK;
}

static hart_code read_atoms_created(const hart_json *body, sync_request *ret, hart_error *err)
{
        return read_event(body, "Source", "SourceId", ret, err);
}

static hart_code read_inference_completed(const hart_json *body, sync_request *ret, hart_error *err)
{
        return read_event(body, "Inference", "InferenceId", ret, err);
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
        sync_request request = {.tenant = -1, .since = message->enqueued_at};
        hart_code code = hart_json_parse(message->body, message->body_size, &body, err);

        if (code == HART_OK)
                code = type->read(body, &request, err);
        if (code == HART_OK)
                code = read_optional(body, "FromSequence", INT64_MAX, &request.from, err);
        if (code == HART_OK)
                code = read_optional(body, "Since", INT64_MAX, &request.since, err);
        if (code == HART_OK)
                *ret = request;
        else
                sync_request_done(&request);
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

void sync_request_done(sync_request *request)
{
        free(request->ids);
        request->ids = NULL;
        request->count = 0;
}

static void put_integer(hart_json_writer *writer, const char *key, int64_t value)
{
        hart_json_key(writer, key);
        hart_json_put_integer(writer, value);
}

/* `from` -1: not of interest. */
static hart_code ask(hart_pg *pg, const char *entity, int64_t tenant, int64_t id, int64_t from, int64_t since,
                     hart_error *err)
{
        static const hart_route route = {"Neo4jSyncService", "Neo4jSyncService", "Neo4jSyncContract",
                                         "Neo4jSyncRequest"};
        HART_CLEANUP(hart_buffer_done) hart_buffer body = {0};
        hart_json_writer writer = {.out = &body};

        hart_json_begin_object(&writer);
        hart_json_key(&writer, "EntityType");
        hart_json_put_text(&writer, entity);
        if (tenant >= 0)
                put_integer(&writer, "TenantId", tenant);
        put_integer(&writer, "EntityId", id);
        if (from >= 0)
                put_integer(&writer, "FromSequence", from);
        put_integer(&writer, "Since", since);
        hart_json_end_object(&writer);
        return hart_broker_send(pg, &route, (const char *)body.data, body.size, err);
}

hart_code sync_request_continue(hart_pg *pg, const sync_request *request, int64_t tenant, int64_t id, int64_t from,
                                hart_error *err)
{
        const bool is_source = strcmp(request->kind->name, "Source") == 0;

        return ask(pg, is_source ? "Source" : "Composition", tenant, id, from, request->since, err);
}

hart_code sync_request_alone(hart_pg *pg, const hart_graph_kind *kind, int64_t tenant, int64_t id, int64_t since,
                             hart_error *err)
{
        return ask(pg, kind->name, tenant, id, -1, since, err);
}
