/* properties: what people and programs wrote about an office document, beside its content. */
#include <string.h>

#include <hartonomous/json.h>

#include "office.h"
#include "part.h"
#include "relations.h"

#define VALUE_MAX ((size_t)4000)

struct property {
        const char *element, *key;
};

/* Office Open XML: core (Dublin Core and more) and extended properties. */
static const struct property office_properties[] = {
        {"title", "title"},
        {"subject", "subject"},
        {"creator", "author"},
        {"keywords", "keywords"},
        {"description", "description"},
        {"category", "category"},
        {"language", "language"},
        {"lastModifiedBy", "modified_by"},
        {"created", "created"},
        {"modified", "modified"},
        {"Application", "application"},
        {"Company", "company"},
        {NULL, NULL},
};
/* OpenDocument: the creator is who wrote last. */
static const struct property opendocument_properties[] = {
        {"title", "title"},
        {"subject", "subject"},
        {"initial-creator", "author"},
        {"keyword", "keywords"},
        {"description", "description"},
        {"language", "language"},
        {"creator", "modified_by"},
        {"creation-date", "created"},
        {"date", "modified"},
        {"generator", "application"},
        {NULL, NULL},
};

#define PROPERTIES_MAX (sizeof office_properties / sizeof *office_properties)

struct properties {
        const struct property *table;
        hart_buffer values[PROPERTIES_MAX];
        size_t at; /* whose element is open; PROPERTIES_MAX for none */
};

static void on_text(void *data, const char *text, size_t size)
{
        struct properties *properties = data;
        if (properties->at < PROPERTIES_MAX && properties->values[properties->at].size + size <= VALUE_MAX)
                hart_buffer_append(&properties->values[properties->at], text, size);
}

static hart_code on_end(void *data, struct part *part, hart_error *err)
{
        struct properties *properties = data;
        (void)part, (void)err;
        properties->at = PROPERTIES_MAX;
        return HART_OK;
}

static hart_code on_begin(void *data, struct part *part, hart_error *err)
{
        struct properties *properties = data;
        const char *element = part_element(part);
        (void)err;
        for (size_t i = 0; properties->table[i].element != NULL; i++) {
                if (strcmp(properties->table[i].element, element) != 0)
                        continue;
                properties->at = i;
                if (properties->values[i].size > 0) /* OpenDocument has an element for each keyword */
                        on_text(properties, ", ", 2);
        }
        return HART_OK;
}

static hart_code read_part(struct package *package, const char *name, struct properties *properties, hart_error *err)
{
        struct part_rule rules[PROPERTIES_MAX] = {0};
        for (size_t i = 0; properties->table[i].element != NULL; i++)
                rules[i] = (struct part_rule){properties->table[i].element, on_begin, on_end};
        properties->at = PROPERTIES_MAX;
        return part_walk(package, name, PART_OPTIONAL, rules, on_text, properties, err);
}

static hart_code read_related(struct package *package, struct properties *properties, hart_error *err)
{
        static const char *const types[] = {"core-properties", "extended-properties"};
        struct relations relations;
        hart_code code = relations_read(package, "", &relations, err);
        for (size_t i = 0; code == HART_OK && i < sizeof types / sizeof *types; i++) {
                const struct relation *found = relations_next(&relations, types[i], NULL);
                if (found != NULL && !found->external)
                        code = read_part(package, found->target, properties, err);
        }
        relations_done(&relations);
        return code;
}

static hart_code put(struct package *package, const struct properties *properties, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer text = {0};
        hart_json_writer writer = {.out = &text};
        bool any = false;
        hart_json_begin_object(&writer);
        for (size_t i = 0; properties->table[i].element != NULL; i++) {
                const hart_buffer *value = &properties->values[i];
                if (value->size == 0)
                        continue;
                any = true;
                hart_json_key(&writer, properties->table[i].key);
                hart_json_put_text_n(&writer, (const char *)value->data, value->size);
        }
        hart_json_end_object(&writer);
        return any ? emit_describe(package->emitter, (const char *)text.data, err) : HART_OK;
}

hart_code office_describe(struct package *package, hart_error *err)
{
        bool open_document = opendocument_is(package);
        struct properties properties = {.table = open_document ? opendocument_properties : office_properties};
        hart_code code = open_document ? read_part(package, "meta.xml", &properties, err)
                                       : read_related(package, &properties, err);
        if (code == HART_OK)
                code = put(package, &properties, err);
        for (size_t i = 0; i < PROPERTIES_MAX; i++)
                hart_buffer_done(&properties.values[i]);
        return code;
}
