/* Files, handed in: small ones are batched here, big ones go to upload.c. */
#include "ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_INTERVAL 200 /* milliseconds */

static void close_p(int *fd)
{
        if (*fd >= 0)
                close(*fd);
}

/* A terminal or a pipe may be silent for ever; SIGINT is held back and would not end the read. False: asked to stop. */
static bool await_bytes(int fd)
{
        struct pollfd input = {.fd = fd, .events = POLLIN};
        while (poll(&input, 1, LOOK_INTERVAL) == 0)
                if (ctl_interrupted(NULL) != HART_OK)
                        return false;
        return true;
}

bool ingest_read_chunk(struct ingest *ingest, int fd, size_t *size)
{
        *size = 0;
        while (*size < CHUNK_BYTES && await_bytes(fd)) {
                ssize_t got = read(fd, ingest->chunk + *size, CHUNK_BYTES - *size);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return false;
                if (got == 0)
                        break;
                *size += (size_t)got;
        }
        return true;
}

bool ingest_is_unaltered(const struct stat *before, int fd)
{
        struct stat after;
        return fstat(fd, &after) == 0 && before->st_size == after.st_size &&
               before->st_mtim.tv_sec == after.st_mtim.tv_sec && before->st_mtim.tv_nsec == after.st_mtim.tv_nsec;
}

bool ingest_end(struct ingest *ingest, const hart_error *err)
{
        ingest->error = *err;
        return false;
}

static bool ingest_small(struct ingest *ingest, struct document *document, int fd, const struct stat *status,
                         char **file_name, char **uri)
{
        size_t size = 0;
        hart_error err = {0};
        if (!ingest_read_chunk(ingest, fd, &size)) {
                ingest_failed(ingest, document, "cannot be read: %s", strerror(errno));
                return true;
        }
        if (!ingest_is_unaltered(status, fd) || size != (size_t)status->st_size) {
                ingest_failed(ingest, document, "changed while it was read; try again");
                return true;
        }
        batched *one = &ingest->batch[ingest->batch_count];
        one->document = (size_t)(document - ingest->documents);
        one->raw_size = (int32_t)size;
        hart_sha256(ingest->chunk, size, one->hash);
        if (chunk_encode(ingest->chunk, size, &one->data, &one->compressed, &err) != HART_OK)
                return ingest_end(ingest, &err);
        one->file_name = HART_TAKE(*file_name);
        one->uri = HART_TAKE(*uri);
        document->size = (int64_t)size;
        ingest->batch_count++;
        ingest->batch_bytes += one->data.size;
        ingest->bytes += size;
        return (ingest->batch_count < BATCH_DOCUMENTS && ingest->batch_bytes < BATCH_BYTES) || ingest_flush(ingest);
}

bool ingest_opened(struct ingest *ingest, struct document *document, int fd, const struct stat *status,
                   char **file_name, char **uri)
{
        if ((size_t)status->st_size < CHUNK_BYTES)
                return ingest_small(ingest, document, fd, status, file_name, uri);
        return ingest_big(ingest, document, fd, status, *file_name, *uri);
}

bool ingest_file(struct ingest *ingest, const char *path)
{
        struct document *document = ingest_add(ingest, path);
        if (ctl_interrupted(NULL) != HART_OK)
                return false;
        HART_CLEANUP(close_p) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        struct stat status;
        if (fd < 0 || fstat(fd, &status) != 0) {
                ingest_failed(ingest, document, "%s", strerror(errno));
                return true;
        }
        if (!S_ISREG(status.st_mode)) {
                ingest_failed(ingest, document, "is no file any more");
                return true;
        }
        HART_CLEANUP(hart_free_p) char *absolute = realpath(path, NULL);
        HART_CLEANUP(hart_free_p) char *file_name = file_name_of(path);
        HART_CLEANUP(hart_free_p) char *uri = file_uri(absolute ? absolute : path);
        return ingest_opened(ingest, document, fd, &status, &file_name, &uri);
}
