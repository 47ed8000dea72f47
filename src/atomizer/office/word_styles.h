/* Which styles of a text document are those of headings: word/styles.xml. */
#ifndef ATOMIZER_OFFICE_WORD_STYLES_H
#define ATOMIZER_OFFICE_WORD_STYLES_H

#include "package.h"

struct word_style {
        char *id, *base;
        unsigned level; /* of its headings; 0 where it is for text */
};

/* Zeroed is empty. */
struct word_styles {
        struct word_style *rows;
        size_t count;
};

hart_code word_styles_read(struct package *package, const char *part, struct word_styles *styles, hart_error *err);
/* Of paragraphs with that style, which may be NULL or unknown: from 1 on for headings, 0 for text. */
unsigned word_styles_level(const struct word_styles *styles, const char *id);
void word_styles_done(struct word_styles *styles);

#endif
