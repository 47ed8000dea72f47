/* The child's end of the socket: reading and writing that blocks. */
#ifndef ATOMIZE_WIRE_H
#define ATOMIZE_WIRE_H

#include "protocol.h"

hart_code wire_write(int fd, const unsigned char *data, size_t size, hart_error *err);
/* HART_EMPTY: the peer closed before the first byte. */
hart_code wire_read(int fd, unsigned char *data, size_t size, hart_error *err);
/* One byte with a descriptor, which must become ATOMIZE_DOCUMENT_FD. */
hart_code wire_receive_document(int fd, hart_error *err);

/* A short frame: at most HART_ERROR_TEXT_MAX bytes of payload. */
hart_code wire_send(int fd, const frame_header *header, const void *payload, hart_error *err);
hart_code wire_send_failure(int fd, hart_code code, const hart_error *failure, hart_error *err);

#endif
