/* pdf: any bytes as a PDF file. */
#include "../document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_document("pdf", NULL, data, size);
}
