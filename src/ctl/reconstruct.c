/* reconstruct: a source's bytes on standard output or in a file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"

struct target {
        FILE *out;
        bool text_only; /* a terminal that nobody asked to be written to */
};

/* What moves a terminal's cursor or changes its state; text has none of it. */
static bool is_text(const unsigned char *bytes, size_t size)
{
        for (size_t i = 0; i < size; i++)
                if ((bytes[i] < 0x20 && !strchr("\t\n\r\f", bytes[i])) || bytes[i] == 0x7f || bytes[i] == 0)
                        return false;
        return true;
}

static hart_code write_content(const void *bytes, size_t size, void *data, hart_error *err)
{
        struct target *target = data;
        if (target->text_only && !is_text(bytes, size))
                return hart_fail(err, HART_FAILED,
                                 "the content is not text: write it with -o FILE, or -o - if you mean it");
        if (fwrite(bytes, 1, size, target->out) != size)
                return hart_fail_errno(err, HART_FAILED, errno, "cannot write");
        return HART_OK;
}

static hart_code finish(FILE *out, hart_error *err)
{
        return fflush(out) == 0 ? HART_OK : hart_fail_errno(err, HART_FAILED, errno, "cannot write");
}

static hart_code to_standard_output(struct ctl *ctl, int64_t source, int64_t *size, hart_error *err)
{
        struct target target = {.out = stdout, .text_only = !ctl->options.output && isatty(STDOUT_FILENO) == 1};
        hart_code code = hart_catalog_reconstruct(ctl->pg, (int32_t)ctl->options.tenant, source, write_content, &target,
                                                  size, err);
        return code == HART_OK ? finish(stdout, err) : code;
}

static hart_code fill_file(struct ctl *ctl, int64_t source, int fd, int64_t *size, hart_error *err)
{
        struct target target = {.out = fdopen(fd, "w")};
        if (!target.out) {
                close(fd);
                return hart_fail_errno(err, HART_FAILED, errno, "cannot write");
        }
        hart_code code = hart_catalog_reconstruct(ctl->pg, (int32_t)ctl->options.tenant, source, write_content, &target,
                                                  size, err);
        if (code == HART_OK)
                code = finish(target.out, err);
        fclose(target.out);
        return code;
}

static mode_t mode_for(const char *path)
{
        struct stat status;
        if (stat(path, &status) == 0)
                return status.st_mode & 07777;
        mode_t mask = umask(0);
        umask(mask);
        return 0666 & ~mask;
}

/* FILE is either the whole document or what it was before: the bytes go to a file beside it, which then takes its name.
 */
static hart_code to_new_file(struct ctl *ctl, int64_t source, int64_t *size, hart_error *err)
{
        const char *path = ctl->options.output;
        HART_CLEANUP(hart_free_p) char *beside = hart_format("%s.XXXXXX", path);
        int fd = mkostemp(beside, O_CLOEXEC);
        if (fd < 0)
                return hart_fail_errno(err, HART_FAILED, errno, "%s", path);
        fchmod(fd, mode_for(path));
        hart_code code = fill_file(ctl, source, fd, size, err);
        if (code == HART_OK && rename(beside, path) != 0)
                code = hart_fail_errno(err, HART_FAILED, errno, "%s", path);
        if (code != HART_OK)
                unlink(beside);
        return code;
}

static hart_code to_file(struct ctl *ctl, int64_t source, int64_t *size, hart_error *err)
{
        struct stat status;
        const char *path = ctl->options.output;
        /* A device or a pipe is written to, never replaced; nor is what a link points to. */
        if (lstat(path, &status) != 0 || S_ISREG(status.st_mode))
                return to_new_file(ctl, source, size, err);
        int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
        if (fd < 0)
                return hart_fail_errno(err, HART_FAILED, errno, "%s", path);
        return fill_file(ctl, source, fd, size, err);
}

int ctl_reconstruct(struct ctl *ctl, int count, char *arguments[])
{
        (void)count;
        int64_t source = 0, size = 0;
        int status = ctl_number("source", arguments[0], &source);
        if (status == CTL_OK)
                status = ctl_connect(ctl);
        if (status != CTL_OK)
                return status;
        hart_error err = {0};
        bool file = ctl->options.output && strcmp(ctl->options.output, "-") != 0;
        hart_code code = file ? to_file(ctl, source, &size, &err) : to_standard_output(ctl, source, &size, &err);
        if (code == HART_EMPTY)
                return ctl_not_found("source %s: there is none; `hartonomousctl source list` shows what there is",
                                     arguments[0]);
        return code == HART_OK ? CTL_OK : ctl_fail(ctl, &err);
}
