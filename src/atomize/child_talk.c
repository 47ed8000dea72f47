/* child_talk: the daemon's end of the socket: reading and writing that waits no longer than it may. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <hartonomous/clock.h>

#define SLICE_MS 200

static hart_code wait_ready(const atomize_child *child, short events, const child_patience *patience, hart_error *err)
{
        struct pollfd poller = {.fd = child->fd, .events = events};
        for (;;) {
                int ready = poll(&poller, 1, SLICE_MS);
                if (ready < 0 && errno != EINTR)
                        return hart_fail_errno(err, HART_FATAL, errno, "poll");
                /* Also where it is ready: a child that sends a byte now and then must not get round the deadline. */
                hart_code code = patience->waiting != NULL ? patience->waiting(patience->data) : HART_OK;
                if (code != HART_OK)
                        return hart_fail(err, code, "asked to stop while a document was atomized");
                if (hart_now() >= patience->deadline)
                        return hart_fail(err, HART_FAILED, "took longer than %s", patience->limit);
                if (ready > 0)
                        return HART_OK;
        }
}

static bool is_gone(int error)
{
        return error == EPIPE || error == ECONNRESET;
}

hart_code child_write(const atomize_child *child, const void *data, size_t size, const child_patience *patience,
                      hart_error *err)
{
        const unsigned char *next = data;
        while (size > 0) {
                ssize_t sent = send(child->fd, next, size, MSG_NOSIGNAL | MSG_DONTWAIT);
                if (sent > 0) {
                        next += sent;
                        size -= (size_t)sent;
                        continue;
                }
                if (is_gone(errno))
                        return HART_EMPTY;
                if (errno != EAGAIN && errno != EINTR)
                        return hart_fail_errno(err, HART_FATAL, errno, "send to the atomizer");
                hart_code code = wait_ready(child, POLLOUT, patience, err);
                if (code != HART_OK)
                        return code;
        }
        return HART_OK;
}

hart_code child_read(const atomize_child *child, void *data, size_t size, const child_patience *patience,
                     hart_error *err)
{
        unsigned char *next = data;
        while (size > 0) {
                ssize_t got = recv(child->fd, next, size, MSG_DONTWAIT);
                if (got > 0) {
                        next += got;
                        size -= (size_t)got;
                        continue;
                }
                if (got == 0 || is_gone(errno))
                        return HART_EMPTY;
                if (errno != EAGAIN && errno != EINTR)
                        return hart_fail_errno(err, HART_FATAL, errno, "receive from the atomizer");
                hart_code code = wait_ready(child, POLLIN, patience, err);
                if (code != HART_OK)
                        return code;
        }
        return HART_OK;
}

/* The daemon may write to its file, the child must not: another description of the same file. */
static int open_for_reading(int file)
{
        char path[40];
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
        return open(path, O_RDONLY | O_CLOEXEC);
}

static hart_code send_descriptor(const atomize_child *child, int file, const child_patience *patience, hart_error *err)
{
        char byte = 0;
        union {
                char bytes[CMSG_SPACE(sizeof(int))];
                struct cmsghdr aligned;
        } control = {0};
        struct iovec part = {.iov_base = &byte, .iov_len = 1};
        const struct msghdr message = {.msg_iov = &part,
                                       .msg_iovlen = 1,
                                       .msg_control = control.bytes,
                                       .msg_controllen = sizeof control.bytes};
        control.aligned =
                (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof file), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.aligned), &file, sizeof file);
        while (sendmsg(child->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) != 1) {
                if (is_gone(errno))
                        return HART_EMPTY;
                if (errno != EAGAIN && errno != EINTR)
                        return hart_fail_errno(err, HART_FATAL, errno, "send a document to the atomizer");
                hart_code code = wait_ready(child, POLLOUT, patience, err);
                if (code != HART_OK)
                        return code;
        }
        return HART_OK;
}

hart_code child_send_file(const atomize_child *child, int file, const child_patience *patience, hart_error *err)
{
        int copy = open_for_reading(file);
        if (copy < 0)
                return hart_fail_errno(err, HART_FAILED, errno, "open a document for reading");
        hart_code code = send_descriptor(child, copy, patience, err);
        (void)close(copy);
        return code;
}
