/* pdf: Portable Document Format (ISO 32000), read by poppler. */
#include <string.h>
#include <sys/resource.h>

#include <hartonomous/digest.h>

#include "../iso_time.h"
#include "../strategies.h"
#include "pdf.h"

/* poppler keeps sizes as int and allocates after what a file says. */
#define DOCUMENT_MAX ((uint64_t)256 << 20)
#define PAGES_MAX    50000
/* A damaged file may name pages by the thousand that are not there. */
#define MISSING_MAX 100

static const char *const content_types[] = {"application/pdf", "application/x-pdf", NULL};
static const hart_subtype subtypes[PDF_SUBTYPES] = {[PDF_SENTENCE] = {"sentence", true, "text"}};

/* A page with text in a font that is not embedded, and a title in UTF-16. */
static const char probe[] =
        "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\n"
        "endobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>"
        ">>\nendobj\n4 0 obj\n<</Length 30>>\nstream\nBT /F 9 Tf 9 9 Td (Hello) Tj ET\nendstream\nendobj\n5 0 obj\n"
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\nendobj\n6 0 obj\n<</Title<FEFF0041>/CreationDate"
        "(D:20000101000000Z)>>\nendobj\ntrailer\n<</Size 7/Root 1 0 R/Info 6 0 R>>\n%%EOF\n";

/* While a document is open, poppler keeps its tables; the converters keep those of the C library. */
static struct {
        PopplerDocument *document;
        GIConv converters[2];
} kept;
#define NO_CONVERTER ((GIConv)-1)

static void ignore(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data)
{
        (void)domain, (void)level, (void)message, (void)data;
}

/* poppler looks for its character maps here, and would open them in mid-document: it is shown none, so that it says
 * what text it cannot read, on every machine the same. */
static PopplerDocument *open_without_files(GBytes *bytes)
{
        struct rlimit before;
        if (getrlimit(RLIMIT_NOFILE, &before) != 0)
                return NULL;
        const struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &none) != 0)
                return NULL;
        PopplerDocument *document = poppler_document_new_from_bytes(bytes, NULL, NULL);
        return setrlimit(RLIMIT_NOFILE, &before) == 0 ? document : NULL;
}

static void read_probe(void)
{
        PopplerPage *page = poppler_document_get_page(kept.document, 0);
        g_free(poppler_document_get_title(kept.document));
        (void)poppler_document_get_creation_date(kept.document);
        if (page == NULL)
                return;
        g_free(poppler_page_get_text(page));
        g_free(poppler_page_get_label(page));
        poppler_page_free_image_mapping(poppler_page_get_image_mapping(page));
        poppler_page_free_annot_mapping(poppler_page_get_annot_mapping(page));
        poppler_page_free_form_field_mapping(poppler_page_get_form_field_mapping(page));
        g_object_unref(page);
}

static void pdf_close(void)
{
        if (kept.document == NULL)
                return;
        g_object_unref(kept.document);
        for (size_t i = 0; i < sizeof kept.converters / sizeof *kept.converters; i++) {
                if (kept.converters[i] != NO_CONVERTER)
                        (void)g_iconv_close(kept.converters[i]);
        }
        kept.document = NULL;
}

static hart_code pdf_open(hart_error *err)
{
        unsigned char digest[HART_SHA256_SIZE];
        if (kept.document != NULL)
                return HART_OK;
        iso_time_open();
        hart_sha256(NULL, 0, digest); /* OpenSSL reads its settings at the first one */
        g_log_set_default_handler(ignore, NULL);
        (void)g_get_charset(NULL);
        GBytes *bytes = g_bytes_new_static(probe, sizeof probe - 1);
        kept.document = open_without_files(bytes);
        g_bytes_unref(bytes);
        if (kept.document == NULL)
                return hart_fail(err, HART_FATAL, "poppler cannot read its probe: is its library complete?");
        kept.converters[0] = g_iconv_open("UTF-8", "UTF-16BE");
        kept.converters[1] = g_iconv_open("UTF-8", "UTF-16LE");
        read_probe();
        return HART_OK;
}

/* "Syntax error at position -1: Missing language pack for 'Adobe-Japan1' mapping" */
static void note(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data)
{
        struct pdf_notes *notes = data;
        const char *behind = strstr(message, "position -1: ");
        const char *text = behind != NULL ? behind + strlen("position -1: ") : message;
        (void)domain, (void)level;
        if (notes->count == PDF_NOTES_MAX)
                return;
        for (size_t i = 0; i < notes->count; i++) {
                if (strcmp(notes->texts[i], text) == 0)
                        return;
        }
        notes->texts[notes->count++] = hart_duplicate(text);
}

static hart_code tell_notes(struct pdf *pdf, int page, hart_error *err)
{
        struct pdf_notes *notes = &pdf->notes;
        hart_code code = HART_OK;
        while (code == HART_OK && notes->told < notes->count) {
                const char *text = notes->texts[notes->told++];
                code = page > 0 ? emit_problem(pdf->emitter, err, "page %d: %s", page, text)
                                : emit_problem(pdf->emitter, err, "%s", text);
        }
        return code;
}

static hart_code read_page(struct pdf *pdf, PopplerPage *page, int number, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
        char *label = poppler_page_get_label(page);
        pdf_describe_page(page, number, &metadata);
        hart_code code =
                emit_open(pdf->emitter,
                          &(hart_node){.kind = "page", .label = label, .metadata = (const char *)metadata.data}, err);
        g_free(label);
        if (code == HART_OK)
                code = pdf_emit_text(pdf, page, err);
        if (code == HART_OK)
                code = pdf_emit_annotations(pdf, page, err);
        if (code == HART_OK)
                code = tell_notes(pdf, number, err);
        if (code == HART_OK)
                code = pdf_emit_drawn_images(pdf, page, number, err);
        return code == HART_OK ? emit_close(pdf->emitter, err) : code;
}

static hart_code read_pages(struct pdf *pdf, hart_error *err)
{
        int count = poppler_document_get_n_pages(pdf->document), missing = 0;
        hart_code code = HART_OK;
        for (int i = 0; code == HART_OK && i < count; i++) {
                if (i == PAGES_MAX)
                        return emit_problem(pdf->emitter, err, "%d pages: those behind page %d are not read", count,
                                            PAGES_MAX);
                PopplerPage *page = poppler_document_get_page(pdf->document, i);
                if (page != NULL) {
                        code = read_page(pdf, page, i + 1, err);
                        g_object_unref(page);
                        continue;
                }
                code = emit_problem(pdf->emitter, err, "page %d cannot be found in the file", i + 1);
                if (code == HART_OK && ++missing == MISSING_MAX)
                        return emit_problem(pdf->emitter, err, "%d pages are missing: the rest is not looked for",
                                            missing);
        }
        return code;
}

static hart_code read_document(struct pdf *pdf, hart_error *err)
{
        hart_code code = pdf_describe(pdf, err);
        pdf_find_images(pdf);
        if (code == HART_OK)
                code = read_pages(pdf, err);
        if (code == HART_OK)
                code = pdf_emit_stored_images(pdf, err);
        if (code == HART_OK)
                code = pdf_emit_attachments(pdf, err);
        return code == HART_OK ? tell_notes(pdf, 0, err) : code;
}

static hart_code tell_unreadable(struct pdf *pdf, const GError *error, hart_error *err)
{
        if (g_error_matches(error, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED))
                return emit_problem(pdf->emitter, err, "it is encrypted with a password: store it without one");
        hart_code code = emit_problem(pdf->emitter, err, "it cannot be read as PDF: %s",
                                      error != NULL ? error->message : "the reason is not known");
        return code == HART_OK ? tell_notes(pdf, 0, err) : code;
}

static hart_code run(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct pdf pdf = {.file = document, .emitter = emitter};
        GError *error = NULL;
        if (document->size == 0)
                return emit_problem(emitter, err, "it is empty");
        if (document->size > DOCUMENT_MAX)
                return emit_problem(emitter, err, "over %llu MiB: its pages are not read",
                                    (unsigned long long)DOCUMENT_MAX >> 20);
        hart_code code = document_map(document, &pdf.data, err);
        if (code != HART_OK)
                return code;
        guint handler = g_log_set_handler("Poppler", G_LOG_LEVEL_MASK, note, &pdf.notes);
        GBytes *bytes = g_bytes_new_static(pdf.data, document->size);
        pdf.document = poppler_document_new_from_bytes(bytes, NULL, &error);
        code = pdf.document != NULL ? read_document(&pdf, err) : tell_unreadable(&pdf, error, err);
        if (pdf.document != NULL)
                g_object_unref(pdf.document);
        g_bytes_unref(bytes);
        g_clear_error(&error);
        g_log_remove_handler("Poppler", handler);
        for (size_t i = 0; i < pdf.notes.count; i++)
                free(pdf.notes.texts[i]);
        free(pdf.images);
        free(pdf.digests);
        return code;
}

const hart_atomizer pdf_atomizer = {
        .name = "pdf",
        .version = 1,
        .way = HART_EXTRACT,
        .modality = "document",
        .document_subtype = "pdf-document",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = PDF_SUBTYPES,
        .run_document = run,
        .open = pdf_open,
        .close = pdf_close,
};
