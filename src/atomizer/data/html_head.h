/* What is known of a page as a whole: title, language, meta elements, links. */
#ifndef ATOMIZER_HTML_HEAD_H
#define ATOMIZER_HTML_HEAD_H

#include "../text/convert.h"

struct html_head {
        hart_buffer title;
        char *language, *description, *author, *keywords;
        hart_buffer links; /* objects of a JSON array, commas between them */
        size_t link_count, links_left_out;
};

/* Attributes as libxml2 gives them: name, value, …, NULL; NULL for none. The value, or NULL. */
const char *html_attribute(const char *const *attributes, const char *name);
void html_meta(struct html_head *head, const char *const *attributes);
void html_link(struct html_head *head, const char *href, const char *text, size_t size);
/* The JSON object of it all; free(). */
char *html_describe(struct html_head *head, const struct charset *charset);
void html_head_done(struct html_head *head);

#endif
