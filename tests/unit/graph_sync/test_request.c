/* What messages ask for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "request.h"

typedef struct sample {
        const char *type, *body;
        hart_code code;
        sync_request request; /* where it is HART_OK */
        const char *says;     /* where it is not */
} sample;

enum { ENQUEUED = 1000 };

static const sample samples[] = {
        {"AtomsCreated", "{\"TenantId\":1,\"SourceId\":7}", HART_OK, {SYNC_DOCUMENT, 7, 0, ENQUEUED}, NULL},
        {"AtomsCreated",
         "{\"TenantId\":0,\"SourceId\":7,\"FromSequence\":20000,\"Since\":5}",
         HART_OK,
         {SYNC_DOCUMENT, 7, 20000, 5},
         NULL},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"Atom\",\"EntityId\":9223372036854775807,\"SyncType\":\"CREATE\"}",
         HART_OK,
         {SYNC_ATOM, INT64_MAX, 0, ENQUEUED},
         NULL},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"Composition\",\"EntityId\":3,\"SyncType\":\"UPDATE\",\"FromSequence\":6}",
         HART_OK,
         {SYNC_COMPOSITION, 3, 6, ENQUEUED},
         NULL},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"ProvenanceLink\",\"EntityId\":3}",
         HART_OK,
         {SYNC_PROVENANCE, 3, 0, ENQUEUED},
         NULL},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"AtomProvenance\",\"EntityId\":3,\"SyncType\":\"DELETE\"}",
         HART_OK,
         {SYNC_PROVENANCE, 3, 0, ENQUEUED},
         NULL},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"Source\",\"EntityId\":3}",
         HART_OK,
         {SYNC_DOCUMENT, 3, 0, ENQUEUED},
         NULL},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"Tenant\",\"EntityId\":0}",
         HART_OK,
         {SYNC_TENANT, 0, 0, ENQUEUED},
         NULL},
        {"AtomsCreated", "{\"SourceId\":7}", HART_POISON, {0}, "TenantId"},
        {"AtomsCreated", "{\"TenantId\":-1,\"SourceId\":7}", HART_POISON, {0}, "TenantId"},
        {"AtomsCreated", "{\"TenantId\":2147483648,\"SourceId\":7}", HART_POISON, {0}, "TenantId"},
        {"AtomsCreated", "{\"TenantId\":1,\"SourceId\":\"7\"}", HART_POISON, {0}, "SourceId"},
        {"AtomsCreated", "{\"TenantId\":1,\"SourceId\":7,\"FromSequence\":-1}", HART_POISON, {0}, "FromSequence"},
        {"AtomsCreated", "[1]", HART_POISON, {0}, "TenantId"},
        {"AtomsCreated", "", HART_POISON, {0}, "AtomsCreated"},
        {"Neo4jSyncRequest", "{\"EntityType\":\"atom\",\"EntityId\":3}", HART_POISON, {0}, "atom"},
        {"Neo4jSyncRequest", "{\"EntityType\":\"Atom\"}", HART_POISON, {0}, "EntityId"},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"Atom\",\"EntityId\":3,\"SyncType\":\"MERGE\"}",
         HART_POISON,
         {0},
         "MERGE"},
        {"Neo4jSyncRequest", "{\"EntityType\":\"Model\",\"EntityId\":3}", HART_POISON, {0}, "keeps no entities"},
        {"Neo4jSyncRequest",
         "{\"EntityType\":\"GenerationStream\",\"EntityId\":3}",
         HART_POISON,
         {0},
         "keeps no entities"},
        {"InferenceCompleted", "{\"InferenceId\":3}", HART_POISON, {0}, "keeps no inferences"},
        {"EmbeddingRequest", "{}", HART_POISON, {0}, "EmbeddingRequest"},
};

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
                if (code != row->code || (row->says && !strstr(err.text, row->says)))
                        fail_msg("%s %s: %s, %s", row->type, row->body, hart_code_name(code), err.text);
                assert_int_equal(request.subject, row->request.subject);
                assert_int_equal(request.id, row->request.id);
                assert_int_equal(request.from, row->request.from);
                assert_int_equal(request.since, row->request.since);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(messages_are_read)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
