/* What the daemon asks for: requests to bytes and back. */
#ifndef ATOMIZE_REQUEST_H
#define ATOMIZE_REQUEST_H

#include "protocol.h"

#define REQUEST_HEAD_MAX ((size_t)64 << 10)
#define REQUEST_TEXT_MAX 4096 /* a name, a declared type */
/* Of IDENTIFY and DOCUMENT, what stands before the bytes. */
#define REQUEST_FRONT_MAX (36 + 2 * (FRAME_TEXT_ROOM + REQUEST_TEXT_MAX))

/* A request as the child understands it; windows, texts and bytes borrow the payload. */
typedef struct atomize_request {
        uint8_t kind;                  /* FRAME_RUN, FRAME_IDENTIFY or FRAME_DOCUMENT */
        const hart_atomizer *atomizer; /* not for IDENTIFY */
        hart_window window;            /* RUN */
        uint32_t max_pieces;
        const char *name, *content_type; /* may be NULL; for IDENTIFY the type as it was declared */
        const unsigned char *data;       /* IDENTIFY: the first bytes. DOCUMENT: all, where it is not a file */
        uint64_t size;                   /* of data, or of the file */
        bool is_file;
        hart_limits limits; /* DOCUMENT */
} atomize_request;

/* The most payload the daemon may announce with this header; 0 too for a kind that it may not send. */
size_t frame_limit_of_request(const frame_header *header);

/* HART_FAILED: not a request. */
hart_code atomize_read_request(const frame_header *header, const unsigned char *payload, atomize_request *ret,
                               hart_error *err);

/* Writes the frame of IDENTIFY or DOCUMENT up to where the bytes follow, appended to `out`. Names and types that are
 * too long are cut: of a name the end is kept. */
void atomize_write_request(const atomize_request *request, hart_buffer *out);

#endif
