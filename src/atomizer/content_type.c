/* content_type: what a document is, by its first bytes, by what its sender says, by its name. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <hartonomous/atomizer.h>
#include <hartonomous/utf8.h>

#include "content_look.h"

/* NUL bytes are valid UTF-8 but no text. A head that was cut may end in mid-character. */
bool hart_is_text(const unsigned char *head, size_t size)
{
        if (size > HEAD_MAX)
                size = HEAD_MAX;
        size_t tail = size == HEAD_MAX ? hart_utf8_incomplete_tail(head, size) : 0;
        return size == 0 || (memchr(head, '\0', size) == NULL && hart_utf8_valid(head, size - tail));
}

/* "Text/HTML; charset=utf-8" as "text/html". False where it is no media type, or says nothing. */
static bool put_declared(const char *declared, hart_buffer *ret)
{
        static const char unknown[] = "application/octet-stream";
        size_t size = declared != NULL ? strcspn(declared, "; \t") : 0;
        if (size == 0 || size > 255 || memchr(declared, '/', size) == NULL ||
            (size == sizeof unknown - 1 && strncasecmp(declared, unknown, size) == 0))
                return false;
        for (size_t i = 0; i < size; i++)
                hart_buffer_byte(ret, (unsigned char)tolower((unsigned char)declared[i]));
        return true;
}

/* A byte order mark before "<?xml" or the like says nothing about the format. */
static content_head without_mark(const content_head *head)
{
        content_head rest = *head;
        if (HEAD_BEGINS(head, 0, "\xEF\xBB\xBF")) {
                rest.data += 3;
                rest.size -= 3;
        }
        return rest;
}

static void put_type_of_text(const content_head *head, const char *declared, const char *name, hart_buffer *ret)
{
        content_head rest = without_mark(head);
        const char *type = look_sure_text(&rest);
        if (type == NULL && put_declared(declared, ret))
                return;
        if (type == NULL)
                type = type_by_name(name);
        if (type == NULL)
                type = look_likely_text(&rest);
        hart_buffer_text(ret, type != NULL ? type : "text/plain");
}

/* Neither UTF-8 nor anything that the looks of ours know. */
static void put_type_of_rest(const content_head *head, const char *declared, const char *name, hart_buffer *ret)
{
        bool text = looks_like_other_text(head);
        const char *type = text ? NULL : look_magic(head);
        if (type == NULL && put_declared(declared, ret))
                return;
        if (type == NULL)
                type = type_by_name(name);
        if (type == NULL && text)
                type = look_likely_text(head);
        if (type == NULL)
                type = text ? "text/plain" : "application/octet-stream";
        hart_buffer_text(ret, type);
}

void hart_content_type(const unsigned char *data, size_t size, const char *declared, const char *file_name,
                       hart_buffer *ret)
{
        const content_head head = {
                .data = size > 0 ? data : (const unsigned char *)"",
                .size = size < HEAD_MAX ? size : HEAD_MAX,
                .whole = size < HEAD_MAX,
        };
        content_head rest = without_mark(&head);
        const char *type = look_binary(&rest, file_name);
        if (type != NULL)
                hart_buffer_text(ret, type);
        else if (hart_is_text(data, size))
                put_type_of_text(&head, declared, file_name, ret);
        else
                put_type_of_rest(&head, declared, file_name, ret);
}
