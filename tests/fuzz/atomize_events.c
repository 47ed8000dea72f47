/* atomize_events: what a child that was taken over may say of a document. The first bytes choose the atomizer's way,
 * the document's size and where frames end; what is let through must keep the promises of events.h. */
#include <stdlib.h>
#include <string.h>

#include <hartonomous/document.h>
#include <hartonomous/json.h>
#include <hartonomous/utf8.h>

#include "events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const hart_subtype subtypes[] = {{"raw", false, NULL}, {"sentence", true, "text"}};
static const hart_atomizer atomizers[] = {
        {.name = "slicer", .way = HART_SLICES, .subtypes = subtypes, .subtype_count = 2},
        {.name = "extractor", .way = HART_EXTRACT, .subtypes = subtypes, .subtype_count = 2},
};

static void require(bool holds)
{
        if (!holds)
                abort();
}

static void require_text(const atomize_event *event, unsigned number, size_t most)
{
        const char *text = event->texts[number].data;
        size_t size = event->texts[number].size;
        require(text == NULL || (strlen(text) == size && size <= most && hart_utf8_valid(text, size)));
}

static void require_word(const atomize_event *event, unsigned number)
{
        require_text(event, number, EMIT_WORD_MAX);
        require(event->texts[number].size > 0 &&
                strspn(event->texts[number].data, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
                        event->texts[number].size);
}

static void require_metadata(const atomize_event *event, unsigned number)
{
        hart_json *value;
        const char *text = event->texts[number].data;
        if (text == NULL)
                return;
        require_text(event, number, EMIT_METADATA_MAX);
        require(hart_json_parse(text, event->texts[number].size, &value, NULL) == HART_OK);
        require(hart_json_kind_of(value) == HART_JSON_OBJECT);
        hart_json_close(value);
}

struct sums {
        uint64_t covered, opened, closed, begun, ended;
};

static void look(const atomize_event *event, const hart_atomizer *atomizer, struct sums *sums)
{
        require(event->subtype < atomizer->subtype_count);
        for (unsigned i = 0; i < 4; i++)
                require(event->texts[i].data == NULL || event->texts[i].data[event->texts[i].size] == '\0');
        sums->covered += (uint64_t)event->gap + event->size;
        sums->opened += event->kind == EVENT_OPEN;
        sums->closed += event->kind == EVENT_CLOSE;
        sums->begun += event->kind == EVENT_CHILD_BEGIN;
        sums->ended += event->kind == EVENT_CHILD_END;
        require(sums->closed <= sums->opened && sums->ended <= sums->begun && sums->begun <= sums->ended + 1);
        if (event->kind == EVENT_CONTENT)
                require(event->texts[1].size > 0 && event->texts[1].size <= HART_COMPONENT_MAX &&
                        event->texts[0].size <= HART_SEPARATOR_MAX);
        if (event->kind == EVENT_OPEN) {
                require_word(event, 0);
                require_text(event, 1, EMIT_LABEL_MAX);
                require_metadata(event, 2);
        }
        if (event->kind == EVENT_DESCRIBE)
                require_metadata(event, 0);
        if (event->kind == EVENT_CHILD_BEGIN) {
                require_text(event, 0, EMIT_NAME_MAX);
                require_text(event, 1, EMIT_TYPE_MAX);
                require_word(event, 2);
                require_metadata(event, 3);
        }
        if (event->kind == EVENT_PROBLEM || event->kind == EVENT_CHILD_END)
                require_text(event, 0, EMIT_LABEL_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct sums sums = {0};
        hart_error err;
        atomize_event event;
        if (size < 3)
                return 0;
        const hart_atomizer *atomizer = &atomizers[data[0] & 1];
        event_reader reader = {.atomizer = atomizer,
                               .size = data[1],
                               .limits = {.depth = 3, .children = 2, .expanded = 100, .ratio = 1}};
        /* Two frames at most, in memory of their own: nothing behind them may be read. */
        size_t cut = data[0] & 2 ? data[2] % (size - 2) : size - 3;
        data += 3;
        size -= 3;
        hart_code code = HART_EMPTY;
        for (unsigned frame = 0; frame < 2 && code == HART_EMPTY && !reader.done; frame++) {
                size_t length = frame == 0 ? cut : size - cut;
                unsigned char *copy = malloc(length + (length == 0));
                require(copy != NULL);
                memcpy(copy, data + (frame == 0 ? 0 : cut), length);
                events_take_frame(&reader, copy, length);
                while (!reader.done && (code = events_next(&reader, &event, &err)) == HART_OK)
                        look(&event, atomizer, &sums);
                free(copy);
        }
        if (reader.done)
                require(sums.opened == sums.closed && sums.begun == sums.ended &&
                        (atomizer->way == HART_EXTRACT || sums.covered == reader.size));
        return 0;
}
