/* Text in any charset. */
#include "../document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const char *const types[] = {"text/plain", "text/plain; charset=Shift_JIS", "text/plain; charset=latin1",
                                            "text/plain; charset=\"gb18030\""};
        (void)hart_atomizer_for(size % 2 == 0 ? "text/plain" : "application/octet-stream", data, size);
        return fuzz_document("charset", types[size % 4], data, size);
}
