/* What messages ask for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "request.h"

enum { ENQUEUED = 1000, MOST = 3 };

typedef struct sample {
        const char *type, *body;
        const char *says; /* where it makes no sense */
        const char *kind; /* where it does */
        bool composition;
        int64_t tenant, ids[MOST];
        size_t count;
        int64_t from, since;
} sample;

static const sample samples[] = {
        {"AtomsCreated", "{\"TenantId\":1,\"SourceId\":7}", NULL, "Source", true, 1, {7}, 1, 0, ENQUEUED},
        {"AtomsCreated",
         "{\"TenantId\":0,\"SourceId\":7,\"FromSequence\":20000,\"Since\":5}",
         NULL,
         "Source",
         true,
         0,
         {7},
         1,
         20000,
         5},
        {"InferenceCompleted", "{\"TenantId\":1,\"InferenceId\":3}", NULL, "Inference", false, 1, {3}, 1, 0, ENQUEUED},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"Atom\",\"EntityId\":9223372036854775807,\"SyncType\":\"CREATE\"}",
         NULL,
         "Atom",
         false,
         -1,
         {INT64_MAX},
         1,
         0,
         ENQUEUED},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"Composition\",\"EntityId\":3,\"SyncType\":\"UPDATE\",\"FromSequence\":6}",
         NULL,
         "Atom",
         true,
         -1,
         {3},
         1,
         6,
         ENQUEUED},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"ProvenanceLink\",\"EntityId\":3}",
         NULL,
         "AtomProvenance",
         false,
         -1,
         {3},
         1,
         0,
         ENQUEUED},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"AtomProvenance\",\"TenantId\":4,\"EntityIds\":[3,1,2],\"SyncType\":\"DELETE\"}",
         NULL,
         "AtomProvenance",
         false,
         4,
         {3, 1, 2},
         3,
         0,
         ENQUEUED},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"Source\",\"EntityId\":3}",
         NULL,
         "Source",
         true,
         -1,
         {3},
         1,
         0,
         ENQUEUED},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"Tenant\",\"EntityId\":0}",
         NULL,
         "Tenant",
         false,
         -1,
         {0},
         1,
         0,
         ENQUEUED},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"Model\",\"EntityId\":3}",
         NULL,
         "Model",
         false,
         -1,
         {3},
         1,
         0,
         ENQUEUED},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"GenerationStream\",\"EntityId\":3}",
         NULL,
         "GenerationStream",
         false,
         -1,
         {3},
         1,
         0,
         ENQUEUED},
        {.type = "AtomsCreated", .body = "{\"SourceId\":7}", .says = "TenantId"},
        {.type = "AtomsCreated", .body = "{\"TenantId\":-1,\"SourceId\":7}", .says = "TenantId"},
        {.type = "AtomsCreated", .body = "{\"TenantId\":2147483648,\"SourceId\":7}", .says = "TenantId"},
        {.type = "AtomsCreated", .body = "{\"TenantId\":1,\"SourceId\":\"7\"}", .says = "SourceId"},
        {.type = "AtomsCreated", .body = "{\"TenantId\":1,\"SourceId\":7,\"FromSequence\":-1}", .says = "FromSequence"},
        {.type = "AtomsCreated", .body = "[1]", .says = "TenantId"},
        {.type = "AtomsCreated", .body = "", .says = "AtomsCreated"},
        {.type = "Neo4jSyncRequest", .body = "{\"EntityType\":\"atom\",\"EntityId\":3}", .says = "atom"},
        {.type = "Neo4jSyncRequest", .body = "{\"EntityType\":\"Atom\"}", .says = "EntityId"},
        {.type = "Neo4jSyncRequest", .body = "{\"EntityType\":\"Atom\",\"EntityIds\":[]}", .says = "EntityIds"},
        {.type = "Neo4jSyncRequest", .body = "{\"EntityType\":\"Atom\",\"EntityIds\":7}", .says = "EntityIds"},
        {.type = "Neo4jSyncRequest", .body = "{\"EntityType\":\"Atom\",\"EntityIds\":[1,\"2\"]}", .says = "item 2"},
        {.type = "Neo4jSyncRequest",
         .body = "{\"EntityType\":\"Atom\",\"EntityId\":3,\"TenantId\":\"a\"}",
         .says = "TenantId"},
        {.type = "Neo4jSyncRequest",
         .body = "{\"EntityType\":\"Atom\",\"EntityId\":3,\"SyncType\":\"MERGE\"}",
         .says = "MERGE"},
        {.type = "InferenceCompleted", .body = "{\"InferenceId\":3}", .says = "TenantId"},
        {.type = "EmbeddingRequest", .body = "{}", .says = "EmbeddingRequest"},
};

static void compare(const sample *row, const sync_request *request)
{
        assert_string_equal(request->kind->name, row->kind);
        assert_int_equal(request->composition, row->composition);
        assert_int_equal(request->tenant, row->tenant);
        assert_int_equal(request->count, row->count);
        for (size_t i = 0; i < row->count; i++)
                assert_int_equal(request->ids[i], row->ids[i]);
        assert_int_equal(request->from, row->from);
        assert_int_equal(request->since, row->since);
}

static void messages_are_read(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
                const sample *row = &samples[i];
                const hart_message message = {
                        .type = row->type, .body = row->body, .body_size = strlen(row->body), .enqueued_at = ENQUEUED};
                sync_request request = {0};
                hart_error err = {0};
                const hart_code code = sync_request_read(&message, &request, &err);
                if (code != (row->says ? HART_POISON : HART_OK) || (row->says && !strstr(err.text, row->says)))
                        fail_msg("%s %s: %s, %s", row->type, row->body, hart_code_name(code), err.text);
                if (!row->says)
                        compare(row, &request);
                sync_request_done(&request);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(messages_are_read)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
