/* Any bytes as a ONNX model. */
#include "document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_document("onnx", "application/x-onnx", data, size);
}
