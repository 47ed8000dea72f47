/* Any bytes as a safetensors model. */
#include "document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_document("safetensors", "application/x-safetensors", data, size);
}
