/* charset: text that is not UTF-8. What it says in UTF-8 is taken apart as text would be. */
#include <hartonomous/json.h>

#include "../emitter.h"
#include "../strategies.h"
#include "convert.h"

/* So much is converted at a time. */
#define PART ((size_t)256 << 10)

struct reader {
        hart_emitter *emitter;
        struct charset charset;
};

static hart_code on_lead(void *data, const unsigned char *bytes, size_t size, hart_error *err)
{
        struct reader *reader = data;
        (void)err;
        emit_gap(reader->emitter, bytes, size);
        return HART_OK;
}

static hart_code on_component(void *data, const hart_component *component, hart_error *err)
{
        struct reader *reader = data;
        hart_code code = emit_content(reader->emitter, component->subtype, component->content, component->size, err);
        emit_gap(reader->emitter, component->separator, component->separator_size);
        return code;
}

static hart_code take_apart(struct reader *reader, const hart_document *document, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        const hart_atom_sink sink = {.lead = on_lead, .component = on_component, .data = reader};
        hart_window window = {.first = true};
        uint64_t offset = reader->charset.mark;
        hart_code code = HART_OK;
        while (code == HART_OK && !window.last) {
                size_t consumed = 0;
                code = convert_read(document, &reader->charset, &offset, PART, &text, err);
                window.data = text.data;
                window.size = text.size;
                window.last = offset >= document->size;
                if (code == HART_OK && text.size > 0)
                        code = text_atomizer.run(&window, &sink, &consumed, err);
                window.first = window.first && consumed == 0;
                hart_buffer_drop(&text, consumed);
        }
        return code;
}

static hart_code describe(const struct reader *reader, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        hart_json_writer writer = {.out = &text};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "charset");
        hart_json_put_text(&writer, reader->charset.name);
        hart_json_key(&writer, "confidence");
        hart_json_put_integer(&writer, reader->charset.confidence);
        hart_json_end_object(&writer);
        return emit_describe(reader->emitter, (const char *)text.data, err);
}

static hart_code run(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct reader reader = {.emitter = emitter};
        HART_CLEANUP(hart_buffer_done) hart_buffer head = {0};
        size_t declared_size;
        const char *declared = convert_declared(document->content_type, &declared_size);
        head.size = document_read(document, 0, hart_buffer_reserve(&head, 65536), 65536);
        convert_detect(head.data, head.size, declared, declared_size, &reader.charset);
        hart_code code = describe(&reader, err);
        if (code == HART_OK && reader.charset.confidence == 0)
                code = emit_problem(emitter, err, "nothing tells its charset: it is read as %s", reader.charset.name);
        return code == HART_OK ? take_apart(&reader, document, err) : code;
}

/* No type says this: hart_atomizer_for() chooses it by the bytes. */
static const char *const content_types[] = {NULL};

/* The text atomizer's, whose components these are. */
static const hart_subtype subtypes[] = {
        {"space", false, NULL},
        {"sentence", true, NULL},
};

const hart_atomizer charset_atomizer = {
        .name = "charset",
        .version = 1,
        .way = HART_EXTRACT,
        .modality = "text",
        .document_subtype = "document",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = sizeof subtypes / sizeof *subtypes,
        .run_document = run,
        .open = convert_open,
        .close = convert_close,
};
