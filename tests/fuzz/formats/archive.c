/* archive: any bytes as an archive or a compressed file. */
#include "../document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_document("archive", NULL, data, size);
}
