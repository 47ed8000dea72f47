/* Any bytes as a zstd frame: refused, or content within the limit that is the same after packing it again. */
#include <hartonomous/compression.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT 100000

static void need(bool holds)
{
        if (!holds)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer content = {0}, frame = {0}, again = {0};
        hart_error err = {0};
        hart_code code = hart_decompress(data, size, LIMIT, &content, &err);

        need(content.size <= LIMIT && (code == HART_OK || (code == HART_POISON && content.size == 0)));
        if (code != HART_OK)
                return 0;
        need(hart_compress(content.data, content.size, 1, &frame, &err) == HART_OK);
        need(hart_decompress(frame.data, frame.size, LIMIT, &again, &err) == HART_OK);
        need(again.size == content.size && memcmp(again.data, content.data, content.size) == 0);
        return 0;
}
