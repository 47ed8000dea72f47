/* What the office formats share besides packages and flow. */
#ifndef ATOMIZER_OFFICE_OFFICE_H
#define ATOMIZER_OFFICE_OFFICE_H

#include "package.h"

/* properties.c: title, author, dates and so on, with emit_describe(). */
hart_code office_describe(struct package *package, hart_error *err);

/* Opens the package, says what it is by its properties, reads it (`read` gets its main part's name), takes its children
 * out and ends it. */
struct office_kind {
        const char *folder;   /* "word/": where the main part lies usually */
        const char *language; /* "wordprocessingml": what its content type says where it lies elsewhere */
        const char *title;    /* "text document" */
        hart_code (*read)(struct package *package, const char *main_part, hart_error *err);
        const char *const *children; /* prefixes of parts that are documents, NULL-terminated */
};
hart_code office_run(const struct office_kind *kind, hart_document *document, hart_emitter *emitter, hart_error *err);
hart_code office_open(hart_error *err);
void office_close(void);

/* opendocument.c: any of the three kinds. */
bool opendocument_is(const struct package *package);
hart_code opendocument_read(struct package *package, hart_error *err);

#endif
