/* word: WordprocessingML (ECMA-376, part 1, chapter 17) and OpenDocument text. */
#include <stdio.h>
#include <string.h>

#include <hartonomous/json.h>

#include "../strategies.h"
#include "flow.h"
#include "office.h"
#include "part.h"
#include "relations.h"
#include "word_styles.h"

#define LINKS_MAX  200
#define LINKS_SIZE ((size_t)40 << 10)

static const char *const content_types[] = {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
        "application/vnd.ms-word.document.macroenabled.12",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.text-template",
        NULL,
};

struct word {
        struct package *package;
        struct flow flow;
        struct word_styles styles;
        unsigned level; /* of the paragraph in hand */
        bool in_text;
};

/* --- text --- */

/* A text box lies in a paragraph and has paragraphs of its own. */
static hart_code on_paragraph(void *data, struct part *part, hart_error *err)
{
        struct word *word = data;
        (void)part;
        hart_code code = flow_paragraph(&word->flow, word->level, err);
        word->level = 0;
        return code;
}

static hart_code on_paragraph_end(void *data, struct part *part, hart_error *err)
{
        return on_paragraph(data, part, err);
}

static hart_code on_paragraph_style(void *data, struct part *part, hart_error *err)
{
        struct word *word = data;
        HART_CLEANUP(hart_free_p) char *id = part_attribute(part, "val");
        (void)err;
        word->level = word_styles_level(&word->styles, id);
        return HART_OK;
}

static hart_code on_outline_level(void *data, struct part *part, hart_error *err)
{
        struct word *word = data;
        uint64_t level = part_number(part, "val", 9, 9);
        (void)err;
        word->level = level < 9 ? (unsigned)level + 1 : 0;
        return HART_OK;
}

static hart_code on_text_begin(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        ((struct word *)data)->in_text = true;
        return HART_OK;
}

static hart_code on_text_end(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        ((struct word *)data)->in_text = false;
        return HART_OK;
}

static void on_text(void *data, const char *text, size_t size)
{
        struct word *word = data;
        if (word->in_text)
                flow_text(&word->flow, text, size);
}

static hart_code on_tab(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        flow_text(&((struct word *)data)->flow, "\t", 1);
        return HART_OK;
}

static hart_code on_break(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        flow_text(&((struct word *)data)->flow, "\n", 1);
        return HART_OK;
}

static hart_code on_hyphen(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        flow_text(&((struct word *)data)->flow, "-", 1);
        return HART_OK;
}

static hart_code on_passed_over(void *data, struct part *part, hart_error *err)
{
        (void)data, (void)err;
        part->skip = true;
        return HART_OK;
}

/* --- tables --- */

static hart_code on_table(void *data, struct part *part, hart_error *err)
{
        (void)part;
        return flow_table(&((struct word *)data)->flow, "table", NULL, err);
}

static hart_code on_table_end(void *data, struct part *part, hart_error *err)
{
        (void)part;
        return flow_table_end(&((struct word *)data)->flow, err);
}

static hart_code on_row_end(void *data, struct part *part, hart_error *err)
{
        (void)part;
        return flow_row_end(&((struct word *)data)->flow, err);
}

static hart_code on_cell_end(void *data, struct part *part, hart_error *err)
{
        (void)part, (void)err;
        flow_cell_end(&((struct word *)data)->flow);
        return HART_OK;
}

/* --- notes --- */

static hart_code open_note(struct word *word, struct part *part, const char *kind, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *id = part_attribute(part, "id");
        HART_CLEANUP(hart_free_p) char *type = part_attribute(part, "type");
        if (type != NULL && strcmp(type, "normal") != 0) { /* the line above the notes */
                part->skip = true;
                return HART_OK;
        }
        return emit_open(word->package->emitter, &(hart_node){.kind = kind, .label = id}, err);
}

static hart_code on_footnote(void *data, struct part *part, hart_error *err)
{
        return open_note(data, part, "footnote", err);
}

static hart_code on_endnote(void *data, struct part *part, hart_error *err)
{
        return open_note(data, part, "endnote", err);
}

static hart_code on_comment(void *data, struct part *part, hart_error *err)
{
        struct word *word = data;
        HART_CLEANUP(hart_buffer_done) hart_buffer metadata = {0};
        HART_CLEANUP(hart_free_p) char *author = part_attribute(part, "author");
        HART_CLEANUP(hart_free_p) char *date = part_attribute(part, "date");
        hart_json_writer writer = {.out = &metadata};
        hart_json_begin_object(&writer);
        if (date != NULL) {
                hart_json_key(&writer, "date");
                hart_json_put_text(&writer, date);
        }
        hart_json_end_object(&writer);
        const hart_node node = {.kind = "comment", .label = author, .metadata = (const char *)metadata.data};
        return emit_open(word->package->emitter, &node, err);
}

static hart_code on_note_end(void *data, struct part *part, hart_error *err)
{
        struct word *word = data;
        (void)part;
        hart_code code = flow_end(&word->flow, err);
        return code == HART_OK ? emit_close(word->package->emitter, err) : code;
}

static const struct part_rule text_rules[] = {
        {"p", on_paragraph, on_paragraph_end},
        {"t", on_text_begin, on_text_end},
        {"pStyle", on_paragraph_style, NULL},
        {"outlineLvl", on_outline_level, NULL},
        {"tab", on_tab, NULL},
        {"ptab", on_tab, NULL},
        {"br", on_break, NULL},
        {"cr", on_break, NULL},
        {"noBreakHyphen", on_hyphen, NULL},
        {"tbl", on_table, on_table_end},
        {"tr", NULL, on_row_end},
        {"tc", NULL, on_cell_end},
        {"tabs", on_passed_over, NULL},      /* where tabs stop */
        {"pPrChange", on_passed_over, NULL}, /* how a paragraph was */
        {"moveFrom", on_passed_over, NULL},  /* text that is elsewhere now */
        {"Fallback", on_passed_over, NULL},  /* the same once more, for older programs */
        {"rt", on_passed_over, NULL},        /* how the text beside is pronounced */
        {"footnote", on_footnote, on_note_end},
        {"endnote", on_endnote, on_note_end},
        {"comment", on_comment, on_note_end},
        {0},
};

static hart_code read_text(struct word *word, const char *part, enum part_need need, hart_error *err)
{
        word->level = 0;
        word->in_text = false;
        hart_code code = part_walk(word->package, part, need, text_rules, on_text, word, err);
        return code == HART_OK ? flow_end(&word->flow, err) : code;
}

/* All parts of that type; each in a node of that kind, where `kind` is not NULL. */
static hart_code read_related(struct word *word, const struct relations *relations, const char *type, const char *kind,
                              hart_error *err)
{
        const struct relation *found = NULL;
        hart_code code = HART_OK;
        while (code == HART_OK && (found = relations_next(relations, type, found)) != NULL) {
                if (found->external)
                        continue;
                if (kind != NULL)
                        code = emit_open(word->package->emitter, &(hart_node){.kind = kind}, err);
                if (code == HART_OK)
                        code = read_text(word, found->target, PART_NEEDED, err);
                if (code == HART_OK && kind != NULL)
                        code = emit_close(word->package->emitter, err);
        }
        return code;
}

static hart_code describe_links(struct word *word, const struct relations *relations, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        hart_json_writer writer = {.out = &text};
        const struct relation *found = relations_next(relations, "hyperlink", NULL);
        if (found == NULL)
                return HART_OK;
        hart_json_begin_object(&writer);
        hart_json_key(&writer, "links");
        hart_json_begin_array(&writer);
        for (unsigned i = 0; found != NULL && i < LINKS_MAX; i++) {
                if (text.size + strlen(found->target) < LINKS_SIZE)
                        hart_json_put_text(&writer, found->target);
                found = relations_next(relations, "hyperlink", found);
        }
        hart_json_end_array(&writer);
        hart_json_end_object(&writer);
        return emit_describe(word->package->emitter, (const char *)text.data, err);
}

static hart_code read_parts(struct word *word, const char *main_part, const struct relations *relations,
                            hart_error *err)
{
        static const struct {
                const char *type, *kind;
        } others[] = {
                {"footnotes", NULL}, {"endnotes", NULL}, {"comments", NULL}, {"header", "header"}, {"footer", "footer"},
        };
        const struct relation *styles = relations_next(relations, "styles", NULL);
        hart_code code = describe_links(word, relations, err);
        if (code == HART_OK && styles != NULL && !styles->external)
                code = word_styles_read(word->package, styles->target, &word->styles, err);
        if (code == HART_OK)
                code = read_text(word, main_part, PART_NEEDED, err);
        for (size_t i = 0; code == HART_OK && i < sizeof others / sizeof *others; i++)
                code = read_related(word, relations, others[i].type, others[i].kind, err);
        return code;
}

static hart_code read(struct package *package, const char *main_part, hart_error *err)
{
        struct word word = {.package = package, .flow = {.emitter = package->emitter}};
        struct relations relations;
        hart_code code = relations_read(package, main_part, &relations, err);
        if (code == HART_OK)
                code = read_parts(&word, main_part, &relations, err);
        word_styles_done(&word.styles);
        flow_done(&word.flow);
        relations_done(&relations);
        return code;
}

static hart_code run(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        static const char *const children[] = {"word/media/", "word/embeddings/", NULL};
        static const struct office_kind kind = {.folder = "word/",
                                                .language = "wordprocessingml",
                                                .title = "text document",
                                                .read = read,
                                                .children = children};
        return office_run(&kind, document, emitter, err);
}

const hart_atomizer word_atomizer = {
        .name = "word",
        .version = 1,
        .way = HART_EXTRACT,
        .modality = "document",
        .document_subtype = "word-document",
        .content_types = content_types,
        .subtypes = office_subtypes,
        .subtype_count = OFFICE_SUBTYPES,
        .run_document = run,
        .open = office_open,
        .close = office_close,
};
