/* video: any bytes as a document of that kind. */
#include "document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_document("video", "video/mpeg", data, size);
}
