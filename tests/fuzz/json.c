/* Any bytes as JSON: refused with a line, or printed again as text that reads back and prints the same. */
#include <hartonomous/json.h>

#include <stdlib.h>
#include <string.h>

static void need(bool holds)
{
        if (!holds)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        HART_CLEANUP(hart_json_close_p) hart_json *first = NULL, *second = NULL;
        HART_CLEANUP(hart_buffer_done) hart_buffer once = {0}, twice = {0};
        hart_error err = {0};
        hart_code code = hart_json_parse(data, size, &first, &err);

        if (code != HART_OK) {
                need(code == HART_POISON && strstr(err.text, "line") != NULL);
                return 0;
        }
        hart_json_print(first, &once);
        need(hart_json_parse(once.data, once.size, &second, &err) == HART_OK);
        hart_json_print(second, &twice);
        need(once.size == twice.size && memcmp(once.data, twice.data, once.size) == 0);
        return 0;
}
