/* Small files in many formats: the fuzz targets' corpora. */
#ifndef TEST_MEDIA_SAMPLES_H
#define TEST_MEDIA_SAMPLES_H

#include "record.h"

struct sample {
        const char *file;     /* in the atomizer's corpus */
        const char *expected; /* the outline without components */
        size_t components;
};

/* Runs an atomizer over one of its samples. */
void sample_run(struct record *record, const char *atomizer, const char *file);
/* The outline without components; free() it. */
char *sample_outline(const struct record *record);
/* Each row as expected, and the same when it is run again. */
void samples_check(const char *atomizer, const struct sample *rows, size_t count);
/* Cut at up to `cuts` places (every tenth byte of a small file), with up to `flips` single bits turned over: no promise
 * is broken. A file that says nothing of its pictures or sound any more has a problem. */
void samples_break(const char *atomizer, const struct sample *rows, size_t count, size_t cuts, size_t flips);

#endif
