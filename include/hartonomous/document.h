/* A whole document, and what an atomizer of way HART_SLICES or HART_EXTRACT says of it: how such an atomizer is run.
 * What it is written with is src/atomizer/emitter.h. */
#ifndef HARTONOMOUS_DOCUMENT_H
#define HARTONOMOUS_DOCUMENT_H

#include <hartonomous/atomizer.h>

struct hart_document {
        uint64_t size;
        const char *name;         /* file name, "" where unknown */
        const char *content_type; /* as found */
        const hart_limits *limits;
        /* private */
        const unsigned char *data; /* all of it, once it was asked for or where it came so */
        int fd;                    /* a file with the bytes, or -1 */
        bool mapped;
};

/* Borrows data, which may be NULL where size is 0. Name, type and limits are set behind. */
void document_open_memory(hart_document *document, const void *data, size_t size);
/* Takes no ownership of fd, a file of `size` bytes that nobody changes. */
void document_open_file(hart_document *document, int fd, uint64_t size);
void document_close(hart_document *document);

#define EMIT_WORD_MAX     32 /* kinds and relations: bytes */
#define EMIT_LABEL_MAX    1024
#define EMIT_METADATA_MAX ((size_t)64 << 10)
#define EMIT_NAME_MAX     4096
#define EMIT_TYPE_MAX     255

/* A part of a document with components, or other nodes, in it. */
typedef struct hart_node {
        const char *kind;     /* "page", "table", "function", "tensor": lower-case letters, digits and hyphens */
        const char *label;    /* its name or title; NULL where it has none. Cut to EMIT_LABEL_MAX bytes */
        const char *metadata; /* what else is known of it, a JSON object (hart_json_writer); NULL for nothing */
} hart_node;

/* A document in this one. */
typedef struct hart_child {
        const char *name;         /* path in the archive, file name of the attachment; may be NULL */
        const char *content_type; /* as declared there; NULL where nothing is said */
        const char *relation;     /* "archive-entry", "attachment", "embedded-image": how it lies in this one */
        const char *metadata;     /* a JSON object: mode, modification time, …; NULL for nothing */
} hart_child;

/* Where it goes: to the daemon, or into a test. Gaps lie before components; the first one is the lead. */
typedef struct hart_event_sink {
        /* HART_SLICES: `gap` bytes that are a separator, then a component of `size` bytes. */
        hart_code (*slice)(void *data, unsigned subtype, uint32_t gap, uint32_t size, hart_error *err);
        /* HART_EXTRACT: the same with bytes of their own. */
        hart_code (*content)(void *data, unsigned subtype, const hart_buffer *gap, const void *bytes, size_t size,
                             hart_error *err);
        hart_code (*open)(void *data, const hart_node *node, hart_error *err);
        hart_code (*close)(void *data, hart_error *err);
        hart_code (*describe)(void *data, const char *metadata, hart_error *err);
        hart_code (*child_begin)(void *data, const hart_child *child, hart_error *err);
        hart_code (*child_bytes)(void *data, const void *bytes, size_t size, hart_error *err);
        hart_code (*child_end)(void *data, const char *failure, hart_error *err);
        hart_code (*problem)(void *data, const char *text, hart_error *err);
        void *data;
} hart_event_sink;

/* Runs the atomizer, covers what it left out, closes what it left open. *tail: bytes behind the last slice that are its
 * separator; on HART_OK slices, gaps and the tail are the document. */
hart_code hart_atomizer_run_document(const hart_atomizer *atomizer, hart_document *document,
                                     const hart_event_sink *sink, uint32_t *tail, hart_error *err);

#endif
