/* archive: any bytes as an archive or a compressed file. */
#include "../document_run.h"

const char *__asan_default_options(void);

/* Dictionaries of gigabytes can be asked for; the child that reads archives has no room for them, nor has this. */
const char *__asan_default_options(void)
{
        return "allocator_may_return_null=1:max_allocation_size_mb=512";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        return fuzz_document("archive", NULL, data, size);
}
