/* markdown: any bytes, in windows of a size they choose, must come back as they were; read whole they have a tree. */
#include "atomizer_run.h"
#include "document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_atomizer("markdown", data, size) + fuzz_document("markdown", "text/markdown", data, size);
}
