/* Events of a document: to bytes in the child, and checked on their way back in the daemon. No reading or writing of
 * sockets here, so it is tested and fuzzed without one.
 *
 * In a frame, an event is u8 kind, u8 subtype, u16 0; for EVENT_SLICE and EVENT_END u32 gap, u32 size; then its texts.
 */
#ifndef ATOMIZE_EVENTS_H
#define ATOMIZE_EVENTS_H

#include "protocol.h"

typedef enum atomize_event_kind {
        EVENT_SLICE = 1,   /* subtype, gap, size */
        EVENT_CONTENT,     /* subtype; texts: gap, content */
        EVENT_OPEN,        /* texts: kind, label, metadata */
        EVENT_CLOSE,       /* */
        EVENT_DESCRIBE,    /* texts: metadata */
        EVENT_CHILD_BEGIN, /* texts: name, content type, relation, metadata */
        EVENT_CHILD_BYTES, /* texts: bytes */
        EVENT_CHILD_END,   /* texts: failure */
        EVENT_PROBLEM,     /* texts: text */
        EVENT_END          /* gap: bytes behind the last slice */
} atomize_event_kind;

/* One thing the child says, checked: subtypes are the atomizer's, slices lie in the document, nodes and children nest,
 * kinds and relations are words of [a-z0-9-] of at most 32 bytes, labels, names and types are UTF-8 without NUL,
 * metadata is a JSON object of at most 64 KiB without \u0000, contents have 1 to HART_COMPONENT_MAX bytes. */
typedef struct atomize_event {
        atomize_event_kind kind;
        unsigned subtype;
        uint32_t gap, size;
        struct {
                const char *data; /* NULL where nothing was said; a NUL stands behind the last byte */
                size_t size;
        } texts[4];
} atomize_event;

/* Longer bytes of a child are several events. */
#define EVENT_BYTES_MAX HART_COMPONENT_MAX
/* All descriptions of a document together. */
#define EVENT_DESCRIBED_MAX ((size_t)1 << 20)
#define EVENT_PROBLEMS_MAX  64

/* --- the child's side --- */

typedef struct event_writer {
        /* Sends a frame, header and all. */
        hart_code (*send)(void *data, const unsigned char *frame, size_t size, hart_error *err);
        void *data;
        unsigned char *frame; /* FRAME_HEADER_SIZE + EVENTS_FRAME_MAX bytes */
        size_t used;          /* of the payload */
        size_t described;
        unsigned dropped; /* metadata that is no object, or is too much: passed over */
} event_writer;

hart_code events_put(event_writer *writer, const atomize_event *event, hart_error *err);
hart_code events_flush(event_writer *writer, hart_error *err);

/* --- the daemon's side --- */

typedef struct event_reader {
        const hart_atomizer *atomizer;
        hart_limits limits;
        uint64_t size;       /* of the document */
        uint64_t position;   /* HART_SLICES: bytes that were named */
        uint64_t expanded;   /* bytes of children */
        size_t described;    /* bytes of descriptions */
        uint32_t depth;      /* of open nodes */
        uint32_t children;   /* so far */
        uint32_t problems;   /* so far */
        bool in_child, done; /* EVENT_END was there */
        unsigned char *next, *end;
} event_reader;

/* A frame's payload; events point into it. The texts of metadata are mended in place. */
void events_take_frame(event_reader *reader, unsigned char *payload, size_t size);
/* HART_EMPTY: the frame is at its end, another must come. HART_FAILED: not an event, or one that cannot be. */
hart_code events_next(event_reader *reader, atomize_event *ret, hart_error *err);

#endif
