/* Any bytes as a program; the first of them says in which language. */
#include "document_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const char *const types[] = {"text/x-c",    "text/x-c++",      "text/x-csharp", "text/x-go",
                                            "text/x-java", "text/javascript", "text/x-python", "text/x-rust"};
        return size == 0 ? 0
                         : fuzz_document("code", types[data[0] % (sizeof types / sizeof *types)], data + 1, size - 1);
}
