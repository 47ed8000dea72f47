/* mail: a message (RFC 5322, MIME) or a mailbox of them. Its text is sentences, all else in it is documents. */
#include "mail.h"

#include <string.h>

#include "../iso_time.h"
#include "../strategies.h"
#include "../text/convert.h"

static const hart_subtype subtypes[] = {[MAIL_SENTENCE] = {"sentence", true, "text"}};

static const char *const content_types[] = {
        "message/rfc822", "message/global", "message/news", "application/mbox", "application/x-mbox", NULL,
};

/* What of a message its parser passes over. */
static const struct {
        GMimeParserWarning warning;
        const char *text;
} warnings[] = {
        {GMIME_WARN_MALFORMED_MULTIPART, "a part of several has none in it"},
        {GMIME_WARN_TRUNCATED_MESSAGE, "the message ends in the middle"},
        {GMIME_WARN_MALFORMED_MESSAGE, "the message is malformed"},
        {GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY, "a part of several does not say what divides them"},
        {GMIME_CRIT_NESTING_OVERFLOW, "parts are nested too deep"},
        {GMIME_CRIT_INVALID_HEADER_NAME, "a line of a header is none"},
};

/* The parser tells before anything is emitted; each kind is told once. */
struct complaints {
        bool seen[sizeof warnings / sizeof *warnings];
};

static void on_warning(gint64 offset, GMimeParserWarning warning, const gchar *item, gpointer data)
{
        struct complaints *complaints = data;
        (void)offset, (void)item;
        for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++)
                complaints->seen[i] = complaints->seen[i] || warnings[i].warning == warning;
}

static hart_code put_complaints(const struct complaints *complaints, hart_emitter *emitter, hart_error *err)
{
        hart_code code = HART_OK;
        for (size_t i = 0; code == HART_OK && i < sizeof warnings / sizeof *warnings; i++) {
                if (complaints->seen[i])
                        code = emit_problem(emitter, err, "%s", warnings[i].text);
        }
        return code;
}

static hart_code put_message(struct mail *mail, GMimeMessage *message, hart_error *err)
{
        hart_code code = mail_put_header(mail, message, err);
        GMimeObject *part = g_mime_message_get_mime_part(message);
        return code == HART_OK && part != NULL ? mail_put_part(mail, part, NULL, err) : code;
}

/* Somebody named it so; its text is text. */
static hart_code put_no_message(const unsigned char *data, size_t size, hart_emitter *emitter, hart_error *err)
{
        hart_code code = emit_problem(emitter, err, "is no message");
        size_t part = size < MAIL_TEXT_MAX ? size : MAIL_TEXT_MAX;
        return code == HART_OK ? emit_text(emitter, MAIL_SENTENCE, (const char *)data, part, err) : code;
}

static hart_code parse(const unsigned char *data, size_t size, hart_emitter *emitter, hart_error *err)
{
        struct mail mail = {.emitter = emitter, .data = data, .size = size};
        struct complaints complaints = {{false}};
        /* The stream only reads; gmime's type has no const. */
        union {
                const unsigned char *read_only;
                guint8 *bytes;
        } shared = {.read_only = data};
        GByteArray array = {.data = shared.bytes, .len = (guint)size};
        GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(&array);
        g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
        GMimeParserOptions *options = g_mime_parser_options_new();
        g_mime_parser_options_set_warning_callback(options, on_warning, &complaints);
        GMimeParser *parser = g_mime_parser_new_with_stream(stream);
        g_mime_parser_set_persist_stream(parser, TRUE);
        GMimeMessage *message = g_mime_parser_construct_message(parser, options);
        hart_code code = message != NULL ? put_message(&mail, message, err) : put_no_message(data, size, emitter, err);
        if (code == HART_OK && message != NULL)
                code = put_complaints(&complaints, emitter, err);
        if (message != NULL)
                g_object_unref(message);
        g_object_unref(parser);
        g_mime_parser_options_free(options);
        g_object_unref(stream);
        return code;
}

static hart_code run_document(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        const unsigned char *data = NULL;
        if (mailbox_begins(document))
                return mailbox_put(document, emitter, err);
        if (document->size > INT32_MAX)
                return emit_problem(emitter, err, "a message of %llu bytes is not read",
                                    (unsigned long long)document->size);
        hart_code code = document_map(document, &data, err);
        return code == HART_OK ? parse(data, (size_t)document->size, emitter, err) : code;
}

static hart_code open_mail(hart_error *err)
{
        iso_time_open();
        hart_code code = mail_iconv_open(err);
        if (code == HART_OK)
                code = convert_open(err);
        if (code == HART_OK)
                g_mime_init(); /* stays: gmime cannot be initialised a second time */
        return code;
}

const hart_atomizer mail_atomizer = {
        .name = "mail",
        .version = 1,
        .way = HART_EXTRACT,
        .modality = "document",
        .document_subtype = "message",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = sizeof subtypes / sizeof *subtypes,
        .run_document = run_document,
        .open = open_mail,
};
