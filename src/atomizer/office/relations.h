/* What a part of an Office Open XML package refers to: _rels/NAME.rels beside it. */
#ifndef ATOMIZER_OFFICE_RELATIONS_H
#define ATOMIZER_OFFICE_RELATIONS_H

#include "package.h"

struct relation {
        char *id;
        char *type;   /* the last word of its address: "slide", "hyperlink", "officeDocument" */
        char *target; /* a part's name, or where external is set an address */
        bool external;
};

struct relations {
        struct relation *rows;
        size_t count;
        /* private */
        const char *part;
};

/* Of the package itself where part is "". A part without relations has none. */
hart_code relations_read(struct package *package, const char *part, struct relations *ret, hart_error *err);
void relations_done(struct relations *relations);

/* The next one of that type behind `after`, which is NULL for the first; NULL where there is none. */
const struct relation *relations_next(const struct relations *relations, const char *type,
                                      const struct relation *after);
const struct relation *relations_by_id(const struct relations *relations, const char *id);

/* The part that the package is about ("word/document.xml"), NULL where it does not say; free() it. */
hart_code relations_main_part(struct package *package, char **ret, hart_error *err);

#endif
