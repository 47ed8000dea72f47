/* Tables of {file below tests/data, expected outline}. Included behind cmocka.h. */
#ifndef TEST_SAMPLES_H
#define TEST_SAMPLES_H

#include <string.h>

#include "damage.h"

struct sample {
        const char *file, *expected;
};

static inline void read_sample(const char *folder, const char *name, hart_buffer *ret)
{
        HART_CLEANUP(hart_free_p) char *path = hart_format(TEST_DATA "/%s/%s", folder, name);
        record_read_file(path, ret);
}

/* The folder is named after the atomizer. */
static inline void check_samples(const char *atomizer, const struct sample *samples, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0};
                struct record record;
                read_sample(atomizer, samples[i].file, &bytes);
                record_run(&record, atomizer, bytes.data, bytes.size, samples[i].file, NULL, NULL);
                if (strcmp((const char *)record.outline.data, samples[i].expected) != 0)
                        fail_msg("%s:\n%sinstead of\n%s", samples[i].file, (const char *)record.outline.data,
                                 samples[i].expected);
                record_done(&record);
        }
}

static inline void damage_samples(const char *atomizer, const struct sample *samples, size_t count, unsigned flips)
{
        for (size_t i = 0; i < count; i++) {
                HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0};
                read_sample(atomizer, samples[i].file, &bytes);
                damage(atomizer, &bytes, flips);
        }
}

#endif
