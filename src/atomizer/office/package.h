/* A zip package with parts in it: Office Open XML (ECMA-376, part 2) and OpenDocument. Parts are read one at a time;
 * all that is unpacked counts against the document's limits. */
#ifndef ATOMIZER_OFFICE_PACKAGE_H
#define ATOMIZER_OFFICE_PACKAGE_H

#include "../emitter.h"

struct package_entry {
        char *name;
        bool encrypted;
};

struct package {
        hart_document *document;
        hart_emitter *emitter;
        const unsigned char *data;
        struct package_entry *entries; /* in the file's order, folders too */
        size_t count;
        /* private */
        struct archive *archive;
        size_t next; /* the entry behind the one that is read */
        bool cut;    /* the directory at its end is missing */
        uint64_t expanded, skipped;
        bool stopped;      /* at a limit, which is told */
        bool locked;       /* OpenDocument: parts are encrypted */
        const char *broke; /* why the last read failed */
        char **declared;   /* pairs: ".png" or "word/media/a.bin", and its content type */
        size_t declared_count;
};

/* Reads names in this archive once, so that all is loaded that libarchive needs for it. */
void package_open_library(const unsigned char *archive, size_t size);
void package_close_library(void);

/* HART_EMPTY where it is no package, which is told. */
hart_code package_open(struct package *package, hart_document *document, hart_emitter *emitter, hart_error *err);
void package_done(struct package *package);

/* PACKAGE_NONE where there is no such part. Capitals and small letters are the same. */
#define PACKAGE_NONE SIZE_MAX
size_t package_find(const struct package *package, const char *name);
/* HART_EMPTY where the part cannot be read; *why says what it is, or is NULL where a limit ends the document. */
hart_code package_seek(struct package *package, size_t index, const char **why, hart_error *err);
/* Bytes of the part; 0 at its end; -1 where it is broken (package->broke) or a limit is reached (package->stopped). */
ptrdiff_t package_read(struct package *package, void *buffer, size_t size, hart_error *err);
/* Takes `amount` more bytes from what may be unpacked. HART_EMPTY beyond, which is told. */
hart_code package_charge(struct package *package, uint64_t amount, hart_error *err);

/* Parts whose names begin so are children. "embedded-image" or, for what is no image, "embedded-file". */
hart_code package_emit_children(struct package *package, const char *prefix, hart_error *err);
/* Reads [Content_Types].xml, so that children have their type; of OpenDocument it is META-INF/manifest.xml. */
hart_code package_read_types(struct package *package, hart_error *err);
/* What type the part is said to have; NULL where nothing is said. */
const char *package_type(const struct package *package, const char *name);

#endif
