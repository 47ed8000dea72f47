/* CSV and TSV. */
#include "../document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_document("csv", size % 2 == 0 ? "text/csv" : "text/tab-separated-values", data, size);
}
