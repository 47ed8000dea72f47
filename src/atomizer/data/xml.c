/* xml: text of elements as sentences, comments, elements as nodes. expat tells where each piece lies in the document.
 *
 * Nothing but the document is read: no DTD, no entity outside of it. Entities of its own are not put in for their
 * names: a handler for what is left over, without which expat would do it, sees the reference itself. In attributes
 * expat does put them in, within its limit of amplification. */
#include <string.h>

#define XML_DTD /* expat.h declares the limits of entities with it only */
#include <expat.h>

#include <hartonomous/json.h>
#include <hartonomous/utf8.h>

#include "../segment.h"
#include "../sentence.h"
#include "../space.h"
#include "../strategies.h"
#include "place.h"

/* expat takes the document in parts; one token may be longer than a part. */
#define PART ((size_t)4 << 20)
/* Of an element's attributes so many bytes are told. */
#define ATTRIBUTES_MAX ((size_t)8 << 10)
/* What entities in attributes may grow to: this often the document's bytes, looked at from so many bytes on. */
#define AMPLIFICATION_MAX  10.0f
#define AMPLIFICATION_FREE (UINT64_C(1) << 20)

enum { RAW, SENTENCE, COMMENT, SUBTYPES };

static const hart_subtype subtypes[SUBTYPES] = {
        [RAW] = {"raw", false, NULL},
        [SENTENCE] = {"sentence", true, "text"},
        [COMMENT] = {"comment", true, "text"},
};

struct reader {
        hart_emitter *emitter;
        hart_error *err;
        XML_Parser parser;
        const unsigned char *data;
        size_t size;
        size_t text, text_end; /* text that waits; none where both are equal */
        size_t position;       /* what lies before is emitted or markup */
        size_t elements;
        bool entities; /* there is a reference to one that is not put in */
        uint32_t *ends;
        hart_code code; /* of an emit_ function */
};

/* Where the present event begins, in bytes of the document. */
static size_t event_begin(const struct reader *reader)
{
        XML_Index index = XML_GetCurrentByteIndex(reader->parser);
        return index > 0 && (size_t)index < reader->size ? (size_t)index : index > 0 ? reader->size : 0;
}

static size_t event_end(const struct reader *reader)
{
        int count = XML_GetCurrentByteCount(reader->parser);
        size_t begin = event_begin(reader), left = reader->size - begin;
        return begin + (count > 0 && (size_t)count < left ? (size_t)count : count > 0 ? left : 0);
}

/* What an emit_ function says ends the reading. */
static bool goes_on(struct reader *reader, hart_code code)
{
        if (reader->code == HART_OK && code != HART_OK) {
                reader->code = code;
                (void)XML_StopParser(reader->parser, XML_FALSE);
        }
        return reader->code == HART_OK;
}

/* At most HART_COMPONENT_MAX bytes of text as sentences. */
static bool put_sentences(struct reader *reader, size_t begin, size_t size)
{
        const unsigned char *text = reader->data + begin;
        size_t count = 0, start = 0;
        bool more = goes_on(reader, sentence_ends(text, size, reader->ends, &count, reader->err));
        for (size_t i = 0; more && i < count; start = reader->ends[i++]) {
                size_t length = reader->ends[i] - start, before = 0;
                (void)space_run(text + start, length, true, length, &before);
                size_t trimmed = space_trim_end(text + start, length);
                if (trimmed > before)
                        more = goes_on(reader, emit_slice(reader->emitter, SENTENCE, begin + start + before,
                                                          trimmed - before, reader->err));
        }
        return more;
}

/* The text that waits, which ends here. */
static bool flush(struct reader *reader)
{
        size_t size = space_trim_end(reader->data + reader->text, reader->text_end - reader->text), before = 0;
        (void)space_run(reader->data + reader->text, size, true, size, &before);
        size_t begin = reader->text + before, end = reader->text + size;
        reader->position = reader->text_end;
        reader->text = reader->text_end;
        for (size_t part; begin < end; begin += part) {
                part = segment_cut(reader->data + begin, end - begin);
                if (!put_sentences(reader, begin, part))
                        return false;
        }
        return reader->code == HART_OK;
}

static void add_text(struct reader *reader)
{
        size_t begin = event_begin(reader), end = event_end(reader);
        if (begin != reader->text_end && !flush(reader))
                return;
        if (reader->text == reader->text_end)
                reader->text = begin;
        if (end > reader->text_end)
                reader->text_end = end;
}

static void on_text(void *data, const XML_Char *text, int size)
{
        (void)text;
        (void)size;
        add_text(data);
}

/* What no other handler takes: references to entities are text, the rest is markup. */
static void on_rest(void *data, const XML_Char *text, int size)
{
        struct reader *reader = data;
        if (size < 3 || text[0] != '&')
                return;
        reader->entities = true;
        add_text(reader);
}

static char *attributes_of(const XML_Char **attributes)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        hart_json_writer writer = {.out = &text};
        if (attributes[0] == NULL)
                return NULL;
        hart_json_begin_object(&writer);
        for (; attributes[0] != NULL; attributes += 2) {
                size_t name = strlen(attributes[0]), value = strlen(attributes[1]);
                if (text.size + name + value > ATTRIBUTES_MAX)
                        continue;
                hart_json_key(&writer, attributes[0]);
                hart_json_put_text_n(&writer, attributes[1], value);
        }
        hart_json_end_object(&writer);
        return hart_duplicate((const char *)text.data);
}

static void on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
        struct reader *reader = data;
        HART_CLEANUP(hart_free_p) char *metadata = attributes_of(attributes);
        const hart_node node = {.kind = "element", .label = name, .metadata = metadata};
        if (!flush(reader) || !goes_on(reader, emit_until(reader->emitter, event_begin(reader), reader->err)))
                return;
        reader->elements++;
        reader->position = event_end(reader);
        (void)goes_on(reader, emit_open(reader->emitter, &node, reader->err));
}

static void on_end(void *data, const XML_Char *name)
{
        struct reader *reader = data;
        (void)name;
        if (!flush(reader) || !goes_on(reader, emit_until(reader->emitter, event_begin(reader), reader->err)))
                return;
        reader->position = event_end(reader);
        (void)goes_on(reader, emit_close(reader->emitter, reader->err));
}

/* Between "<!--" and "-->". */
static void on_comment(void *data, const XML_Char *text)
{
        struct reader *reader = data;
        size_t begin = event_begin(reader) + 4, end = event_end(reader), before = 0;
        (void)text;
        if (!flush(reader) || end < begin + 3)
                return;
        size_t size = space_trim_end(reader->data + begin, end - 3 - begin);
        (void)space_run(reader->data + begin, size, true, size, &before);
        reader->position = end;
        if (size > before)
                (void)goes_on(reader, emit_slice(reader->emitter, COMMENT, begin + before, size - before, reader->err));
}

/* Text in "<![CDATA[…]]>" is text like any other, but its marks are not. */
static void on_cdata(void *data)
{
        (void)flush(data);
}

/* An encoding that expat does not know: bytes beyond ASCII are taken for characters of their own. */
static int on_encoding(void *data, const XML_Char *name, XML_Encoding *info)
{
        (void)data;
        (void)name;
        for (int i = 0; i < 256; i++)
                info->map[i] = i;
        return XML_STATUS_OK;
}

static XML_Parser make_parser(struct reader *reader)
{
        /* What is valid UTF-8 is UTF-8, whatever its first line says. */
        XML_Parser parser = XML_ParserCreate(hart_utf8_valid(reader->data, reader->size) ? "UTF-8" : NULL);
        if (parser == NULL)
                return NULL;
        XML_SetUserData(parser, reader);
        XML_SetElementHandler(parser, on_start, on_end);
        XML_SetCharacterDataHandler(parser, on_text);
        XML_SetCommentHandler(parser, on_comment);
        XML_SetCdataSectionHandler(parser, on_cdata, on_cdata);
        XML_SetDefaultHandler(parser, on_rest);
        XML_SetUnknownEncodingHandler(parser, on_encoding, NULL);
        (void)XML_SetParamEntityParsing(parser, XML_PARAM_ENTITY_PARSING_NEVER);
        /* As if there were a DTD, which is not read: so a name of an entity that nobody declared is no error. */
        (void)XML_UseForeignDTD(parser, XML_TRUE);
        /* The same hashes in every process. */
        (void)XML_SetHashSalt(parser, 1);
        (void)XML_SetBillionLaughsAttackProtectionMaximumAmplification(parser, AMPLIFICATION_MAX);
        (void)XML_SetBillionLaughsAttackProtectionActivationThreshold(parser, AMPLIFICATION_FREE);
        return parser;
}

/* What is no XML: told with its place; the rest is left over. */
static hart_code stop(struct reader *reader, hart_error *err)
{
        HART_CLEANUP(hart_free_p)
        char *why = hart_duplicate(XML_ErrorString(XML_GetErrorCode(reader->parser)));
        size_t at = event_begin(reader);
        struct place place = {.data = reader->data, .size = reader->size};
        if (!flush(reader))
                return reader->code;
        hart_code code = place_problem(&place, reader->emitter, at, why != NULL ? why : "this is no XML", err);
        size_t begin = reader->position > at ? reader->position : at;
        return code == HART_OK ? emit_slice(reader->emitter, RAW, begin, reader->size - begin, err) : code;
}

static hart_code describe(const struct reader *reader, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        hart_json_writer writer = {.out = &text};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "elements");
        hart_json_put_integer(&writer, (int64_t)reader->elements);
        hart_json_end_object(&writer);
        return emit_describe(reader->emitter, (const char *)text.data, err);
}

static hart_code read_all(struct reader *reader, hart_error *err)
{
        size_t position = 0, part;
        enum XML_Status status;
        do {
                part = reader->size - position < PART ? reader->size - position : PART;
                position += part;
                status = XML_Parse(reader->parser, (const char *)reader->data + position - part, (int)part,
                                   position == reader->size);
        } while (status == XML_STATUS_OK && position < reader->size);
        if (reader->code != HART_OK)
                return reader->code;
        hart_code code = status == XML_STATUS_OK ? HART_OK : stop(reader, err);
        if (code == HART_OK && reader->entities)
                code = emit_problem(reader->emitter, err, "names of entities are not replaced by what they stand for");
        return code == HART_OK ? describe(reader, err) : code;
}

static hart_code run(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct reader reader = {.emitter = emitter, .err = err, .size = (size_t)document->size};
        hart_code code = document_map(document, &reader.data, err);
        if (code != HART_OK || reader.size == 0)
                return code;
        reader.parser = make_parser(&reader);
        if (reader.parser == NULL)
                return hart_fail(err, HART_FAILED, "expat has no memory for a parser");
        reader.ends = hart_allocate_array(SENTENCE_MAX, sizeof *reader.ends);
        code = read_all(&reader, err);
        XML_ParserFree(reader.parser);
        free(reader.ends);
        return code;
}

static const char *const content_types[] = {"application/xml", "text/xml", "*+xml", NULL};

const hart_atomizer xml_atomizer = {
        .name = "xml",
        .version = 1,
        .way = HART_SLICES,
        .modality = "text",
        .document_subtype = "xml-document",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = SUBTYPES,
        .run_document = run,
        .marks_separate = true,
};
