/* markdown_tree: the blocks of a whole document as slices; headings open sections, neighbours that are items or rows
 * are a list or a table. Links are told, as far as a look at brackets finds them. */
#include <stdio.h>
#include <string.h>

#include <hartonomous/json.h>

#include "emitter.h"
#include "markdown.h"

#define LEVELS     6
#define LINKS_MAX  256
#define LINK_BYTES 1024

struct reader {
        hart_emitter *emitter;
        const unsigned char *data;
        unsigned levels[LEVELS]; /* of the sections that are open, rising */
        unsigned sections;
        unsigned group; /* the subtype whose list or table is open; MARKDOWN_SPACE: none */
        hart_buffer links;
        hart_json_writer writer; /* of links */
        unsigned link_count;
};

static unsigned heading_level(const unsigned char *text, size_t size)
{
        unsigned level = 0;
        while (level < size && level < LEVELS && text[level] == '#')
                level++;
        if (level > 0)
                return level;
        return size > 0 && text[size - 1] == '=' ? 1 : 2; /* by its underline */
}

/* "## Title ##" or a line with an underline, without its marks. */
static char *heading_title(const unsigned char *text, size_t size)
{
        size_t begin = 0, end = size;
        while (begin < end && (text[begin] == '#' || text[begin] == ' ' || text[begin] == '\t'))
                begin++;
        if (begin == 0) {
                const unsigned char *line = memchr(text, '\n', size);
                end = line != NULL ? (size_t)(line - text) : size;
        }
        while (end > begin &&
               (text[end - 1] == '#' || text[end - 1] == ' ' || text[end - 1] == '\t' || text[end - 1] == '\r'))
                end--;
        return hart_duplicate_n((const char *)text + begin,
                                end - begin < EMIT_LABEL_MAX ? end - begin : EMIT_LABEL_MAX);
}

static hart_code close_group(struct reader *reader, hart_error *err)
{
        if (reader->group == MARKDOWN_SPACE)
                return HART_OK;
        reader->group = MARKDOWN_SPACE;
        return emit_close(reader->emitter, err);
}

static hart_code open_group(struct reader *reader, unsigned subtype, hart_error *err)
{
        hart_node node = {.kind = subtype == MARKDOWN_LIST_ITEM ? "list" : "table"};
        reader->group = subtype;
        return emit_open(reader->emitter, &node, err);
}

/* Sections of this level and below it end, and another begins. */
static hart_code open_section(struct reader *reader, const unsigned char *text, size_t size, hart_error *err)
{
        HART_CLEANUP(hart_free_p) char *title = heading_title(text, size);
        char metadata[24];
        unsigned level = heading_level(text, size);
        hart_code code = HART_OK;
        while (code == HART_OK && reader->sections > 0 && reader->levels[reader->sections - 1] >= level) {
                reader->sections--;
                code = emit_close(reader->emitter, err);
        }
        if (code != HART_OK)
                return code;
        snprintf(metadata, sizeof metadata, "{\"level\":%u}", level);
        reader->levels[reader->sections++] = level;
        return emit_open(reader->emitter, &(hart_node){"section", title, metadata}, err);
}

static void add_link(struct reader *reader, const unsigned char *target, size_t size)
{
        if (size == 0 || size > LINK_BYTES || reader->link_count == LINKS_MAX)
                return;
        if (reader->link_count++ == 0) {
                reader->writer = (hart_json_writer){.out = &reader->links};
                hart_json_begin_object(&reader->writer);
                hart_json_key(&reader->writer, "links");
                hart_json_begin_array(&reader->writer);
        }
        hart_json_put_text_n(&reader->writer, (const char *)target, size);
}

/* "[text](target)" and "[text](<target> "title")". */
static void find_links(struct reader *reader, const unsigned char *text, size_t size)
{
        const unsigned char *end = text + size, *next = text;
        while ((next = memmem(next, (size_t)(end - next), "](", 2)) != NULL) {
                next += 2;
                const unsigned char *stop = next;
                while (stop < end && *stop != ')' && *stop > ' ')
                        stop++;
                size_t angle = stop > next && *next == '<' ? 1 : 0;
                size_t tail = stop > next + angle && stop[-1] == '>' && angle ? 1 : 0;
                add_link(reader, next + angle, (size_t)(stop - next) - angle - tail);
        }
}

static hart_code on_lead(void *data, const unsigned char *bytes, size_t size, hart_error *err)
{
        (void)data;
        (void)bytes;
        (void)size;
        (void)err;
        return HART_OK; /* the emitter sees by itself what lies before a slice */
}

static hart_code on_component(void *data, const hart_component *component, hart_error *err)
{
        struct reader *reader = data;
        uint64_t offset = (uint64_t)(component->content - reader->data);
        unsigned subtype = component->subtype;
        bool grouped = subtype == MARKDOWN_LIST_ITEM || subtype == MARKDOWN_TABLE_ROW;
        hart_code code = emit_until(reader->emitter, offset, err);
        if (code == HART_OK && reader->group != subtype)
                code = close_group(reader, err);
        if (code == HART_OK && grouped && reader->group != subtype)
                code = open_group(reader, subtype, err);
        if (code == HART_OK && subtype == MARKDOWN_HEADING)
                code = open_section(reader, component->content, component->size, err);
        if (subtype != MARKDOWN_CODE)
                find_links(reader, component->content, component->size);
        return code == HART_OK ? emit_slice(reader->emitter, subtype, offset, component->size, err) : code;
}

static hart_code describe(struct reader *reader, hart_error *err)
{
        if (reader->link_count == 0)
                return HART_OK;
        hart_json_end_array(&reader->writer);
        hart_json_end_object(&reader->writer);
        return emit_describe(reader->emitter, (const char *)reader->links.data, err);
}

hart_code markdown_read(hart_document *document, hart_emitter *emitter, hart_error *err)
{
        struct reader reader = {.emitter = emitter};
        const hart_atom_sink sink = {.lead = on_lead, .component = on_component, .data = &reader};
        hart_code code = document_map(document, &reader.data, err);
        for (uint64_t position = 0; code == HART_OK && position < document->size;) {
                uint64_t left = document->size - position;
                size_t size = left < HART_WINDOW_MAX ? (size_t)left : HART_WINDOW_MAX, consumed = 0;
                const hart_window window = {reader.data + position, size, position == 0, size == left};
                code = markdown_scan(&window, &sink, &consumed, err);
                position += consumed;
        }
        if (code == HART_OK)
                code = describe(&reader, err);
        hart_buffer_done(&reader.links);
        return code;
}
