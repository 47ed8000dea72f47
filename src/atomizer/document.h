/* A whole document, for atomizers that do not work window by window. Reading never fails: the bytes are at hand. */
#ifndef ATOMIZER_DOCUMENT_H
#define ATOMIZER_DOCUMENT_H

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

/* Borrows data, which may be NULL where size is 0. */
void document_open_memory(hart_document *document, const void *data, size_t size);
/* Takes no ownership of fd, a file of `size` bytes that nobody changes. */
void document_open_file(hart_document *document, int fd, uint64_t size);
void document_close(hart_document *document);

/* Bytes from `offset` on: `size` of them, fewer only at the document's end. For formats that are read as a stream. */
size_t document_read(const hart_document *document, uint64_t offset, void *buffer, size_t size);

/* All of it in memory, until the document is closed; for libraries that want that, and for slices. Never NULL.
 * HART_FAILED where there is no room for it. */
hart_code document_map(hart_document *document, const unsigned char **data, hart_error *err);

#endif
