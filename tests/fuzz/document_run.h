/* One atomizer of whole documents over any bytes. Aborts where the promises of emitter.h are broken. */
#ifndef FUZZ_DOCUMENT_RUN_H
#define FUZZ_DOCUMENT_RUN_H

#include "../unit/atomizer/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Small limits, so that a few bytes reach them. */
static inline int fuzz_document(const char *atomizer, const char *content_type, const uint8_t *data, size_t size)
{
        static const hart_limits limits = {
                .depth = 64, .children = 100, .expanded = 8 << 20, .ratio = 100, .pixels = 1 << 20};
        struct record record;
        record_run(&record, atomizer, data, size, NULL, content_type, &limits);
        record_done(&record);
        return 0;
}

#endif
