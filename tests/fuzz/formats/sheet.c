/* sheet: any bytes as a workbook. */
#include "../document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_document("sheet", NULL, data, size);
}
