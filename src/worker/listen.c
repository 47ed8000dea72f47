#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#define BACKLOG      16
#define SOCKET_FLAGS (SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC)

static void close_p(int *fd)
{
        if (*fd >= 0)
                close(*fd);
}

/* A socket's file outlives a process that was killed. Nobody answers there: it may be removed. */
static bool is_abandoned(const struct sockaddr_un *address)
{
        HART_CLEANUP(close_p) int fd = socket(AF_UNIX, SOCKET_FLAGS, 0);
        return fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 && errno == ECONNREFUSED;
}

/* Closes a socket that came to nothing; errno stays what it was. Returns -1. */
static int give_up(int fd)
{
        const int errnum = errno;
        close(fd);
        errno = errnum;
        return -1;
}

static int bind_path(int fd, const char *path)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
        if (bind(fd, (const struct sockaddr *)&address, sizeof address) == 0)
                return 0;
        if (errno != EADDRINUSE)
                return -1;
        if (!is_abandoned(&address)) {
                errno = EADDRINUSE;
                return -1;
        }
        unlink(path);
        return bind(fd, (const struct sockaddr *)&address, sizeof address);
}

static int listen_path(const char *path)
{
        const int fd = socket(AF_UNIX, SOCKET_FLAGS, 0);
        if (fd < 0 || bind_path(fd, path) < 0)
                return fd < 0 ? -1 : give_up(fd);
        (void)chmod(path, 0660); /* the group may ask, whatever the umask says */
        if (listen(fd, BACKLOG) == 0)
                return fd;
        unlink(path);
        return give_up(fd);
}

static int listen_address(const struct addrinfo *address)
{
        const int fd = socket(address->ai_family, SOCKET_FLAGS, 0), on = 1;
        if (fd < 0)
                return -1;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
                return fd;
        return give_up(fd);
}

static hart_code listen_port(const telemetry_address *address, int *ret, hart_error *err)
{
        const struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
        struct addrinfo *found = NULL;
        const int result = getaddrinfo(*address->host ? address->host : NULL, address->port, &hints, &found);
        if (result != 0)
                return hart_fail(err, HART_FAILED, "cannot listen on %s:%s: %s", address->host, address->port,
                                 gai_strerror(result));
        int fd = -1;
        for (const struct addrinfo *one = found; one && fd < 0; one = one->ai_next)
                fd = listen_address(one);
        const int errnum = errno;
        freeaddrinfo(found);
        if (fd < 0)
                return hart_fail_errno(err, HART_FAILED, errnum, "cannot listen on %s:%s", address->host,
                                       address->port);
        *ret = fd;
        return HART_OK;
}

/* A copy of systemd's: the original stays open for the telemetry after a reload. */
static int listen_passed(void)
{
        const int fd = fcntl(SD_LISTEN_FDS_START, F_DUPFD_CLOEXEC, SD_LISTEN_FDS_START);
        if (fd < 0)
                return -1;
        if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0) {
                errno = ENOTSOCK;
                return give_up(fd);
        }
        (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        return fd;
}

hart_code listen_open(const telemetry_address *address, int *ret, bool *made, hart_error *err)
{
        const bool passed = sd_listen_fds(0) > 0, path = !passed && *address->path;
        *made = false;
        if (!passed && !path)
                return listen_port(address, ret, err);
        const int fd = passed ? listen_passed() : listen_path(address->path);
        if (fd < 0)
                return hart_fail_errno(err, HART_FAILED, errno, "cannot listen on %s",
                                       passed ? "the socket systemd passed" : address->path);
        *made = path;
        *ret = fd;
        return HART_OK;
}
