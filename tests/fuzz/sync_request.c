/* Any bytes as the body of a message for graph sync: refused as poison with a line, or a request that makes sense. The
 * first byte chooses the message's type. */
#include "request.h"

#include <stdlib.h>

static void need(bool holds)
{
        if (!holds)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const char *const types[] = {"AtomsCreated", "Neo4jSyncRequest", "InferenceCompleted", "Other"};
        sync_request request = {0};
        hart_error err = {0};

        if (size == 0)
                return 0;
        const hart_message message = {
                .type = types[data[0] % 4], .body = (const char *)data + 1, .body_size = size - 1, .enqueued_at = 1};
        const hart_code code = sync_request_read(&message, &request, &err);
        if (code != HART_OK) {
                need(code == HART_POISON && err.text[0] != '\0' && !request.ids);
                return 0;
        }
        need(request.kind && request.ids && request.count >= 1 && request.count <= SYNC_IDS_MAX);
        need(request.tenant >= -1 && request.from >= 0 && request.since >= 0);
        sync_request_done(&request);
        return 0;
}
