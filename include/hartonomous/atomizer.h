/* Atomizers: pure functions from bytes to atoms and the bytes between them. No file, no database, no clock.
 *
 * A document is a sequence  lead, component 0, separator 0, component 1, separator 1, …  whose concatenation is the
 * input, byte for byte. Content comes in windows: an atomizer emits what it is sure of and says how many bytes of the
 * window that covers; the next window begins there. So any step can be the first one after a crash, and the result
 * does not depend on where windows end. */
#ifndef HARTONOMOUS_ATOMIZER_H
#define HARTONOMOUS_ATOMIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>

/* What a component can be. */
typedef struct hart_subtype {
        const char *name; /* "sentence", "heading", "code", "chunk": lower-case letters and hyphens */
        bool embeddable;  /* is it text worth a vector? */
} hart_subtype;

/* One component and the bytes that follow it up to the next. All pointers are into the window. */
typedef struct hart_component {
        unsigned subtype; /* index into the atomizer's subtypes */
        const unsigned char *content;
        size_t size; /* > 0 */
        const unsigned char *separator;
        size_t separator_size;
} hart_component;

typedef struct hart_atom_sink {
        /* Bytes before the first component of the document; at most once, before any component. */
        hart_code (*lead)(void *data, const unsigned char *bytes, size_t size, hart_error *err);
        hart_code (*component)(void *data, const hart_component *component, hart_error *err);
        void *data;
} hart_atom_sink;

typedef struct hart_window {
        const unsigned char *data;
        size_t size;
        bool first; /* begins at byte 0 of the document */
        bool last;  /* nothing follows */
} hart_window;

typedef struct hart_atomizer {
        const char *name;                 /* "text", "markdown", "chunks": recorded in the source */
        int version;                      /* grows when the result changes */
        const char *modality;             /* of the document and its components: "text", "binary" */
        const char *document_subtype;     /* of the root atom: "document", "markdown-document", "blob" */
        const char *const *content_types; /* NULL-terminated; NULL for the one that takes everything */
        const hart_subtype *subtypes;
        unsigned subtype_count; /* at most HART_SUBTYPES_MAX */
        /* *consumed: bytes of the window that were emitted (lead, components, separators); == size when last. 0 with
         * !last asks for a longer window; with a window of HART_WINDOW_MAX it must make progress. What the sink returns
         * other than HART_OK ends it and is returned. */
        hart_code (*run)(const hart_window *window, const hart_atom_sink *sink, size_t *consumed, hart_error *err);
} hart_atomizer;

#define HART_SUBTYPES_MAX 32
#define HART_WINDOW_MAX   ((size_t)4 << 20)
/* No component is longer. A longer sentence, line or code block is cut: at a line end inside it where there is one,
 * else at the last code point boundary before this many bytes. */
#define HART_COMPONENT_MAX ((size_t)64 << 10)
/* White space between two components beyond this many bytes becomes components of subtype "space". */
#define HART_SEPARATOR_MAX ((size_t)4 << 10)

/* Loads what atomizers need (ICU's rules), once a process, before the first run: no file is opened later. */
hart_code hart_atomizers_open(hart_error *err);
void hart_atomizers_close(void);

/* The table, most special first; the last row takes everything. */
extern const hart_atomizer *const hart_atomizers[];
extern const size_t hart_atomizer_count;
const hart_atomizer *hart_atomizer_find(const char *name);
/* For a content type such as "text/plain; charset=utf-8" and the document's first bytes (64 KiB are enough): of a type
 * without an atomizer of its own, what is text is taken apart as text. Never NULL. */
const hart_atomizer *hart_atomizer_for(const char *content_type, const unsigned char *head, size_t size);
/* Valid UTF-8 without NUL in its first 64 KiB? Nothing is text. */
bool hart_is_text(const unsigned char *head, size_t size);

/* The content type of a document by its first bytes (64 KiB are enough), then by its file name (may be NULL).
 * Returns static text, "application/octet-stream" where nothing is known, "text/plain" for valid UTF-8. */
const char *hart_content_type(const unsigned char *head, size_t size, const char *file_name);
/* ICU's Unicode version, "15.0". */
const char *hart_unicode_version(void);

#endif
