/* event_layout: the table of events. */
#include "event_layout.h"

#include <hartonomous/document.h>
#include <hartonomous/json.h>

#define WORD                                                                                                           \
        {                                                                                                              \
                RULE_WORD, false, 1, EMIT_WORD_MAX                                                                     \
        }
#define TEXT(most)                                                                                                     \
        {                                                                                                              \
                RULE_TEXT, false, 0, most                                                                              \
        }
#define MAY_TEXT(most)                                                                                                 \
        {                                                                                                              \
                RULE_TEXT, true, 0, most                                                                               \
        }
#define METADATA                                                                                                       \
        {                                                                                                              \
                RULE_METADATA, false, 2, EMIT_METADATA_MAX                                                             \
        }
#define MAY_METADATA                                                                                                   \
        {                                                                                                              \
                RULE_METADATA, true, 2, EMIT_METADATA_MAX                                                              \
        }

static const event_layout layouts[] = {
        [EVENT_SLICE] = {.name = "slice", .subtype = true, .numbers = true},
        [EVENT_CONTENT] = {.name = "content",
                           .subtype = true,
                           .text_count = 2,
                           .texts = {{RULE_BYTES, true, 0, HART_SEPARATOR_MAX},
                                     {RULE_BYTES, false, 1, HART_COMPONENT_MAX}}},
        [EVENT_OPEN] = {.name = "node", .text_count = 3, .texts = {WORD, MAY_TEXT(EMIT_LABEL_MAX), MAY_METADATA}},
        [EVENT_CLOSE] = {.name = "end of a node"},
        [EVENT_DESCRIBE] = {.name = "description", .text_count = 1, .texts = {METADATA}},
        [EVENT_CHILD_BEGIN] = {.name = "child",
                               .text_count = 4,
                               .texts = {MAY_TEXT(EMIT_NAME_MAX), MAY_TEXT(EMIT_TYPE_MAX), WORD, MAY_METADATA}},
        [EVENT_CHILD_BYTES] = {.name = "part of a child",
                               .text_count = 1,
                               .texts = {{RULE_BYTES, false, 1, EVENT_BYTES_MAX}}},
        [EVENT_CHILD_END] = {.name = "end of a child", .text_count = 1, .texts = {MAY_TEXT(EMIT_LABEL_MAX)}},
        [EVENT_PROBLEM] = {.name = "problem", .text_count = 1, .texts = {TEXT(EMIT_LABEL_MAX)}},
        [EVENT_END] = {.name = "end", .numbers = true},
};

const event_layout *event_layout_of(unsigned kind)
{
        return kind > 0 && kind < sizeof layouts / sizeof *layouts ? &layouts[kind] : NULL;
}

/* A backslash takes the next character with it, so "\\u0000" is five letters and stays. */
static void mend(char *text, size_t size)
{
        char *end = text + size;
        for (char *at = text; (at = memchr(at, '\\', (size_t)(end - at))) != NULL && end - at > 1; at += 2) {
                if (end - at >= 6 && memcmp(at + 1, "u0000", 5) == 0)
                        memcpy(at + 2, "fffd", 4);
        }
}

bool event_mend_metadata(char *text, size_t size)
{
        hart_json *value;
        mend(text, size);
        if (hart_json_parse(text, size, &value, NULL) != HART_OK)
                return false;
        bool is_object = hart_json_kind_of(value) == HART_JSON_OBJECT;
        hart_json_close(value);
        return is_object;
}
