/* events: the child's side. */
#include "events.h"

#include "event_layout.h"

/* The most an event takes: two short texts besides the longest. */
#define EVENT_ROOM ((size_t)80 << 10)

hart_code events_flush(event_writer *writer, hart_error *err)
{
        if (writer->used == 0)
                return HART_OK;
        const frame_header header = {.size = (uint32_t)writer->used, .kind = FRAME_EVENTS};
        frame_put_header(writer->frame, &header);
        writer->used = 0;
        return writer->send(writer->data, writer->frame, FRAME_HEADER_SIZE + header.size, err);
}

/* What is no object is not said at all, rather than to make a lie of the whole document: keys that come out of one may
 * be there twice. */
static bool is_sound(event_writer *writer, const atomize_event *event, unsigned char *text, size_t size)
{
        if (event->kind == EVENT_DESCRIBE && size > EVENT_DESCRIBED_MAX - writer->described)
                return false;
        return event_mend_metadata((char *)text, size);
}

hart_code events_put(event_writer *writer, const atomize_event *event, hart_error *err)
{
        const event_layout *layout = event_layout_of(event->kind);
        size_t room = 0;
        for (unsigned i = 0; i < layout->text_count; i++)
                room += event->texts[i].size + FRAME_TEXT_ROOM;
        if (room > EVENT_ROOM)
                return hart_fail(err, HART_FAILED, "a %s of %zu bytes", layout->name, room);
        hart_code code = writer->used + room + 12 > EVENTS_FRAME_MAX ? events_flush(writer, err) : HART_OK;
        unsigned char *next = writer->frame + FRAME_HEADER_SIZE + writer->used;
        frame_put_u32(next, (uint32_t)event->kind | (uint32_t)event->subtype << 8);
        next += 4;
        if (layout->numbers) {
                frame_put_u32(next, event->gap);
                frame_put_u32(next + 4, event->size);
                next += 8;
        }
        for (unsigned i = 0; i < layout->text_count; i++) {
                unsigned char *text = next;
                next = frame_put_text(text, event->texts[i].data, event->texts[i].size);
                if (layout->texts[i].rule != RULE_METADATA || event->texts[i].data == NULL ||
                    is_sound(writer, event, text + 4, event->texts[i].size))
                        continue;
                writer->dropped++;
                if (!layout->texts[i].optional)
                        return code;
                next = frame_put_text(text, NULL, 0);
        }
        if (event->kind == EVENT_DESCRIBE)
                writer->described += event->texts[0].size;
        writer->used = (size_t)(next - writer->frame) - FRAME_HEADER_SIZE;
        return code;
}
