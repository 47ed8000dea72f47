/* event_reader: the daemon's side. The child may have been taken over by what it reads, so every word is weighed. */
#include <hartonomous/utf8.h>

#include "event_layout.h"

void events_take_frame(event_reader *reader, unsigned char *payload, size_t size)
{
        reader->next = payload;
        reader->end = payload + size;
}

static bool is_word(const char *text, size_t size)
{
        for (size_t i = 0; i < size; i++) {
                if ((text[i] < 'a' || text[i] > 'z') && (text[i] < '0' || text[i] > '9') && text[i] != '-')
                        return false;
        }
        return true;
}

/* `place` is where the text begins in the frame: the same bytes, writable. */
static bool text_fits(event_rule rule, const char *text, size_t size, unsigned char *place)
{
        switch (rule) {
        case RULE_BYTES:
                return true;
        case RULE_TEXT:
                return memchr(text, '\0', size) == NULL && hart_utf8_valid((const unsigned char *)text, size);
        case RULE_WORD:
                return is_word(text, size);
        case RULE_METADATA:
                return memchr(text, '\0', size) == NULL && event_mend_metadata((char *)place, size);
        }
        return false;
}

static hart_code read_texts(event_reader *reader, const event_layout *layout, atomize_event *event, hart_error *err)
{
        for (unsigned i = 0; i < layout->text_count; i++) {
                unsigned char *place = reader->next + 4;
                const char *data = NULL;
                size_t size = 0;
                const unsigned char *next = frame_get_text(reader->next, reader->end, &data, &size);
                if (next == NULL)
                        return hart_fail(err, HART_FAILED, "sent a %s that is cut off", layout->name);
                event->texts[i].data = data;
                event->texts[i].size = size;
                reader->next += next - reader->next;
                if (data == NULL && layout->texts[i].optional)
                        continue;
                if (data == NULL || size < layout->texts[i].min || size > layout->texts[i].max ||
                    !text_fits(layout->texts[i].rule, data, size, place))
                        return hart_fail(err, HART_FAILED, "sent a %s whose part %u, of %zu bytes, cannot be",
                                         layout->name, i + 1, size);
        }
        return HART_OK;
}

static hart_code cannot_be(const event_layout *layout, const char *why, hart_error *err)
{
        return hart_fail(err, HART_FAILED, "sent a %s %s", layout->name, why);
}

static hart_code follow_slice(event_reader *reader, const event_layout *layout, const atomize_event *event,
                              hart_error *err)
{
        uint64_t covered = (uint64_t)event->gap + event->size;
        if (reader->atomizer->way != HART_SLICES)
                return cannot_be(layout, "though its atomizer names no slices", err);
        /* A gap may be what waits to be one and white space behind it. */
        if (event->size == 0 || event->size > HART_COMPONENT_MAX || event->gap > 2 * HART_SEPARATOR_MAX ||
            covered > reader->size - reader->position)
                return hart_fail(err, HART_FAILED,
                                 "sent a slice of %u and %u bytes at byte %llu, which is not in the document of %llu",
                                 event->gap, event->size, (unsigned long long)reader->position,
                                 (unsigned long long)reader->size);
        reader->position += covered;
        return HART_OK;
}

static hart_code follow_child(event_reader *reader, const event_layout *layout, const atomize_event *event,
                              hart_error *err)
{
        if (reader->atomizer->way != HART_EXTRACT)
                return cannot_be(layout, "though its atomizer takes no documents out", err);
        if (reader->in_child != (event->kind != EVENT_CHILD_BEGIN))
                return cannot_be(layout, reader->in_child ? "in another" : "of which there is no beginning", err);
        reader->in_child = event->kind != EVENT_CHILD_END;
        if (event->kind == EVENT_CHILD_BEGIN && reader->children++ >= reader->limits.children)
                return cannot_be(layout, "beyond the limit of their number", err);
        if (event->kind == EVENT_CHILD_BYTES)
                reader->expanded += event->texts[0].size;
        return reader->expanded > reader->limits.expanded ? cannot_be(layout, "beyond the limit of their bytes", err)
                                                          : HART_OK;
}

static hart_code follow_node(event_reader *reader, const event_layout *layout, const atomize_event *event,
                             hart_error *err)
{
        if (event->kind == EVENT_OPEN)
                return reader->depth++ < reader->limits.depth ? HART_OK
                                                              : cannot_be(layout, "beyond the limit of depth", err);
        if (reader->depth == 0)
                return cannot_be(layout, "of which there is no beginning", err);
        reader->depth--;
        return HART_OK;
}

static hart_code follow_end(event_reader *reader, const event_layout *layout, const atomize_event *event,
                            hart_error *err)
{
        uint64_t left = reader->atomizer->way == HART_SLICES ? reader->size - reader->position : 0;
        if (event->gap != left || event->size != 0 || left > 2 * HART_SEPARATOR_MAX)
                return hart_fail(err, HART_FAILED, "ended with %u bytes where %llu of %llu are left", event->gap,
                                 (unsigned long long)left, (unsigned long long)reader->size);
        if (reader->depth > 0)
                return cannot_be(layout, "with open nodes", err);
        if (reader->next != reader->end)
                return cannot_be(layout, "with more behind it", err);
        reader->done = true;
        return HART_OK;
}

/* Does it fit to what was said before? */
static hart_code follow(event_reader *reader, const event_layout *layout, const atomize_event *event, hart_error *err)
{
        bool may_be_in_child = event->kind == EVENT_CHILD_BYTES || event->kind == EVENT_CHILD_END ||
                               event->kind == EVENT_CHILD_BEGIN || event->kind == EVENT_PROBLEM ||
                               event->kind == EVENT_DESCRIBE;
        if (reader->in_child && !may_be_in_child)
                return cannot_be(layout, "in a child", err);
        switch (event->kind) {
        case EVENT_SLICE:
                return follow_slice(reader, layout, event, err);
        case EVENT_CONTENT:
                return reader->atomizer->way == HART_EXTRACT ? HART_OK
                                                             : cannot_be(layout, "though its atomizer has none", err);
        case EVENT_OPEN:
        case EVENT_CLOSE:
                return follow_node(reader, layout, event, err);
        case EVENT_DESCRIBE:
                reader->described += event->texts[0].size;
                return reader->described <= EVENT_DESCRIBED_MAX ? HART_OK
                                                                : cannot_be(layout, "beyond the limit of bytes", err);
        case EVENT_CHILD_BEGIN:
        case EVENT_CHILD_BYTES:
        case EVENT_CHILD_END:
                return follow_child(reader, layout, event, err);
        case EVENT_PROBLEM:
                return reader->problems++ < EVENT_PROBLEMS_MAX ? HART_OK
                                                               : cannot_be(layout, "beyond the limit of number", err);
        case EVENT_END:
                return follow_end(reader, layout, event, err);
        }
        return cannot_be(layout, "that nobody knows", err);
}

hart_code events_next(event_reader *reader, atomize_event *ret, hart_error *err)
{
        if (reader->next == reader->end)
                return HART_EMPTY;
        if (reader->end - reader->next < 4)
                return hart_fail(err, HART_FAILED, "sent an event that is cut off");
        uint32_t word = frame_get_u32(reader->next);
        unsigned kind = word & 0xFF;
        const event_layout *layout = event_layout_of(kind);
        atomize_event event = {.kind = (atomize_event_kind)kind, .subtype = word >> 8};
        if (layout == NULL)
                return hart_fail(err, HART_FAILED, "sent an event of unknown kind %u", kind);
        if (event.subtype >= (layout->subtype ? reader->atomizer->subtype_count : 1))
                return hart_fail(err, HART_FAILED, "sent a %s of subtype %u, which atomizer %s has not", layout->name,
                                 event.subtype, reader->atomizer->name);
        reader->next += 4;
        if (layout->numbers) {
                if (reader->end - reader->next < 8)
                        return hart_fail(err, HART_FAILED, "sent a %s that is cut off", layout->name);
                event.gap = frame_get_u32(reader->next);
                event.size = frame_get_u32(reader->next + 4);
                reader->next += 8;
        }
        hart_code code = read_texts(reader, layout, &event, err);
        if (code == HART_OK)
                code = follow(reader, layout, &event, err);
        if (code == HART_OK)
                *ret = event;
        return code;
}
