/* JSON and JSON Lines. */
#include "../document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_document("json", size % 2 == 0 ? "application/json" : "application/x-ndjson", data, size);
}
