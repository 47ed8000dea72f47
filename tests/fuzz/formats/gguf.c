/* Any bytes as a GGUF model. */
#include "document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_document("gguf", "application/x-gguf", data, size);
}
