/* content_type: any first bytes and any name have a content type, and an atomizer takes it. */
#include <stdlib.h>
#include <string.h>

#include <hartonomous/atomizer.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char name[32] = "";
        size_t length = size < sizeof name - 1 ? size : sizeof name - 1;
        if (length > 0)
                memcpy(name, data, length);
        const char *type = hart_content_type(data, size, name);
        if (type == NULL || hart_atomizer_for(type, data, size) == NULL || hart_atomizer_for(name, data, size) == NULL)
                abort();
        return 0;
}
