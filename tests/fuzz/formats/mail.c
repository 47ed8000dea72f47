/* mail: any bytes as a message or a mailbox. */
#include "../document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_document("mail", NULL, data, size);
}
