/* slides: PresentationML (ECMA-376, part 1, chapter 19) and OpenDocument presentations. A slide is read into blocks
 * first, because its title need not be its first shape. */
#include <stdio.h>
#include <string.h>

#include "../strategies.h"
#include "flow.h"
#include "office.h"
#include "part.h"
#include "relations.h"
#include "shapes.h"

#define SLIDES_MAX 5000

static const char *const content_types[] = {
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
        "application/vnd.openxmlformats-officedocument.presentationml.template",
        "application/vnd.ms-powerpoint.presentation.macroenabled.12",
        "application/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.presentation-template",
        NULL,
};

/* In the order of the presentation, not of the parts' names. */
struct order {
        char *ids[SLIDES_MAX];
        size_t count;
        bool too_many;
};

static hart_code on_slide_id(void *data, struct part *part, hart_error *err)
{
        struct order *order = data;
        char *id = part_relation_attribute(part, "id");
        (void)err;
        if (id != NULL && order->count < SLIDES_MAX)
                order->ids[order->count++] = HART_TAKE(id);
        else
                order->too_many = id != NULL;
        free(id);
        return HART_OK;
}

static hart_code read_notes(struct package *package, const char *slide, hart_error *err)
{
        struct relations relations;
        hart_code code = relations_read(package, slide, &relations, err);
        const struct relation *notes = relations_next(&relations, "notesSlide", NULL);
        if (code == HART_OK && notes != NULL && !notes->external) {
                struct shapes shapes = {0};
                code = shapes_read(package, notes->target, &shapes, err);
                if (code == HART_OK && shapes.count > 0) {
                        code = emit_open(package->emitter, &(hart_node){.kind = "notes"}, err);
                        if (code == HART_OK)
                                code = shapes_emit(&shapes, package->emitter, err);
                        if (code == HART_OK)
                                code = emit_close(package->emitter, err);
                }
                shapes_done(&shapes);
        }
        relations_done(&relations);
        return code;
}

static hart_code read_slide(struct package *package, const char *part, size_t number, hart_error *err)
{
        struct shapes shapes = {0};
        char metadata[64];
        hart_code code = shapes_read(package, part, &shapes, err);
        (void)snprintf(metadata, sizeof metadata, "{\"number\":%zu%s}", number,
                       shapes.hidden ? ",\"hidden\":true" : "");
        const hart_node node = {.kind = "slide", .label = (const char *)shapes.title.data, .metadata = metadata};
        if (code == HART_OK)
                code = emit_open(package->emitter, &node, err);
        if (code == HART_OK)
                code = shapes_emit(&shapes, package->emitter, err);
        shapes_done(&shapes);
        if (code == HART_OK)
                code = read_notes(package, part, err);
        return code == HART_OK ? emit_close(package->emitter, err) : code;
}

static hart_code read_slides(struct package *package, const struct order *order, const struct relations *relations,
                             hart_error *err)
{
        char metadata[64];
        (void)snprintf(metadata, sizeof metadata, "{\"slides\":%zu}", order->count);
        hart_code code = emit_describe(package->emitter, metadata, err);
        for (size_t i = 0; code == HART_OK && i < order->count; i++) {
                const struct relation *slide = relations_by_id(relations, order->ids[i]);
                code = slide != NULL && !slide->external
                               ? read_slide(package, slide->target, i + 1, err)
                               : emit_problem(package->emitter, err, "slide %zu: it is named nowhere", i + 1);
        }
        if (code == HART_OK && order->too_many)
                code = emit_problem(package->emitter, err, "more than %d slides: the rest is not read", SLIDES_MAX);
        return code;
}

static hart_code read(struct package *package, const char *main_part, hart_error *err)
{
        static const struct part_rule rules[] = {{"sldId", on_slide_id, NULL}, {0}};
        HART_CLEANUP(hart_free_p) struct order *order = hart_allocate(sizeof *order);
        struct relations relations;
        hart_code code = relations_read(package, main_part, &relations, err);
        if (code == HART_OK)
                code = part_walk(package, main_part, PART_NEEDED, rules, NULL, order, err);
        if (code == HART_OK)
                code = read_slides(package, order, &relations, err);
        for (size_t i = 0; i < order->count; i++)
                free(order->ids[i]);
        relations_done(&relations);
        return code;
}

static hart_code run(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        static const char *const children[] = {"ppt/media/", "ppt/embeddings/", NULL};
        static const struct office_kind kind = {.folder = "ppt/",
                                                .language = "presentationml",
                                                .title = "presentation",
                                                .read = read,
                                                .children = children};
        return office_run(&kind, document, emitter, err);
}

const hart_atomizer slides_atomizer = {
        .name = "slides",
        .version = 1,
        .way = HART_EXTRACT,
        .modality = "document",
        .document_subtype = "slides-document",
        .content_types = content_types,
        .subtypes = office_subtypes,
        .subtype_count = OFFICE_SUBTYPES,
        .run_document = run,
        .open = office_open,
        .close = office_close,
};
