/* wire: read, write and recvmsg, again until all is there. */
#include "wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

hart_code wire_write(int fd, const unsigned char *data, size_t size, hart_error *err)
{
        while (size > 0) {
                ssize_t written = write(fd, data, size);
                if (written < 0 && errno == EINTR)
                        continue;
                if (written <= 0)
                        return hart_fail_errno(err, HART_FATAL, errno, "write");
                data += written;
                size -= (size_t)written;
        }
        return HART_OK;
}

hart_code wire_read(int fd, unsigned char *data, size_t size, hart_error *err)
{
        for (size_t done = 0; done < size;) {
                ssize_t got = read(fd, data + done, size - done);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return hart_fail_errno(err, HART_FATAL, errno, "read");
                if (got == 0 && done == 0)
                        return HART_EMPTY;
                if (got == 0)
                        return hart_fail(err, HART_FATAL, "the request ends in mid-frame");
                done += (size_t)got;
        }
        return HART_OK;
}

hart_code wire_receive_document(int fd, hart_error *err)
{
        unsigned char byte;
        union {
                char bytes[CMSG_SPACE(sizeof(int))];
                struct cmsghdr aligned;
        } control = {0};
        struct iovec part = {.iov_base = &byte, .iov_len = 1};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control.bytes,
                                 .msg_controllen = sizeof control.bytes};
        ssize_t got;
        int received = -1;
        do
                got = recvmsg(fd, &message, 0);
        while (got < 0 && errno == EINTR);
        if (got < 0)
                return hart_fail_errno(err, HART_FATAL, errno, "recvmsg");
        const struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        if (got == 1 && head != NULL && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS)
                memcpy(&received, CMSG_DATA(head), sizeof received);
        if (received != ATOMIZE_DOCUMENT_FD)
                return hart_fail(err, HART_FATAL, "the document came as descriptor %d instead of %d", received,
                                 ATOMIZE_DOCUMENT_FD);
        return HART_OK;
}

hart_code wire_send(int fd, const frame_header *header, const void *payload, hart_error *err)
{
        unsigned char frame[FRAME_HEADER_SIZE + HART_ERROR_TEXT_MAX];
        frame_put_header(frame, header);
        if (header->size > 0)
                memcpy(frame + FRAME_HEADER_SIZE, payload, header->size);
        return wire_write(fd, frame, FRAME_HEADER_SIZE + header->size, err);
}

hart_code wire_send_failure(int fd, hart_code code, const hart_error *failure, hart_error *err)
{
        return wire_send(fd,
                         &(frame_header){.size = (uint32_t)strlen(failure->text),
                                         .kind = FRAME_FAILED,
                                         .number = (uint16_t)-code},
                         failure->text, err);
}
