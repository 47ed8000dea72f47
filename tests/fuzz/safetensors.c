/* Any bytes as a safetensors file: refused, or every tensor that is found lies inside. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <hartonomous/memory.h>

#include "safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool visit(const char *name, const hart_json *tensor, void *data)
{
        const struct safetensors *file = data;
        const hart_json *shape = hart_json_member(tensor, "shape");
        int64_t rows = 0, columns = 0;
        struct safetensors_tensor found;

        (void)hart_json_integer(hart_json_item(shape, 0), &rows);
        (void)hart_json_integer(hart_json_item(shape, 1), &columns);
        if (safetensors_find(file, name, (size_t)rows, (size_t)columns, &found, NULL) == HART_OK) {
                const unsigned char *bytes = found.numbers;
                size_t size = found.type == SAFETENSORS_FLOAT ? 4 : 2;
                unsigned char all = 0;
                for (size_t i = 0; i < (size_t)rows * (size_t)(columns > 0 ? columns : 1) * size; i++)
                        all |= bytes[i];
                (void)all;
        }
        return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct safetensors file = {0};
        unsigned char *copy = hart_allocate(size > 0 ? size : 1); /* exactly as long, so that reading on is seen */
        hart_error err = {0};

        if (size > 0)
                memcpy(copy, data, size);
        if (safetensors_parse(&file, copy, size, &err) == HART_OK) {
                hart_json_each(file.header, visit, &file);
                safetensors_done(&file);
        } else if (err.text[0] == '\0') {
                abort();
        }
        free(copy);
        return 0;
}
