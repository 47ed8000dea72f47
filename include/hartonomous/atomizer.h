/* Atomizers: pure functions from bytes to atoms and the bytes between them. No file, no database, no clock.
 *
 * A document is a sequence  lead, component 0, separator 0, component 1, separator 1, …  whose concatenation is the
 * input, byte for byte. There are three ways to get there:
 *
 * HART_WINDOWS  Content comes in windows: an atomizer emits what it is sure of and says how many bytes of the window
 *               that covers; the next window begins there. So any step can be the first one after a crash, and the
 *               result does not depend on where windows end. For formats whose pieces can be told without a look back.
 * HART_SLICES   The atomizer sees the whole document and names slices of it, in order, with a tree of nodes over them.
 *               What no slice covers becomes a separator or a component of subtype 0 by itself (emitter.h).
 * HART_EXTRACT  The document's bytes are kept as content-defined chunks; besides, the atomizer says what is inside:
 *               components with bytes of their own (a page's text, an image's pixels), a tree of nodes over them, and
 *               documents that lie in this one (an archive's entries), which are ingested as sources of their own. */
#ifndef HARTONOMOUS_ATOMIZER_H
#define HARTONOMOUS_ATOMIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/error.h>
#include <hartonomous/memory.h>

/* What a component can be. */
typedef struct hart_subtype {
        const char *name;     /* "sentence", "heading", "code", "chunk": lower-case letters and hyphens */
        bool embeddable;      /* is it text worth a vector? */
        const char *modality; /* NULL: the atomizer's. A sentence of a PDF file is {"sentence", true, "text"} */
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

typedef enum hart_way { HART_WINDOWS, HART_SLICES, HART_EXTRACT } hart_way;

/* How far an atomizer follows a document. Beyond a limit it stops there and says so with emit_problem(). */
typedef struct hart_limits {
        uint32_t depth;    /* nesting of elements, objects, parts: at most HART_DEPTH_MAX */
        uint32_t children; /* documents in one document */
        uint64_t expanded; /* bytes of all documents in one document, and of what is unpacked to read one */
        uint32_t ratio;    /* unpacked to packed bytes, beyond the first 16 MiB */
        uint64_t pixels;   /* of one image */
} hart_limits;
#define HART_DEPTH_MAX 4096
extern const hart_limits hart_default_limits;

typedef struct hart_document hart_document; /* src/atomizer/document.h */
typedef struct hart_emitter hart_emitter;   /* src/atomizer/emitter.h */

typedef struct hart_atomizer {
        const char *name; /* "text", "markdown", "chunks": recorded in the source */
        int version;      /* grows when the result changes */
        hart_way way;
        const char *modality;             /* of the document and its components: "text", "binary" */
        const char *document_subtype;     /* of the root atom: "document", "markdown-document", "blob" */
        const char *const *content_types; /* NULL-terminated; NULL for the one that takes everything */
        const hart_subtype *subtypes;
        unsigned subtype_count; /* at most HART_SUBTYPES_MAX */
        /* *consumed: bytes of the window that were emitted (lead, components, separators); == size when last. 0 with
         * !last asks for a longer window; with a window of HART_WINDOW_MAX it must make progress. What the sink returns
         * other than HART_OK ends it and is returned. */
        hart_code (*run)(const hart_window *window, const hart_atom_sink *sink, size_t *consumed, hart_error *err);
        /* HART_SLICES, HART_EXTRACT: all of the document. Broken content is no failure: what could be read is emitted,
         * the reason goes to emit_problem(), and the answer is HART_OK. What an emit_ function returns other than
         * HART_OK ends it and is returned. HART_FAILED only for what another attempt may mend. */
        hart_code (*run_document)(hart_document *document, hart_emitter *emitter, hart_error *err);
        bool marks_separate; /* HART_SLICES: what lies between slices is markup, a separator whatever it says */
        /* What it loads before the first run, and lets go; may be NULL. HART_FATAL where something is missing. */
        hart_code (*open)(hart_error *err);
        void (*close)(void);
} hart_atomizer;

#define HART_SUBTYPES_MAX 32
#define HART_WINDOW_MAX   ((size_t)4 << 20)
/* No component is longer. A longer sentence, line or code block is cut: at a line end inside it where there is one,
 * else at the last code point boundary before this many bytes. */
#define HART_COMPONENT_MAX ((size_t)64 << 10)
/* White space between two components beyond this many bytes becomes components of subtype "space". */
#define HART_SEPARATOR_MAX ((size_t)4 << 10)

/* Loads what atomizers need (rules, codecs, tables), once a process, before the first run: no file is opened later, no
 * thread is started, and nothing asks for the time zone, the locale or the environment. */
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

/* The content type of a document by its first bytes (64 KiB are enough), then by what its sender declared, then by its
 * file name (both may be NULL). First bytes that say for sure what a format is are believed more than anybody's word;
 * of text, which says little of itself, word and name decide. Appended to `ret`: a media type in lower case,
 * "application/octet-stream" where nothing is known, "text/plain" for text. */
void hart_content_type(const unsigned char *head, size_t size, const char *declared, const char *file_name,
                       hart_buffer *ret);
/* ICU's Unicode version, "15.0". */
const char *hart_unicode_version(void);

#endif
