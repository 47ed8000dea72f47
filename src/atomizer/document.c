/* document: bytes in memory, or in a file that is read in place. */
#include "document.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const hart_limits hart_default_limits = {
        .depth = 1000,
        .children = 100000,
        .expanded = UINT64_C(16) << 30,
        .ratio = 200,
        .pixels = UINT64_C(100) * 1000 * 1000,
};

void document_open_memory(hart_document *document, const void *data, size_t size)
{
        *document = (hart_document){.size = size,
                                    .name = "",
                                    .content_type = "application/octet-stream",
                                    .limits = &hart_default_limits,
                                    .data = data != NULL ? data : (const unsigned char *)"",
                                    .fd = -1};
}

void document_open_file(hart_document *document, int fd, uint64_t size)
{
        document_open_memory(document, NULL, 0);
        document->size = size;
        document->data = size > 0 ? NULL : document->data;
        document->fd = fd;
}

void document_close(hart_document *document)
{
        if (document->mapped) {
                /* munmap() takes what mmap() gave; the bytes were never writable. */
                union {
                        const unsigned char *read_only;
                        void *mapping;
                } bytes = {.read_only = document->data};
                (void)munmap(bytes.mapping, (size_t)document->size);
        }
        document->mapped = false;
        document->data = NULL;
}

static size_t read_file(const hart_document *document, uint64_t offset, unsigned char *buffer, size_t size)
{
        size_t done = 0;
        while (done < size) {
                ssize_t got = pread(document->fd, buffer + done, size - done, (off_t)(offset + done));
                if (got < 0 && errno == EINTR)
                        continue;
                if (got <= 0)
                        break;
                done += (size_t)got;
        }
        return done;
}

size_t document_read(const hart_document *document, uint64_t offset, void *buffer, size_t size)
{
        if (offset >= document->size)
                return 0;
        if (size > document->size - offset)
                size = (size_t)(document->size - offset);
        if (document->data == NULL)
                return read_file(document, offset, buffer, size);
        memcpy(buffer, document->data + offset, size);
        return size;
}

hart_code document_map(hart_document *document, const unsigned char **data, hart_error *err)
{
        if (document->data == NULL) {
                void *mapping = mmap(NULL, (size_t)document->size, PROT_READ, MAP_SHARED, document->fd, 0);
                if (mapping == MAP_FAILED)
                        return hart_fail_errno(err, HART_FAILED, errno, "map a document of %llu bytes into memory",
                                               (unsigned long long)document->size);
                document->data = mapping;
                document->mapped = true;
        }
        *data = document->data;
        return HART_OK;
}
