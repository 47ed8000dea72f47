/* word: any bytes as a word processor document. */
#include "../document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_document("word", NULL, data, size);
}
