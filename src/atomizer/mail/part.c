/* part: a message's text becomes sentences, everything else in it documents of their own. */
#include <string.h>

#include <hartonomous/json.h>

#include "../text/convert.h"
#include "mail.h"

/* Names for bodies that have none. */
static const struct {
        const char *type, *name;
} body_names[] = {
        {"text/html", "body.html"},
        {"text/plain", "body.txt"},
        {"text/calendar", "invitation.ics"},
        {"message/rfc822", "message.eml"},
};

static char *type_of(GMimeObject *part)
{
        GMimeContentType *type = g_mime_object_get_content_type(part);
        return type != NULL ? g_mime_content_type_get_mime_type(type) : NULL;
}

/* With the charset, where one is given: the bytes are handed on as they are. */
static void put_declared(GMimeObject *part, const char *type, hart_buffer *ret)
{
        const char *charset = g_mime_object_get_content_type_parameter(part, "charset");
        hart_buffer_text(ret, type);
        if (charset != NULL && *charset != '\0' && strlen(charset) < 64)
                hart_buffer_format(ret, "; charset=%s", charset);
}

static bool is_attached(GMimeObject *part)
{
        return GMIME_IS_PART(part) &&
               (g_mime_part_is_attachment(GMIME_PART(part)) || g_mime_part_get_filename(GMIME_PART(part)) != NULL);
}

/* Nothing, where nothing is known. */
static const char *part_metadata(GMimeObject *part, hart_buffer *ret)
{
        hart_json_writer json = {.out = ret};
        bool known = false;
        const char *id = g_mime_object_get_content_id(part);
        const char *disposition = g_mime_object_get_disposition(part);
        const char *description = GMIME_IS_PART(part) ? g_mime_part_get_content_description(GMIME_PART(part)) : NULL;
        const struct {
                const char *key, *text;
        } rows[] = {{"disposition", disposition}, {"content_id", id}, {"description", description}};
        hart_json_begin_object(&json);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                if (rows[i].text == NULL || *rows[i].text == '\0')
                        continue;
                known = true;
                hart_json_key(&json, rows[i].key);
                hart_json_put_text_n(&json, rows[i].text, strnlen(rows[i].text, EMIT_LABEL_MAX));
        }
        hart_json_end_object(&json);
        return known ? (const char *)ret->data : NULL;
}

static const char *name_of(GMimeObject *part, const char *type, char number[32])
{
        const char *name = GMIME_IS_PART(part) ? g_mime_part_get_filename(GMIME_PART(part)) : NULL;
        if (name != NULL && *name != '\0')
                return name;
        for (size_t i = 0; i < sizeof body_names / sizeof *body_names; i++) {
                if (type != NULL && g_ascii_strcasecmp(type, body_names[i].type) == 0)
                        return body_names[i].name;
        }
        return number;
}

/* --- bytes --- */

/* A stream of what the part holds, base64 and the like undone; NULL where it holds nothing. */
static GMimeStream *open_content(GMimePart *part)
{
        GMimeDataWrapper *content = g_mime_part_get_content(part);
        GMimeStream *stream = content != NULL ? g_mime_data_wrapper_get_stream(content) : NULL;
        if (stream == NULL)
                return NULL;
        (void)g_mime_stream_reset(stream);
        GMimeStream *decoded = g_mime_stream_filter_new(stream);
        GMimeFilter *filter = g_mime_filter_basic_new(g_mime_data_wrapper_get_encoding(content), FALSE);
        (void)g_mime_stream_filter_add(GMIME_STREAM_FILTER(decoded), filter);
        g_object_unref(filter);
        return decoded;
}

/* Characters of a base64 part that base64 does not have: its decoder passes over them without a word. */
static size_t strange_characters(GMimePart *part)
{
        GMimeDataWrapper *content = g_mime_part_get_content(part);
        if (content == NULL || g_mime_data_wrapper_get_encoding(content) != GMIME_CONTENT_ENCODING_BASE64)
                return 0;
        GMimeStream *stream = g_mime_data_wrapper_get_stream(content);
        char block[4096];
        size_t strange = 0;
        (void)g_mime_stream_reset(stream);
        for (ssize_t got; (got = g_mime_stream_read(stream, block, sizeof block)) > 0;) {
                for (ssize_t i = 0; i < got; i++)
                        strange += !g_ascii_isalnum(block[i]) && (block[i] == '\0' || !strchr("+/=\r\n\t ", block[i]));
        }
        return strange;
}

static hart_code put_child_bytes(struct mail *mail, GMimeStream *stream, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *block = hart_allocate(MAIL_BLOCK);
        hart_code code = HART_OK;
        ssize_t got = 0;
        while (code == HART_OK && (got = g_mime_stream_read(stream, block, MAIL_BLOCK)) > 0)
                code = emit_child_bytes(mail->emitter, block, (size_t)got, err);
        if (code == HART_OK)
                code = emit_child_end(mail->emitter, got < 0 ? "it cannot be decoded" : NULL, err);
        return code;
}

/* --- children --- */

static hart_code begin_child(struct mail *mail, GMimeObject *part, const char *type, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0}, declared = {0};
        char number[32];
        (void)g_snprintf(number, sizeof number, "part-%u", mail->parts);
        put_declared(part, type, &declared);
        const hart_child child = {
                .name = name_of(part, type, number),
                .content_type = (const char *)declared.data,
                .relation = is_attached(part)     ? "attachment"
                            : GMIME_IS_PART(part) ? "body"
                                                  : "message",
                .metadata = part_metadata(part, &metadata),
        };
        return emit_child_begin(mail->emitter, &child, err);
}

static hart_code put_child(struct mail *mail, GMimePart *part, const char *type, hart_error *err)
{
        GMimeStream *stream = open_content(part);
        hart_code code = begin_child(mail, GMIME_OBJECT(part), type, err);
        if (code == HART_OK)
                code = stream != NULL ? put_child_bytes(mail, stream, err) : emit_child_end(mail->emitter, NULL, err);
        if (stream != NULL)
                g_object_unref(stream);
        return code;
}

/* Where a message in a part ends: before the first line that is a boundary of something around it. */
static size_t end_of_message(const struct mail *mail, size_t begin, const struct mail_boundary *boundary)
{
        size_t end = mail->size;
        for (; boundary != NULL; boundary = boundary->around) {
                HART_CLEANUP(hart_free_p)
                char *line = hart_format("\n--%s", boundary->text != NULL ? boundary->text : "");
                const unsigned char *found =
                        boundary->text != NULL ? memmem(mail->data + begin, end - begin, line, strlen(line)) : NULL;
                if (found != NULL)
                        end = (size_t)(found - mail->data);
        }
        return end < mail->size && end > begin && mail->data[end - 1] == '\r' ? end - 1 : end;
}

/* Its bytes as they stand in the one around it: gmime would write them anew, with other line ends. */
static hart_code put_message(struct mail *mail, GMimeMessagePart *part, const char *type,
                             const struct mail_boundary *boundary, hart_error *err)
{
        GMimeMessage *message = g_mime_message_part_get_message(part);
        GMimeHeaderList *headers = message != NULL ? g_mime_object_get_header_list(GMIME_OBJECT(message)) : NULL;
        bool empty = headers == NULL || g_mime_header_list_get_count(headers) == 0;
        gint64 begin = empty ? -1 : g_mime_header_get_offset(g_mime_header_list_get_header_at(headers, 0));
        if (begin < 0 || (guint64)begin >= mail->size)
                return emit_problem(mail->emitter, err, "part %u: the message in it is missing", mail->parts);
        size_t end = end_of_message(mail, (size_t)begin, boundary);
        hart_code code = begin_child(mail, GMIME_OBJECT(part), type, err);
        if (code == HART_OK)
                code = emit_child_bytes(mail->emitter, mail->data + begin, end - (size_t)begin, err);
        return code == HART_OK ? emit_child_end(mail->emitter, NULL, err) : code;
}

/* --- text --- */

/* All of it, or HART_EMPTY where that is more than MAIL_TEXT_MAX. */
static hart_code read_text(GMimePart *part, hart_buffer *ret)
{
        GMimeStream *stream = open_content(part);
        ssize_t got = 0;
        while (stream != NULL && ret->size <= MAIL_TEXT_MAX) {
                got = g_mime_stream_read(stream, (char *)hart_buffer_reserve(ret, MAIL_BLOCK), MAIL_BLOCK);
                if (got <= 0)
                        break;
                ret->size += (size_t)got;
        }
        if (stream != NULL)
                g_object_unref(stream);
        return ret->size <= MAIL_TEXT_MAX ? HART_OK : HART_EMPTY;
}

static hart_code put_converted(struct mail *mail, GMimePart *part, const hart_buffer *bytes, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        const char *charset = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset");
        struct charset found;
        hart_document document;
        uint64_t offset = 0;
        document_open_memory(&document, bytes->data, bytes->size);
        convert_detect(bytes->data, bytes->size, charset, charset != NULL ? strlen(charset) : 0, &found);
        offset = found.mark;
        hart_code code = convert_read(&document, &found, &offset, SIZE_MAX / 2, &text, err);
        document_close(&document);
        return code == HART_OK ? emit_text(mail->emitter, MAIL_SENTENCE, (const char *)text.data, text.size, err)
                               : code;
}

static hart_code put_text(struct mail *mail, GMimePart *part, const char *type, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer bytes = {0}, metadata = {0};
        if (read_text(part, &bytes) != HART_OK)
                return put_child(mail, part, type, err);
        const hart_node node = {
                .kind = "part", .label = type, .metadata = part_metadata(GMIME_OBJECT(part), &metadata)};
        hart_code code = emit_open(mail->emitter, &node, err);
        if (code == HART_OK && bytes.size > 0)
                code = put_converted(mail, part, &bytes, err);
        return code == HART_OK ? emit_close(mail->emitter, err) : code;
}

/* --- the tree --- */

static hart_code put_multipart(struct mail *mail, GMimeMultipart *multipart, const char *type,
                               const struct mail_boundary *around, hart_error *err)
{
        const hart_node node = {.kind = "part", .label = type};
        /* Not g_mime_multipart_get_boundary(): where there is none it makes one up, with random bytes from a file. */
        const char *told = g_mime_object_get_content_type_parameter(GMIME_OBJECT(multipart), "boundary");
        const struct mail_boundary boundary = {
                .text = told, .around = around, .depth = around != NULL ? around->depth + 1 : 0};
        if (boundary.depth == MAIL_DEPTH)
                return emit_problem(mail->emitter, err, "parts nested deeper than %d: those are not read", MAIL_DEPTH);
        hart_code code = emit_open(mail->emitter, &node, err);
        int count = g_mime_multipart_get_count(multipart);
        /* Where nothing divides it all of it is what mail programs pass over: what stands before the first part. */
        const char *whole = count == 0 ? g_mime_multipart_get_prologue(multipart) : NULL;
        if (code == HART_OK && whole != NULL)
                code = emit_text(mail->emitter, MAIL_SENTENCE, whole, strnlen(whole, MAIL_TEXT_MAX), err);
        for (int i = 0; code == HART_OK && i < count; i++)
                code = mail_put_part(mail, g_mime_multipart_get_part(multipart, i), &boundary, err);
        return code == HART_OK ? emit_close(mail->emitter, err) : code;
}

static hart_code put_leaf(struct mail *mail, GMimePart *part, const char *type, hart_error *err)
{
        size_t strange = strange_characters(part);
        hart_code code = HART_OK;
        if (strange > 0)
                code = emit_problem(mail->emitter, err, "part %u: %zu characters in it are not of base64", mail->parts,
                                    strange);
        if (code != HART_OK)
                return code;
        bool text = g_ascii_strcasecmp(type, "text/plain") == 0 && !is_attached(GMIME_OBJECT(part));
        return text ? put_text(mail, part, type, err) : put_child(mail, part, type, err);
}

hart_code mail_put_part(struct mail *mail, GMimeObject *part, const struct mail_boundary *boundary, hart_error *err)
{
        char *found = type_of(part);
        HART_CLEANUP(hart_free_p) char *type = hart_duplicate(found != NULL ? found : "application/octet-stream");
        g_free(found);
        hart_code code = HART_OK;
        if (GMIME_IS_MULTIPART(part))
                return put_multipart(mail, GMIME_MULTIPART(part), type, boundary, err);
        mail->parts++;
        if (GMIME_IS_MESSAGE_PART(part))
                code = put_message(mail, GMIME_MESSAGE_PART(part), type, boundary, err);
        else if (GMIME_IS_PART(part))
                code = put_leaf(mail, GMIME_PART(part), type, err);
        return code;
}
