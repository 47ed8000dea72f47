/* pdf_describe: what a PDF file says about itself, its outline, and what a page is. */
#include <math.h>
#include <string.h>

#include <hartonomous/json.h>

#include "../iso_time.h"
#include "pdf.h"

#define OUTLINE_MAX       500
#define OUTLINE_DEPTH_MAX 16
#define TEXT_MAX          ((size_t)1000)
/* Beyond this many bytes nothing is added to a description: the emitter takes 64 KiB. */
#define DESCRIPTION_MAX ((size_t)40 << 10)

static size_t cut(const char *text)
{
        size_t size = strlen(text);
        if (size <= TEXT_MAX)
                return size;
        for (size = TEXT_MAX; size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80;)
                size--;
        return size;
}

/* Takes text; nothing is written where the file says nothing. */
static void put_text(hart_json_writer *writer, const char *key, char *text)
{
        if (text != NULL && *text != '\0') {
                hart_json_key(writer, key);
                hart_json_put_text_n(writer, text, cut(text));
        }
        g_free(text);
}

static void put_time(hart_json_writer *writer, const char *key, time_t time)
{
        char text[ISO_TIME_SIZE];
        const char *written = time != (time_t)-1 ? iso_time(time, text) : NULL;
        if (written == NULL)
                return;
        hart_json_key(writer, key);
        hart_json_put_text(writer, written);
}

/* Encryption is named in the trailer, or in the cross-reference stream that stands for it: neither is compressed. */
static bool is_encrypted(const struct pdf *pdf)
{
        static const char key[] = "/Encrypt";
        const unsigned char *next = pdf->data, *end = pdf->data + pdf->file->size;
        while ((next = memmem(next, (size_t)(end - next), key, sizeof key - 1)) != NULL) {
                next += sizeof key - 1;
                while (next < end && memchr(" \r\n\t", *next, 4) != NULL)
                        next++;
                if (next < end && ((*next >= '0' && *next <= '9') || *next == '<'))
                        return true;
        }
        return false;
}

struct outline {
        PopplerDocument *document;
        hart_json_writer *writer;
        unsigned count;
};

static int page_of(PopplerDocument *document, const PopplerAction *action)
{
        if (action->type != POPPLER_ACTION_GOTO_DEST || action->goto_dest.dest == NULL)
                return 0;
        const PopplerDest *dest = action->goto_dest.dest;
        if (dest->type != POPPLER_DEST_NAMED || dest->named_dest == NULL)
                return dest->page_num;
        PopplerDest *found = poppler_document_find_dest(document, dest->named_dest);
        int page = found != NULL ? found->page_num : 0;
        if (found != NULL)
                poppler_dest_free(found);
        return page;
}

static void put_outline(struct outline *outline, PopplerIndexIter *entry, int level)
{
        do {
                PopplerAction *action = poppler_index_iter_get_action(entry);
                if (action == NULL || outline->count == OUTLINE_MAX || outline->writer->out->size > DESCRIPTION_MAX) {
                        if (action != NULL)
                                poppler_action_free(action);
                        return;
                }
                int page = page_of(outline->document, action);
                outline->count++;
                hart_json_begin_object(outline->writer);
                put_text(outline->writer, "title", g_strdup(action->any.title));
                hart_json_key(outline->writer, "level");
                hart_json_put_integer(outline->writer, level);
                if (page > 0) {
                        hart_json_key(outline->writer, "page");
                        hart_json_put_integer(outline->writer, page);
                }
                hart_json_end_object(outline->writer);
                poppler_action_free(action);
                PopplerIndexIter *child = level < OUTLINE_DEPTH_MAX ? poppler_index_iter_get_child(entry) : NULL;
                if (child != NULL)
                        put_outline(outline, child, level + 1);
                poppler_index_iter_free(child);
        } while (poppler_index_iter_next(entry));
}

hart_code pdf_describe(struct pdf *pdf, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        hart_json_writer writer = {.out = &text};
        PopplerDocument *document = pdf->document;
        hart_json_begin_object(&writer);
        put_text(&writer, "title", poppler_document_get_title(document));
        put_text(&writer, "author", poppler_document_get_author(document));
        put_text(&writer, "subject", poppler_document_get_subject(document));
        put_text(&writer, "keywords", poppler_document_get_keywords(document));
        put_text(&writer, "creator", poppler_document_get_creator(document));
        put_text(&writer, "producer", poppler_document_get_producer(document));
        put_time(&writer, "created", poppler_document_get_creation_date(document));
        put_time(&writer, "modified", poppler_document_get_modification_date(document));
        char *version = poppler_document_get_pdf_version_string(document);
        bool prefixed = version != NULL && strncmp(version, "PDF-", 4) == 0;
        put_text(&writer, "version", g_strdup(prefixed ? version + 4 : version));
        g_free(version);
        hart_json_key(&writer, "pages");
        hart_json_put_integer(&writer, poppler_document_get_n_pages(document));
        hart_json_key(&writer, "encrypted");
        hart_json_put_flag(&writer, is_encrypted(pdf));
        PopplerIndexIter *first = poppler_index_iter_new(document);
        if (first != NULL) {
                hart_json_key(&writer, "outline");
                hart_json_begin_array(&writer);
                put_outline(&(struct outline){.document = document, .writer = &writer}, first, 1);
                hart_json_end_array(&writer);
                poppler_index_iter_free(first);
        }
        hart_json_end_object(&writer);
        return emit_describe(pdf->emitter, (const char *)text.data, err);
}

static void put_length(hart_json_writer *writer, const char *key, double points)
{
        hart_json_key(writer, key);
        hart_json_put_number(writer, floor(points * 100 + 0.5) / 100);
}

static void put_field(hart_json_writer *writer, PopplerFormField *field)
{
        PopplerFormFieldType type = poppler_form_field_get_field_type(field);
        char *value = NULL;
        if (type == POPPLER_FORM_FIELD_TEXT && poppler_form_field_text_is_password(field) == FALSE)
                value = poppler_form_field_text_get_text(field);
        else if (type == POPPLER_FORM_FIELD_CHOICE)
                value = poppler_form_field_choice_get_text(field);
        else if (type == POPPLER_FORM_FIELD_BUTTON)
                value = g_strdup(poppler_form_field_button_get_state(field) ? "on" : "off");
        hart_json_begin_object(writer);
        put_text(writer, "name", poppler_form_field_get_name(field));
        put_text(writer, "value", value);
        hart_json_end_object(writer);
}

static void put_fields(hart_json_writer *writer, PopplerPage *page)
{
        GList *fields = poppler_page_get_form_field_mapping(page);
        if (fields == NULL)
                return;
        hart_json_key(writer, "fields");
        hart_json_begin_array(writer);
        for (GList *entry = fields; entry != NULL && writer->out->size < DESCRIPTION_MAX; entry = entry->next)
                put_field(writer, ((PopplerFormFieldMapping *)entry->data)->field);
        hart_json_end_array(writer);
        poppler_page_free_form_field_mapping(fields);
}

void pdf_describe_page(PopplerPage *page, int number, hart_buffer *ret)
{
        hart_json_writer writer = {.out = ret};
        double width = 0, height = 0;
        poppler_page_get_size(page, &width, &height);
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "number");
        hart_json_put_integer(&writer, number);
        put_length(&writer, "width", width);
        put_length(&writer, "height", height);
        put_fields(&writer, page);
        hart_json_end_object(&writer);
}
