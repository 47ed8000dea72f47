#include "notices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DATAGRAM_MAX 4096

static void set_ready(worker_notice *notice, const char *value)
{
        notice->ready = strcmp(value, "1") == 0;
}

static void set_patted(worker_notice *notice, const char *value)
{
        notice->patted = strcmp(value, "1") == 0;
}

static void set_stopping(worker_notice *notice, const char *value)
{
        notice->stopping = strcmp(value, "1") == 0;
}

static void set_extension(worker_notice *notice, const char *value)
{
        char *end = NULL;
        errno = 0;
        const unsigned long long found = strtoull(value, &end, 10);
        if (*value >= '0' && *value <= '9' && !*end && errno == 0)
                notice->extension = found;
}

static void set_status(worker_notice *notice, const char *value)
{
        notice->has_status = true;
        snprintf(notice->status, sizeof notice->status, "%s", value);
}

static const struct {
        const char *name;
        void (*set)(worker_notice *notice, const char *value);
} rows[] = {
        {"READY=", set_ready},
        {"WATCHDOG=", set_patted},
        {"STOPPING=", set_stopping},
        {"STATUS=", set_status},
        {"EXTEND_TIMEOUT_USEC=", set_extension},
};

static void take_line(const char *line, worker_notice *ret)
{
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                const size_t length = strlen(rows[i].name);
                if (strncmp(line, rows[i].name, length) == 0)
                        rows[i].set(ret, line + length);
        }
}

void notices_parse(const char *text, size_t size, worker_notice *ret)
{
        *ret = (worker_notice){0};
        for (size_t at = 0; at < size;) {
                const char *end = memchr(text + at, '\n', size - at);
                const size_t length = end ? (size_t)(end - text) - at : size - at;
                char line[DATAGRAM_MAX];
                const size_t kept = length < sizeof line - 1 ? length : sizeof line - 1;
                memcpy(line, text + at, kept);
                line[kept] = 0;
                take_line(line, ret);
                at += length + 1;
        }
}

hart_code notices_open(int *ret, char address[static 120], hart_error *err)
{
        struct sockaddr_un name = {.sun_family = AF_UNIX};
        socklen_t length = sizeof name;
        const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
        if (fd < 0)
                return hart_fail_errno(err, HART_FATAL, errno, "cannot make a socket for the processes");
        /* With the family alone the kernel finds a name: a NUL and five digits. */
        if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0 ||
            bind(fd, (const struct sockaddr *)&name, sizeof name.sun_family) < 0 ||
            getsockname(fd, (struct sockaddr *)&name, &length) < 0) {
                const int errnum = errno;
                close(fd);
                return hart_fail_errno(err, HART_FATAL, errnum, "cannot name a socket for the processes");
        }
        const size_t digits = length - offsetof(struct sockaddr_un, sun_path) - 1;
        snprintf(address, 120, "@%.*s", (int)digits, name.sun_path + 1);
        *ret = fd;
        return HART_OK;
}

bool notices_read(int fd, worker_notice *ret)
{
        char text[DATAGRAM_MAX];
        union {
                struct cmsghdr header;
                char room[CMSG_SPACE(sizeof(struct ucred))];
        } control;
        struct iovec part = {text, sizeof text};
        struct msghdr message = {
                .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
        ssize_t size = 0;
        do
                size = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
        while (size < 0 && errno == EINTR);
        if (size < 0)
                return false;
        notices_parse(text, (size_t)size, ret);
        const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS) {
                struct ucred sender;
                memcpy(&sender, CMSG_DATA(header), sizeof sender);
                ret->sender = sender.pid;
        }
        return true;
}
