/* header: what a message says of itself. */
#include <string.h>

#include <hartonomous/json.h>

#include "../iso_time.h"
#include "mail.h"

#define LISTED_MAX 32  /* addresses, references: so many are told */
#define TEXT_MAX   512 /* bytes of each text that are told */

static void put_key_text(hart_json_writer *json, const char *key, const char *text)
{
        if (text == NULL || *text == '\0')
                return;
        hart_json_key(json, key);
        hart_json_put_text_n(json, text, strnlen(text, TEXT_MAX));
}

/* "Erika Mustermann <erika@example.org>", as people write them. */
static void put_addresses(hart_json_writer *json, const char *key, InternetAddressList *list)
{
        int count = list != NULL ? internet_address_list_length(list) : 0;
        if (count == 0)
                return;
        hart_json_key(json, key);
        hart_json_begin_array(json);
        for (int i = 0; i < count && i < LISTED_MAX; i++) {
                char *text = internet_address_to_string(internet_address_list_get_address(list, i), NULL, FALSE);
                if (text != NULL)
                        hart_json_put_text_n(json, text, strnlen(text, TEXT_MAX));
                g_free(text);
        }
        hart_json_end_array(json);
}

static void put_references(hart_json_writer *json, GMimeMessage *message)
{
        const char *raw = g_mime_object_get_header(GMIME_OBJECT(message), "References");
        GMimeReferences *references = raw != NULL ? g_mime_references_parse(NULL, raw) : NULL;
        int count = references != NULL ? g_mime_references_length(references) : 0;
        if (count > 0) {
                hart_json_key(json, "references");
                hart_json_begin_array(json);
                for (int i = count > LISTED_MAX ? count - LISTED_MAX : 0; i < count; i++) {
                        const char *id = g_mime_references_get_message_id(references, i);
                        hart_json_put_text_n(json, id, strnlen(id, TEXT_MAX));
                }
                hart_json_end_array(json);
        }
        if (references != NULL)
                g_mime_references_free(references);
}

static void put_date(hart_json_writer *json, GMimeMessage *message)
{
        char text[ISO_TIME_SIZE];
        GDateTime *date = g_mime_message_get_date(message);
        if (date == NULL || iso_time(g_date_time_to_unix(date), text) == NULL)
                return;
        put_key_text(json, "date", text);
}

/* "<a@b>" without the brackets, as message_id is. */
static void put_in_reply_to(hart_json_writer *json, GMimeMessage *message)
{
        const char *raw = g_mime_object_get_header(GMIME_OBJECT(message), "In-Reply-To");
        char *id = raw != NULL ? g_mime_utils_decode_message_id(raw) : NULL;
        put_key_text(json, "in_reply_to", id);
        g_free(id);
}

static hart_code put_subject(struct mail *mail, const char *subject, hart_error *err)
{
        static const hart_node node = {.kind = "subject"};
        if (subject == NULL || *subject == '\0')
                return HART_OK;
        hart_code code = emit_open(mail->emitter, &node, err);
        if (code == HART_OK)
                code = emit_text(mail->emitter, MAIL_SENTENCE, subject, strnlen(subject, EMIT_NAME_MAX), err);
        return code == HART_OK ? emit_close(mail->emitter, err) : code;
}

hart_code mail_put_header(struct mail *mail, GMimeMessage *message, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
        hart_json_writer json = {.out = &metadata};
        const char *subject = g_mime_message_get_subject(message);
        hart_json_begin_object(&json);
        put_key_text(&json, "subject", subject);
        put_addresses(&json, "from", g_mime_message_get_from(message));
        put_addresses(&json, "to", g_mime_message_get_to(message));
        put_addresses(&json, "cc", g_mime_message_get_cc(message));
        put_date(&json, message);
        put_key_text(&json, "message_id", g_mime_message_get_message_id(message));
        put_in_reply_to(&json, message);
        put_references(&json, message);
        hart_json_end_object(&json);
        hart_code code = emit_describe(mail->emitter, (const char *)metadata.data, err);
        return code == HART_OK ? put_subject(mail, subject, err) : code;
}
