#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_STEP 4096

static void close_p(const int *descriptor)
{
        if (*descriptor >= 0)
                (void)close(*descriptor);
}

static hart_code read_all(int descriptor, const char *path, size_t limit, hart_buffer *out, hart_error *err)
{
        for (size_t start = out->size;;) {
                ssize_t got = read(descriptor, hart_buffer_reserve(out, READ_STEP), READ_STEP);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return hart_fail_errno(err, HART_CONFIG, errno, "%s: cannot be read", path);
                if (got == 0)
                        return HART_OK;
                out->size += (size_t)got;
                if (out->size - start > limit)
                        return hart_fail(err, HART_CONFIG, "%s: is longer than %zu bytes", path, limit);
        }
}

hart_code file_read(const char *path, size_t limit, hart_buffer *out, hart_error *err)
{
        /* O_NONBLOCK: a FIFO in the place of a file must not hang the start. */
        HART_CLEANUP(close_p) int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        struct stat status;

        if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR))
                return HART_EMPTY;
        if (descriptor < 0 && errno == EACCES)
                return hart_fail_errno(
                        err, HART_CONFIG, errno,
                        "%s: cannot be read by user %u; give that user the right to, or name another file", path,
                        (unsigned)geteuid());
        if (descriptor < 0 || fstat(descriptor, &status) != 0)
                return hart_fail_errno(err, HART_CONFIG, errno, "%s: cannot be opened", path);
        /* A link to /dev/null is systemd's way to switch a file off. */
        if (!S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode))
                return hart_fail(err, HART_CONFIG, "%s: is not a file", path);
        return read_all(descriptor, path, limit, out, err);
}
