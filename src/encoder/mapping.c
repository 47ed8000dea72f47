#include "mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hartonomous/memory.h>

static void close_p(int *descriptor)
{
        if (*descriptor >= 0)
                (void)close(*descriptor);
}

static void *address_of(const struct mapping *mapping)
{
        return (void *)(uintptr_t)mapping->data;
}

hart_code mapping_open(struct mapping *ret, const char *path, hart_error *err)
{
        /* O_NONBLOCK: a FIFO in the place of a file must not hang the start. */
        HART_CLEANUP(close_p) int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        struct stat status;
        void *data;

        if (descriptor < 0)
                return hart_fail_errno(err, HART_CONFIG, errno,
                                       "%s: cannot be read; install the model (scripts/install-model) or correct its "
                                       "directory in embedding.conf",
                                       path);
        if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
                return hart_fail(err, HART_CONFIG, "%s: is not a file", path);
        if (status.st_size == 0) {
                *ret = (struct mapping){0};
                return HART_OK;
        }
        data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, descriptor, 0);
        if (data == MAP_FAILED)
                return hart_fail_errno(err, HART_CONFIG, errno, "%s: cannot be mapped into memory", path);
        *ret = (struct mapping){.data = data, .size = (size_t)status.st_size};
        return HART_OK;
}

void mapping_release_pages(const struct mapping *mapping)
{
        if (mapping->data != NULL)
                (void)madvise(address_of(mapping), mapping->size, MADV_DONTNEED);
}

void mapping_done(struct mapping *mapping)
{
        if (mapping->data != NULL)
                (void)munmap(address_of(mapping), mapping->size);
        *mapping = (struct mapping){0};
}
