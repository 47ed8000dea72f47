/* Reading a whole document, for atomizers that do not work window by window. It never fails: the bytes are at hand. */
#ifndef ATOMIZER_DOCUMENT_H
#define ATOMIZER_DOCUMENT_H

#include <hartonomous/document.h>

/* Bytes from `offset` on: `size` of them, fewer only at the document's end. For formats that are read as a stream. */
size_t document_read(const hart_document *document, uint64_t offset, void *buffer, size_t size);

/* All of it in memory, until the document is closed; for libraries that want that, and for slices. Never NULL.
 * HART_FAILED where there is no room for it. */
hart_code document_map(hart_document *document, const unsigned char **data, hart_error *err);

#endif
