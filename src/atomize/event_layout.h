/* What the parts of an event may be; both sides go by it. */
#ifndef ATOMIZE_EVENT_LAYOUT_H
#define ATOMIZE_EVENT_LAYOUT_H

#include "events.h"

typedef enum event_rule {
        RULE_BYTES,
        RULE_TEXT,     /* UTF-8 without NUL */
        RULE_WORD,     /* [a-z0-9-] */
        RULE_METADATA, /* a JSON object */
} event_rule;

typedef struct event_layout {
        const char *name; /* for messages */
        bool subtype, numbers;
        unsigned text_count;
        struct {
                event_rule rule;
                bool optional;
                uint32_t min, max; /* bytes */
        } texts[4];
} event_layout;

/* NULL: there is no such kind. */
const event_layout *event_layout_of(unsigned kind);

/* Replaces \u0000, which no text column takes, by \ufffd in place; then, is it a JSON object? */
bool event_mend_metadata(char *text, size_t size);

#endif
