/* A whole document through an atomizer of way HART_SLICES or HART_EXTRACT, written down as an outline. Aborts where the
 * promises of emitter.h are broken, so fuzz targets use it too. */
#ifndef TEST_RECORD_H
#define TEST_RECORD_H

#include <hartonomous/atomizer.h>

struct record {
        /* One line an event, two blanks for each open node:
         *     describe {"title":"x"}
         *     [page "1" {"width":612}]
         *       sentence "Hello world."           at most 60 bytes of it; then its size: sentence "Hello…" 4711
         *     child "a/b.txt" text/plain archive-entry {"mode":420} 12          its bytes; ": reason" where they break
         * off problem "page 3: damaged font" */
        hart_buffer outline;
        hart_buffer content;  /* all components of HART_EXTRACT with the gaps before them */
        hart_buffer children; /* bytes of all children, one behind the other */
        size_t components, nodes, child_count, problems;
};

/* `name` and `content_type` may be NULL; `limits` NULL for the defaults. */
void record_run(struct record *record, const char *atomizer, const void *data, size_t size, const char *name,
                const char *content_type, const hart_limits *limits);
void record_done(struct record *record);

/* The outline alone, for tables of expectations; free() it. */
char *record_outline(const char *atomizer, const void *data, size_t size);
/* A file of the machine or of tests/data, read whole; aborts where it cannot be read. */
void record_read_file(const char *path, hart_buffer *ret);

#endif
