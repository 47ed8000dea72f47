/* text: any bytes, in windows of a size they choose, must come back as they were. */
#include "atomizer_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_atomizer("text", data, size);
}
