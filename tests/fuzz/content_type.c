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
        HART_CLEANUP(hart_buffer_done) hart_buffer type = {0};
        hart_error err = {0};
        if (hart_atomizers_open(&err) != HART_OK) /* libmagic's rules are part of it; once read they stay */
                abort();
        hart_content_type(data, size, size % 2 == 0 ? name : NULL, name, &type);
        if (type.size == 0 || memchr(type.data, '/', type.size) == NULL ||
            hart_atomizer_for((const char *)type.data, data, size) == NULL ||
            hart_atomizer_for(name, data, size) == NULL)
                abort();
        return 0;
}
