/* mailbox: messages one behind the other (RFC 4155), each after a line "From sender date" that follows an empty one. */
#include <stdio.h>
#include <string.h>

#include <hartonomous/json.h>

#include "mail.h"

/* The document, line by line; of a line longer than the buffer, a piece. */
struct lines {
        const hart_document *document;
        uint64_t offset;     /* of data[used] in the document */
        unsigned char *data; /* MAIL_BLOCK */
        size_t begin, used;  /* a line begins; bytes read */
        bool middle;         /* the next piece goes on with a line */
};

struct mailbox {
        hart_emitter *emitter;
        struct lines lines;
        unsigned messages;
        bool in_message, after_blank;
        hart_buffer kept; /* the line end of an empty line: the separator's, if one follows */
};

/* "From a@example.org Thu Feb 29 12:00:00 2024": what tells it from prose is the time. */
static bool is_separator(const unsigned char *line, size_t size)
{
        if (size < 5 || memcmp(line, "From ", 5) != 0)
                return false;
        for (size_t i = 7; i + 2 < size; i++) {
                if (line[i] == ':' && g_ascii_isdigit(line[i - 1]) && g_ascii_isdigit(line[i + 1]) &&
                    g_ascii_isdigit(line[i + 2]))
                        return true;
        }
        return false;
}

/* Length of the line's end at the end of this piece. */
static size_t line_end(const unsigned char *line, size_t size)
{
        if (size == 0 || line[size - 1] != '\n')
                return 0;
        return size > 1 && line[size - 2] == '\r' ? 2 : 1;
}

bool mailbox_begins(const hart_document *document)
{
        unsigned char head[512];
        size_t size = document_read(document, 0, head, sizeof head);
        const unsigned char *end = memchr(head, '\n', size);
        return end != NULL && is_separator(head, (size_t)(end - head));
}

/* *whole: it begins where a line does. False at the document's end. */
static bool next_piece(struct lines *lines, const unsigned char **piece, size_t *size, bool *whole)
{
        const unsigned char *line = lines->data + lines->begin;
        const unsigned char *end = memchr(line, '\n', lines->used - lines->begin);
        if (end == NULL) {
                size_t kept = lines->used - lines->begin;
                memmove(lines->data, line, kept);
                size_t got = document_read(lines->document, lines->offset, lines->data + kept, MAIL_BLOCK - kept);
                lines->offset += got;
                lines->begin = 0;
                lines->used = kept + got;
                line = lines->data;
                end = memchr(line, '\n', lines->used);
        }
        *size = end != NULL ? (size_t)(end - line) + 1 : lines->used;
        *piece = line;
        *whole = !lines->middle;
        lines->middle = end == NULL;
        lines->begin += *size;
        return *size > 0;
}

static hart_code end_message(struct mailbox *mailbox, hart_error *err)
{
        hart_buffer_clear(&mailbox->kept);
        if (!mailbox->in_message)
                return HART_OK;
        mailbox->in_message = false;
        return emit_child_end(mailbox->emitter, NULL, err);
}

static hart_code begin_message(struct mailbox *mailbox, const unsigned char *line, size_t size, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
        hart_json_writer json = {.out = &metadata};
        char name[32];
        hart_code code = end_message(mailbox, err);
        if (code != HART_OK)
                return code;
        (void)snprintf(name, sizeof name, "message-%06u.eml", ++mailbox->messages);
        hart_json_begin_object(&json);
        hart_json_key(&json, "separator");
        hart_json_put_text_n(&json, (const char *)line, size < EMIT_LABEL_MAX ? size : EMIT_LABEL_MAX);
        hart_json_end_object(&json);
        const hart_child child = {.name = name,
                                  .content_type = "message/rfc822",
                                  .relation = "message",
                                  .metadata = (const char *)metadata.data};
        mailbox->in_message = true;
        return emit_child_begin(mailbox->emitter, &child, err);
}

static hart_code put_line(struct mailbox *mailbox, const unsigned char *line, size_t size, bool whole, hart_error *err)
{
        size_t end = line_end(line, size);
        bool first = mailbox->messages == 0 && !mailbox->in_message;
        if (whole && (mailbox->after_blank || first) && is_separator(line, size - end)) {
                mailbox->after_blank = false;
                return begin_message(mailbox, line, size - end, err);
        }
        hart_code code = emit_child_bytes(mailbox->emitter, mailbox->kept.data, mailbox->kept.size, err);
        hart_buffer_clear(&mailbox->kept);
        mailbox->after_blank = whole && end > 0 && end == size;
        if (code == HART_OK && mailbox->after_blank)
                hart_buffer_append(&mailbox->kept, line, size);
        else if (code == HART_OK)
                code = emit_child_bytes(mailbox->emitter, line, size, err);
        return code;
}

hart_code mailbox_put(const hart_document *document, hart_emitter *emitter, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
        struct mailbox mailbox = {.emitter = emitter,
                                  .lines = {.document = document, .data = hart_allocate(MAIL_BLOCK)}};
        const unsigned char *line = NULL;
        size_t size = 0;
        bool whole = false;
        hart_code code = HART_OK;
        while (code == HART_OK && next_piece(&mailbox.lines, &line, &size, &whole))
                code = put_line(&mailbox, line, size, whole, err);
        if (code == HART_OK)
                code = end_message(&mailbox, err);
        hart_buffer_format(&metadata, "{\"messages\":%u}", mailbox.messages);
        if (code == HART_OK)
                code = emit_describe(emitter, (const char *)metadata.data, err);
        free(mailbox.lines.data);
        hart_buffer_done(&mailbox.kept);
        return code;
}
