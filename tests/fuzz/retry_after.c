/* Any bytes as Retry-After: never more than a day, never a fraction of a second. */
#include <stdlib.h>

#include <hartonomous/clock.h>

#include "retry_after.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        uint64_t wait = http_retry_after((const char *)data, size, 784111000);

        if (wait > UINT64_C(86400) * HART_SECOND || wait % HART_SECOND != 0)
                abort();
        return 0;
}
