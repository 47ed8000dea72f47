/* html_head: what is told of a page. */
#include "html_head.h"

#include <string.h>
#include <strings.h>

#include <hartonomous/json.h>

#include "../space.h"

#define VALUE_MAX ((size_t)2 << 10)
#define TEXT_MAX  ((size_t)200)
#define LINKS_MAX ((size_t)24 << 10)

const char *html_attribute(const char *const *attributes, const char *name)
{
        for (; attributes != NULL && attributes[0] != NULL; attributes += 2) {
                if (strcasecmp(attributes[0], name) == 0)
                        return attributes[1];
        }
        return NULL;
}

void html_meta(struct html_head *head, const char *const *attributes)
{
        const char *name = html_attribute(attributes, "name"), *content = html_attribute(attributes, "content");
        struct {
                const char *name;
                char **value;
        } wanted[] = {
                {"description", &head->description},
                {"author", &head->author},
                {"keywords", &head->keywords},
        };
        for (size_t i = 0; name != NULL && content != NULL && i < sizeof wanted / sizeof *wanted; i++) {
                if (strcasecmp(name, wanted[i].name) == 0 && *wanted[i].value == NULL)
                        *wanted[i].value = hart_duplicate_n(content, strnlen(content, VALUE_MAX));
        }
}

void html_link(struct html_head *head, const char *href, const char *text, size_t size)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer link = {0};
        hart_json_writer writer = {.out = &link};
        if (*href == '\0' || *href == '#')
                return;
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "href");
        hart_json_put_text_n(&writer, href, strnlen(href, VALUE_MAX));
        if (size > 0) {
                hart_json_key(&writer, "text");
                hart_json_put_text_n(&writer, text, size < TEXT_MAX ? size : TEXT_MAX);
        }
        hart_json_end_object(&writer);
        if (head->links.size + link.size > LINKS_MAX) {
                head->links_left_out++;
                return;
        }
        if (head->link_count++ > 0)
                hart_buffer_byte(&head->links, ',');
        hart_buffer_append(&head->links, link.data, link.size);
}

static void put(hart_json_writer *writer, const char *key, const char *value)
{
        if (value == NULL || *value == '\0')
                return;
        hart_json_key(writer, key);
        hart_json_put_text(writer, value);
}

/* Without the white space around it. */
static void put_title(hart_json_writer *writer, const hart_buffer *title)
{
        size_t begin = 0, end = title->size > 0 ? space_trim_end(title->data, title->size) : 0;
        (void)space_run(title->data, end, true, end, &begin);
        if (begin >= end)
                return;
        hart_json_key(writer, "title");
        hart_json_put_text_n(writer, (const char *)title->data + begin,
                             end - begin < VALUE_MAX ? end - begin : VALUE_MAX);
}

static void put_links(hart_json_writer *writer, struct html_head *head)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer list = {0};
        if (head->link_count > 0) {
                hart_buffer_byte(&list, '[');
                hart_buffer_append(&list, head->links.data, head->links.size);
                hart_buffer_byte(&list, ']');
                hart_json_key(writer, "links");
                hart_json_put_raw(writer, (const char *)list.data, list.size);
        }
        if (head->links_left_out > 0) {
                hart_json_key(writer, "links_left_out");
                hart_json_put_integer(writer, (int64_t)head->links_left_out);
        }
}

char *html_describe(struct html_head *head, const struct charset *charset)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        hart_json_writer writer = {.out = &text};
        hart_json_begin_object(&writer);
        put_title(&writer, &head->title);
        put(&writer, "language", head->language);
        put(&writer, "description", head->description);
        put(&writer, "author", head->author);
        put(&writer, "keywords", head->keywords);
        put_links(&writer, head);
        put(&writer, "charset", charset->name);
        hart_json_end_object(&writer);
        return hart_duplicate((const char *)text.data);
}

void html_head_done(struct html_head *head)
{
        hart_buffer_done(&head->title);
        hart_buffer_done(&head->links);
        free(head->language);
        free(head->description);
        free(head->author);
        free(head->keywords);
}
