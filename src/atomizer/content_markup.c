/* content_markup: XML by its root element, JSON by its first value. */
#include <string.h>

#include "content_look.h"

/* --- XML --- */

static size_t skip_blanks(const content_head *head, size_t i)
{
        while (i < head->size && (head->data[i] == ' ' || (head->data[i] >= '\t' && head->data[i] <= '\r')))
                i++;
        return i;
}

/* Behind `end`; the head's size where it is not in there. */
static size_t skip_to(const content_head *head, size_t i, const char *end)
{
        const unsigned char *found = memmem(head->data + i, head->size - i, end, strlen(end));
        return found != NULL ? (size_t)(found - head->data) + strlen(end) : head->size;
}

/* A document type may have declarations in brackets, with ">" and quotes in them. */
static size_t skip_doctype(const content_head *head, size_t i)
{
        bool inside = false;
        unsigned char quote = 0;
        for (; i < head->size; i++) {
                unsigned char byte = head->data[i];
                if (quote != 0)
                        quote = byte == quote ? 0 : quote;
                else if (byte == '"' || byte == '\'')
                        quote = byte;
                else if (byte == '[' || byte == ']')
                        inside = byte == '[';
                else if (byte == '>' && !inside)
                        return i + 1;
        }
        return i;
}

/* Where the root element begins, behind declarations and comments. */
static size_t find_root(const content_head *head)
{
        size_t i = skip_blanks(head, 0);
        for (;;) {
                if (HEAD_BEGINS(head, i, "<?"))
                        i = skip_to(head, i, "?>");
                else if (HEAD_BEGINS(head, i, "<!--"))
                        i = skip_to(head, i, "-->");
                else if (HEAD_BEGINS(head, i, "<!DOCTYPE"))
                        i = skip_doctype(head, i);
                else
                        return i;
                i = skip_blanks(head, i);
        }
}

static const struct {
        const char *name;
        const char *space; /* a namespace its tag must name, where the name alone is too common */
        const char *type;
} roots[] = {
        {"svg", NULL, "image/svg+xml"},
        {"rss", NULL, "application/rss+xml"},
        {"feed", "http://www.w3.org/2005/Atom", "application/atom+xml"},
        {"html", "http://www.w3.org/1999/xhtml", "application/xhtml+xml"},
        {"RDF", "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "application/rdf+xml"},
        {"kml", "http://www.opengis.net/kml", "application/vnd.google-earth.kml+xml"},
        {"gpx", "http://www.topografix.com/GPX", "application/gpx+xml"},
};

/* "svg", or "svg:svg" with any prefix. */
static const char *type_of_root(const content_head *head, size_t i)
{
        const unsigned char *begin = head->data + i + 1;
        size_t left = head->size - i - 1, length = 0;
        while (length < left && strchr(" \t\r\n/>", begin[length]) == NULL)
                length++;
        const unsigned char *colon = memchr(begin, ':', length);
        const unsigned char *name = colon != NULL ? colon + 1 : begin;
        size_t size = length - (size_t)(name - begin);
        const unsigned char *end = memchr(begin, '>', left);
        size_t tag = end != NULL ? (size_t)(end - begin) : left;
        for (size_t row = 0; row < sizeof roots / sizeof *roots; row++) {
                const char *space = roots[row].space;
                if (strlen(roots[row].name) == size && memcmp(name, roots[row].name, size) == 0 &&
                    (space == NULL || memmem(begin, tag, space, strlen(space)) != NULL))
                        return roots[row].type;
        }
        return NULL;
}

/* Without a declaration a root element must be a known one. */
const char *look_xml(const content_head *head)
{
        bool declared = HEAD_BEGINS(head, 0, "<?xml") && head->size > 5 && strchr(" \t\r\n", head->data[5]) != NULL;
        size_t root = skip_blanks(head, 0);
        if (root == head->size || head->data[root] != '<')
                return NULL;
        root = find_root(head);
        const char *type = root < head->size && head->data[root] == '<' ? type_of_root(head, root) : NULL;
        return type != NULL ? type : declared ? "application/xml" : NULL;
}

/* --- JSON --- */

/* Can a value begin so? Words must be whole, so that "[notes]" is none. */
static bool begins_value(const content_head *head, size_t i)
{
        if (i == head->size)
                return false;
        return (strchr("\"{[-0123456789", head->data[i]) != NULL && head->data[i] != 0) ||
               HEAD_BEGINS(head, i, "true") || HEAD_BEGINS(head, i, "false") || HEAD_BEGINS(head, i, "null");
}

/* What must stand behind the first bracket. */
static bool begins_well(const content_head *head, size_t i)
{
        bool object = head->data[i] == '{';
        size_t inner = skip_blanks(head, i + 1);
        if (inner == head->size)
                return false;
        if (head->data[inner] == (object ? '}' : ']'))
                return true;
        return object ? head->data[inner] == '"' : begins_value(head, inner);
}

/* Behind the value that begins with this bracket; the head's size + 1 where it does not end in there, 0 where brackets
 * do not match or a character stands in it that only texts may have. */
static size_t skip_value(const content_head *head, size_t i)
{
        size_t depth = 0;
        bool text = false;
        for (; i < head->size; i++) {
                unsigned char byte = head->data[i];
                if (text && byte == '\\')
                        i++;
                else if (byte == '"')
                        text = !text;
                else if (text && byte < 0x20)
                        return 0;
                else if (!text && (byte == '{' || byte == '['))
                        depth++;
                else if (!text && (byte == '}' || byte == ']') && --depth == 0)
                        return i + 1;
                else if (!text && strchr(" \t\r\n,:+-.0123456789eEtrufalsn]}", byte) == NULL)
                        return 0;
        }
        return head->size + 1;
}

const char *look_json(const content_head *head)
{
        size_t begin = skip_blanks(head, 0);
        if (begin == head->size || (head->data[begin] != '{' && head->data[begin] != '[') || !begins_well(head, begin))
                return NULL;
        size_t end = skip_value(head, begin);
        if (end == 0 || (end > head->size && head->whole))
                return NULL;
        if (end >= head->size)
                return "application/json";
        /* Another value on the next line: JSON Lines. */
        size_t next = skip_blanks(head, end);
        if (next == head->size)
                return "application/json";
        bool lines = memchr(head->data + begin, '\n', end - begin) == NULL &&
                     memchr(head->data + end, '\n', next - end) != NULL &&
                     (head->data[next] == '{' || head->data[next] == '[') && begins_well(head, next);
        return lines ? "application/x-ndjson" : NULL;
}
