/* slides: any bytes as a presentation. */
#include "../document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_document("slides", NULL, data, size);
}
