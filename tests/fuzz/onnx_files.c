/* Any bytes as a model in ONNX: refused, or the files it names lie below its folder and are in order. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/memory.h>

#include "onnx_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct onnx_names names = {0};
        unsigned char *copy = hart_allocate(size > 0 ? size : 1); /* exactly as long, so that reading on is seen */
        hart_error err = {0};

        if (size > 0)
                memcpy(copy, data, size);
        if (onnx_names_of(&names, copy, size, &err) < 0 && err.text[0] == '\0')
                abort();
        for (size_t i = 0; i < names.count; i++)
                if (names.names[i][0] == '/' || strncmp(names.names[i], "../", 3) == 0 ||
                    (i > 0 && strcmp(names.names[i - 1], names.names[i]) >= 0))
                        abort();
        onnx_names_done(&names);
        free(copy);
        return 0;
}
