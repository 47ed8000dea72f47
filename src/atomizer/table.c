/* table: all atomizers. A new one is a file, a line in a CMakeLists.txt and a row here: docs/adding-an-atomizer.md. */
#include "content_look.h"
#include "sentence.h"
#include "strategies.h"

/* A format that was left out at build time is taken apart as text, or cut into chunks. */
const hart_atomizer *const hart_atomizers[] = {
#ifdef HARTONOMOUS_FORMAT_JSON
        &json_atomizer,
#endif
#ifdef HARTONOMOUS_FORMAT_YAML
        &yaml_atomizer,
#endif
#ifdef HARTONOMOUS_FORMAT_CSV
        &csv_atomizer,
#endif
#ifdef HARTONOMOUS_FORMAT_XML
        &xml_atomizer,
#endif
#ifdef HARTONOMOUS_FORMAT_HTML
        &html_atomizer,
#endif
#ifdef HARTONOMOUS_FORMAT_CODE
        &code_atomizer,
#endif
#ifdef HARTONOMOUS_FORMAT_PDF
        &pdf_atomizer,
#endif
#ifdef HARTONOMOUS_FORMAT_OOXML
        &word_atomizer,     &sheet_atomizer,       &slides_atomizer,
#endif
#ifdef HARTONOMOUS_FORMAT_MAIL
        &mail_atomizer,
#endif
#ifdef HARTONOMOUS_FORMAT_MEDIA
        &image_atomizer,    &audio_atomizer,       &video_atomizer,
#endif
#ifdef HARTONOMOUS_FORMAT_ARCHIVE
        &archive_atomizer,
#endif
#ifdef HARTONOMOUS_FORMAT_MODEL
        &gguf_atomizer,     &safetensors_atomizer, &onnx_atomizer,
#endif
        &markdown_atomizer,
#ifdef HARTONOMOUS_FORMAT_CHARSET
        &charset_atomizer, /* text that is not UTF-8; hart_atomizer_for() chooses it */
#endif
        &text_atomizer,     &chunks_atomizer, /* takes everything */
};
const size_t hart_atomizer_count = sizeof hart_atomizers / sizeof *hart_atomizers;

hart_code hart_atomizers_open(hart_error *err)
{
        sentence_open();
        hart_code code = content_magic_open(err);
        for (size_t i = 0; code == HART_OK && i < hart_atomizer_count; i++) {
                if (hart_atomizers[i]->open != NULL)
                        code = hart_atomizers[i]->open(err);
        }
        return code;
}

void hart_atomizers_close(void)
{
        for (size_t i = 0; i < hart_atomizer_count; i++) {
                if (hart_atomizers[i]->close != NULL)
                        hart_atomizers[i]->close();
        }
        content_magic_close();
}
