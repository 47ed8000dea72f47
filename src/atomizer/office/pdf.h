/* What the files of the PDF atomizer share. */
#ifndef ATOMIZER_OFFICE_PDF_H
#define ATOMIZER_OFFICE_PDF_H

#include <poppler.h>

#include "../emitter.h"

enum pdf_subtype { PDF_SENTENCE, PDF_SUBTYPES };

/* What poppler said about the file while it was read, each once. */
#define PDF_NOTES_MAX 4
struct pdf_notes {
        char *texts[PDF_NOTES_MAX];
        size_t count, told; /* the first `told` are problems already */
};

enum pdf_image_kind { PDF_IMAGE_OTHER, PDF_IMAGE_JPEG, PDF_IMAGE_JP2 };

/* An image that lies in the file as a stream. */
struct pdf_image {
        uint64_t object; /* its number in the file */
        size_t offset, size;
        uint64_t width, height; /* 0 where the file says it elsewhere */
        enum pdf_image_kind kind;
        bool mask; /* of another image */
};

struct pdf {
        hart_document *file;
        const unsigned char *data;
        PopplerDocument *document;
        hart_emitter *emitter;
        struct pdf_notes notes;
        struct pdf_image *images;
        size_t image_count;
        bool draw_images;       /* there are some that only drawing gives */
        uint64_t pixels_drawn;  /* by now */
        unsigned char *digests; /* of images drawn by now */
        size_t digest_count;
};

/* pdf_describe.c: title, author, dates, outline. */
hart_code pdf_describe(struct pdf *pdf, hart_error *err);
/* What of the page is known besides its text, as a JSON object: size, form fields. */
void pdf_describe_page(PopplerPage *page, int number, hart_buffer *ret);

/* pdf_text.c: the page's paragraphs, then its annotations. */
hart_code pdf_emit_text(struct pdf *pdf, PopplerPage *page, hart_error *err);
hart_code pdf_emit_annotations(struct pdf *pdf, PopplerPage *page, hart_error *err);

/* pdf_find.c: looks the file through for images. JPEG and JPEG 2000 can be taken out as they are. */
void pdf_find_images(struct pdf *pdf);
/* Is there an object that is a text by itself? */
bool pdf_has_string_objects(const struct pdf *pdf);

/* pdf_children.c */
hart_code pdf_emit_drawn_images(struct pdf *pdf, PopplerPage *page, int number, hart_error *err);
hart_code pdf_emit_stored_images(struct pdf *pdf, hart_error *err);
hart_code pdf_emit_attachments(struct pdf *pdf, hart_error *err);

#endif
