/* pdf_children: images and attached files. */
#include <stdlib.h>
#include <string.h>

#include <hartonomous/digest.h>
#include <hartonomous/json.h>

#include "../iso_time.h"
#include "pdf.h"

/* Drawing an image takes eight bytes a pixel, and time: poppler goes through the whole page for each one. */
#define DRAWN_PIXELS_MAX   (UINT64_C(16) * 1000 * 1000)
#define DRAWN_SUM_MAX      (UINT64_C(64) * 1000 * 1000)
#define DRAWN_PER_PAGE_MAX 64

/* --- as they lie in the file --- */

static hart_code put_stored(struct pdf *pdf, const struct pdf_image *image, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
        bool jpeg = image->kind == PDF_IMAGE_JPEG;
        HART_CLEANUP(hart_free_p)
        char *name = hart_format("image-%llu.%s", (unsigned long long)image->object, jpeg ? "jpg" : "jp2");
        if (image->width > 0 && image->height > 0)
                hart_buffer_format(&metadata, "{\"width\":%llu,\"height\":%llu}", (unsigned long long)image->width,
                                   (unsigned long long)image->height);
        const hart_child child = {.name = name,
                                  .content_type = jpeg ? "image/jpeg" : "image/jp2",
                                  .relation = "embedded-image",
                                  .metadata = (const char *)metadata.data};
        hart_code code = emit_child_begin(pdf->emitter, &child, err);
        if (code == HART_OK)
                code = emit_child_bytes(pdf->emitter, pdf->data + image->offset, image->size, err);
        return code == HART_OK ? emit_child_end(pdf->emitter, NULL, err) : code;
}

hart_code pdf_emit_stored_images(struct pdf *pdf, hart_error *err)
{
        hart_code code = HART_OK;
        for (size_t i = 0; code == HART_OK && i < pdf->image_count; i++) {
                if (pdf->images[i].kind != PDF_IMAGE_OTHER)
                        code = put_stored(pdf, &pdf->images[i], err);
        }
        return code;
}

/* --- drawn by poppler --- */

/* Is one of this size there only as a photo, which is taken out as it is? */
static bool is_stored(const struct pdf *pdf, uint64_t width, uint64_t height)
{
        bool stored = false;
        for (size_t i = 0; i < pdf->image_count; i++) {
                const struct pdf_image *image = &pdf->images[i];
                if (image->mask || image->width != width || image->height != height)
                        continue;
                if (image->kind == PDF_IMAGE_OTHER)
                        return false;
                stored = true;
        }
        return stored;
}

/* The same logo on each page is one image. */
static bool is_new(struct pdf *pdf, const unsigned char *digest)
{
        for (size_t i = 0; i < pdf->digest_count; i++) {
                if (memcmp(pdf->digests + i * HART_SHA256_SIZE, digest, HART_SHA256_SIZE) == 0)
                        return false;
        }
        size_t count = pdf->digest_count++;
        if ((count & (count + 1)) == 0)
                pdf->digests = hart_reallocate_array(pdf->digests, (count + 1) * 2, HART_SHA256_SIZE);
        memcpy(pdf->digests + count * HART_SHA256_SIZE, digest, HART_SHA256_SIZE);
        return true;
}

struct png {
        hart_emitter *emitter;
        hart_code code;
        hart_error *err;
};

static cairo_status_t put_png_bytes(void *closure, const unsigned char *bytes, unsigned size)
{
        struct png *png = closure;
        png->code = emit_child_bytes(png->emitter, bytes, size, png->err);
        return png->code == HART_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static hart_code put_png(struct pdf *pdf, cairo_surface_t *surface, int page, int number, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *name = hart_format("page-%d-image-%d.png", page, number);
        HART_CLEANUP(hart_free_p)
        char *metadata = hart_format("{\"page\":%d,\"width\":%d,\"height\":%d}", page,
                                     cairo_image_surface_get_width(surface), cairo_image_surface_get_height(surface));
        const hart_child child = {
                .name = name, .content_type = "image/png", .relation = "embedded-image", .metadata = metadata};
        struct png png = {.emitter = pdf->emitter, .err = err};
        hart_code code = emit_child_begin(pdf->emitter, &child, err);
        if (code != HART_OK)
                return code;
        cairo_status_t status = cairo_surface_write_to_png_stream(surface, put_png_bytes, &png);
        if (png.code != HART_OK)
                return png.code;
        return emit_child_end(pdf->emitter, status == CAIRO_STATUS_SUCCESS ? NULL : cairo_status_to_string(status),
                              err);
}

/* Passes over what is taken out as it is, and what has been drawn before. */
static hart_code put_drawn(struct pdf *pdf, cairo_surface_t *surface, int page, int number, hart_error *err)
{
        unsigned char digest[HART_SHA256_SIZE];
        int width = cairo_image_surface_get_width(surface), height = cairo_image_surface_get_height(surface);
        int stride = cairo_image_surface_get_stride(surface);
        cairo_surface_flush(surface);
        const unsigned char *pixels = cairo_image_surface_get_data(surface);
        if (pixels == NULL || width <= 0 || height <= 0 || stride <= 0)
                return HART_OK;
        pdf->pixels_drawn += (uint64_t)width * (uint64_t)height;
        if (is_stored(pdf, (uint64_t)width, (uint64_t)height))
                return HART_OK;
        hart_sha256(pixels, (size_t)stride * (size_t)height, digest);
        return is_new(pdf, digest) ? put_png(pdf, surface, page, number, err) : HART_OK;
}

/* Told before anything is drawn: poppler takes the memory first. */
static hart_code check_sizes(struct pdf *pdf, hart_error *err)
{
        uint64_t most = pdf->file->limits->pixels < DRAWN_PIXELS_MAX ? pdf->file->limits->pixels : DRAWN_PIXELS_MAX;
        for (size_t i = 0; pdf->draw_images && i < pdf->image_count; i++) {
                const struct pdf_image *image = &pdf->images[i];
                bool told = image->width > 0 && image->height > 0;
                if (told && image->width <= most && image->height <= most && image->width * image->height <= most)
                        continue;
                pdf->draw_images = false;
                return emit_problem(pdf->emitter, err,
                                    told ? "image %llu has %llu x %llu pixels: images that would have to be drawn are "
                                           "not taken out"
                                         : "image %llu does not say its size: images that would have to be drawn are "
                                           "not taken out",
                                    (unsigned long long)image->object, (unsigned long long)image->width,
                                    (unsigned long long)image->height);
        }
        return HART_OK;
}

static hart_code draw_all(struct pdf *pdf, PopplerPage *page, int number, const GList *images, hart_error *err)
{
        hart_code code = HART_OK;
        int count = 0;
        for (const GList *entry = images; code == HART_OK && pdf->draw_images && entry != NULL; entry = entry->next) {
                const PopplerImageMapping *mapping = entry->data;
                if (++count > DRAWN_PER_PAGE_MAX)
                        return emit_problem(pdf->emitter, err,
                                            "page %d: more than %d images: the rest is not taken out", number,
                                            DRAWN_PER_PAGE_MAX);
                cairo_surface_t *surface = poppler_page_get_image(page, mapping->image_id);
                if (surface == NULL)
                        continue;
                if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS)
                        code = put_drawn(pdf, surface, number, count, err);
                cairo_surface_destroy(surface);
                if (code == HART_OK && pdf->pixels_drawn > DRAWN_SUM_MAX) {
                        pdf->draw_images = false;
                        code = emit_problem(pdf->emitter, err,
                                            "page %d: more than %llu million pixels in images: the rest is not taken "
                                            "out",
                                            number, (unsigned long long)DRAWN_SUM_MAX / 1000000);
                }
        }
        return code;
}

hart_code pdf_emit_drawn_images(struct pdf *pdf, PopplerPage *page, int number, hart_error *err)
{
        hart_code code = check_sizes(pdf, err);
        if (code != HART_OK || !pdf->draw_images)
                return code;
        GList *images = g_list_reverse(poppler_page_get_image_mapping(page)); /* as they are drawn */
        code = draw_all(pdf, page, number, images, err);
        poppler_page_free_image_mapping(images);
        return code;
}

/* --- attached files --- */

struct attachment {
        hart_emitter *emitter;
        hart_code code;
        hart_error *err;
};

static gboolean put_attachment_bytes(const gchar *bytes, gsize size, gpointer data, GError **error)
{
        struct attachment *attachment = data;
        (void)error;
        attachment->code = emit_child_bytes(attachment->emitter, bytes, size, attachment->err);
        return attachment->code == HART_OK;
}

static void describe_attachment(PopplerAttachment *file, hart_buffer *ret)
{
        const char *description = poppler_attachment_get_description(file);
        GDateTime *time = poppler_attachment_get_mtime(file);
        char text[ISO_TIME_SIZE];
        const char *modified = time != NULL ? iso_time(g_date_time_to_unix(time), text) : NULL;
        hart_json_writer writer = {.out = ret};
        hart_json_begin_object(&writer);
        if (description != NULL && *description != '\0') {
                hart_json_key(&writer, "description");
                hart_json_put_text(&writer, description);
        }
        if (modified != NULL) {
                hart_json_key(&writer, "modified");
                hart_json_put_text(&writer, modified);
        }
        hart_json_end_object(&writer);
}

static hart_code put_attachment(struct pdf *pdf, PopplerAttachment *file, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
        struct attachment attachment = {.emitter = pdf->emitter, .err = err};
        describe_attachment(file, &metadata);
        const hart_child child = {.name = poppler_attachment_get_name(file),
                                  .relation = "attachment",
                                  .metadata = (const char *)metadata.data};
        hart_code code = emit_child_begin(pdf->emitter, &child, err);
        if (code != HART_OK)
                return code;
        gboolean complete = poppler_attachment_save_to_callback(file, put_attachment_bytes, &attachment, NULL);
        if (attachment.code != HART_OK)
                return attachment.code;
        return emit_child_end(pdf->emitter, complete ? NULL : "it cannot be read from the file", err);
}

/* poppler_document_get_attachments() reads through a null pointer where a text stands in an attached file's place. */
hart_code pdf_emit_attachments(struct pdf *pdf, hart_error *err)
{
        if (!poppler_document_has_attachments(pdf->document))
                return HART_OK;
        if (pdf_has_string_objects(pdf))
                return emit_problem(pdf->emitter, err, "attached files are not taken out: one of them may be no file");
        GList *files = poppler_document_get_attachments(pdf->document);
        hart_code code = HART_OK;
        for (GList *entry = files; code == HART_OK && entry != NULL; entry = entry->next)
                code = put_attachment(pdf, entry->data, err);
        g_list_free_full(files, g_object_unref);
        return code;
}
