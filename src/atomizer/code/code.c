/* code: programs as functions, types, imports and comments, by tree-sitter's grammars. */
#include <inttypes.h>
#include <string.h>

#include <hartonomous/json.h>

#include "../strategies.h"
#include "parse.h"
#include "walk.h"

#define SIZE_LIMIT ((uint64_t)16 << 20)
#define LINE_LIMIT ((size_t)1 << 20)

static const hart_subtype subtypes[CODE_SUBTYPES] = {
        [CODE_REST] = {"code", true, NULL},
        [CODE_COMMENT] = {"comment", true, NULL},
        [CODE_IMPORT] = {"import", false, NULL},
        [CODE_FUNCTION] = {"function", true, NULL},
        [CODE_METHOD] = {"method", true, NULL},
        [CODE_HEADER] = {"header", true, NULL},
        [CODE_TYPE] = {"type", true, NULL},
        [CODE_VARIABLE] = {"variable", true, NULL},
        [CODE_DECLARATION] = {"declaration", true, NULL},
        [CODE_MACRO] = {"macro", true, NULL},
};

static hart_code open_grammars(hart_error *err)
{
        code_parse_open();
        for (size_t i = 0; i < code_language_count; i++) {
                uint32_t version = ts_language_version(code_languages[i].grammar());
                if (version < TREE_SITTER_MIN_COMPATIBLE_LANGUAGE_VERSION || version > TREE_SITTER_LANGUAGE_VERSION)
                        return hart_fail(err, HART_FATAL,
                                         "the grammar of %s has version %" PRIu32 ", tree-sitter reads %d to %d",
                                         code_languages[i].name, version, TREE_SITTER_MIN_COMPATIBLE_LANGUAGE_VERSION,
                                         TREE_SITTER_LANGUAGE_VERSION);
        }
        return HART_OK;
}

/* Lines and the longest of them. */
static uint64_t count_lines(const unsigned char *data, size_t size, size_t *longest)
{
        uint64_t lines = 0;
        *longest = 0;
        for (size_t begin = 0; begin < size; lines++) {
                const unsigned char *end = memchr(data + begin, '\n', size - begin);
                size_t length = end != NULL ? (size_t)(end - (data + begin)) : size - begin;
                if (length > *longest)
                        *longest = length;
                begin += length + 1;
        }
        return lines;
}

static hart_code describe(const struct code_language *language, uint64_t lines, const struct code_counts *counts,
                          hart_emitter *emitter, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer description = {0};
        hart_json_writer writer = {.out = &description};
        const struct {
                const char *key;
                uint64_t value;
        } numbers[] = {{"lines", lines},
                       {"functions", counts->functions},
                       {"classes", counts->classes},
                       {"imports", counts->imports},
                       {"errors", counts->errors}};
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "language");
        hart_json_put_text(&writer, language->name);
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
                hart_json_key(&writer, numbers[i].key);
                hart_json_put_integer(&writer, (int64_t)numbers[i].value);
        }
        hart_json_end_object(&writer);
        return emit_describe(emitter, (const char *)description.data, err);
}

/* A document that no tree can be made of is code from end to end. */
static hart_code keep(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        return emit_slice(emitter, CODE_REST, 0, document->size, err);
}

static hart_code take_apart(const struct code_source *source, hart_document *document, hart_emitter *emitter,
                            hart_error *err)
{
        struct code_counts counts = {0};
        const char *reason = "";
        size_t longest;
        uint64_t lines = count_lines(source->data, (size_t)document->size, &longest);
        hart_code code = HART_OK;
        TSTree *tree = NULL;
        if (longest > LINE_LIMIT)
                code = emit_problem(emitter, err, "a line of %zu bytes is none of a program: kept as it is", longest);
        else if ((tree = code_parse(source->language, source->data, (uint32_t)document->size, &reason)) == NULL)
                code = emit_problem(emitter, err, "reading it as %s takes too much %s: kept as it is",
                                    source->language->name, reason);
        if (tree == NULL)
                return code == HART_OK ? keep(document, emitter, err) : code;
        code = code_walk(source, tree, emitter, &counts, err);
        ts_tree_delete(tree);
        return code == HART_OK ? describe(source->language, lines, &counts, emitter, err) : code;
}

static hart_code run_document(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct code_source source = {.language = code_language_for(document->content_type)};
        hart_code code = document_map(document, &source.data, err);
        if (code != HART_OK || document->size == 0)
                return code;
        if (source.language == NULL)
                code = emit_problem(emitter, err, "no programming language that is read: kept as it is");
        else if (document->size > SIZE_LIMIT)
                code = emit_problem(emitter, err, "programs are taken apart up to %" PRIu64 " bytes: kept as it is",
                                    SIZE_LIMIT);
        else
                return take_apart(&source, document, emitter, err);
        return code == HART_OK ? keep(document, emitter, err) : code;
}

static const char *const content_types[] = {CODE_C_TYPES,      CODE_CPP_TYPES,  CODE_C_SHARP_TYPES,
                                            CODE_GO_TYPES,     CODE_JAVA_TYPES, CODE_JAVASCRIPT_TYPES,
                                            CODE_PYTHON_TYPES, CODE_RUST_TYPES, NULL};

const hart_atomizer code_atomizer = {
        .name = "code",
        .version = 1,
        .way = HART_SLICES,
        .modality = "text",
        .document_subtype = "program",
        .content_types = content_types,
        .subtypes = subtypes,
        .subtype_count = CODE_SUBTYPES,
        .run_document = run_document,
        .marks_separate = true,
        .open = open_grammars,
};
