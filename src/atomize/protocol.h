/* What the ingestion daemon and hartonomous-atomize say to each other: frames over a stream socket.
 *
 * A frame is a header of eight bytes and its payload. All numbers are little-endian.
 *     u32 payload size · u8 kind · u8 flags · u16 number
 * The daemon sends RUN and reads PIECES … DONE, or FAILED. Neither side believes the other: sizes are bounded, kinds
 * and orders are checked, and the daemon takes only sizes from the child, never bytes. */
#ifndef ATOMIZE_PROTOCOL_H
#define ATOMIZE_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hartonomous/atomizer.h>

#define FRAME_HEADER_SIZE 8
#define PIECE_SIZE        12
#define PIECES_PER_FRAME  1024
/* Far more than a batch has room for; bounds what a request may ask for. */
#define PIECES_MAX (UINT32_C(1) << 20)
#define ATOMIZE_FD 3 /* the child's end */

enum frame_kind {
        FRAME_READY = 1, /* child, once: number = protocol version */
        FRAME_RUN,       /* daemon: flags = enum run_flag, number = atomizer; u32 most pieces, then the window */
        FRAME_PIECES,    /* child: pieces, each u32 size, u32 separator size, u32 subtype */
        FRAME_DONE,      /* child: flags = enum done_flag; u32 lead size, u32 bytes of the window in all pieces */
        FRAME_FAILED     /* child: number = 0 − hart_code; text */
};
enum { PROTOCOL_VERSION = 1 };
enum run_flag { RUN_FIRST = 1, RUN_LAST = 2 };
enum done_flag { DONE_FULL = 1 }; /* the most pieces were reached: nothing counts but the bytes they cover */

typedef struct frame_header {
        uint32_t size;
        uint8_t kind, flags;
        uint16_t number;
} frame_header;

/* One component, as sizes: the bytes are in the daemon's window. */
typedef struct atomize_piece {
        uint32_t size, separator_size, subtype;
} atomize_piece;

/* A request as the child understands it; the window borrows the payload. */
typedef struct atomize_request {
        const hart_atomizer *atomizer;
        hart_window window;
        uint32_t max_pieces;
} atomize_request;

/* What the daemon knows of a reply so far. */
typedef struct atomize_reply {
        const hart_atomizer *atomizer;
        size_t window_size;
        bool first, last;
        uint32_t max_pieces;
        atomize_piece *pieces; /* room for max_pieces */
        uint32_t count;
        uint64_t covered; /* bytes of all pieces */
        uint32_t lead_size;
        bool done, full;
} atomize_reply;

void frame_put_header(unsigned char out[FRAME_HEADER_SIZE], const frame_header *header);
frame_header frame_get_header(const unsigned char in[FRAME_HEADER_SIZE]);
void frame_put_u32(unsigned char *out, uint32_t value);
uint32_t frame_get_u32(const unsigned char *in);

/* The most payload a peer may announce with this header; 0 too for a kind that it may not send. */
size_t frame_limit_of_request(const frame_header *header);
size_t frame_limit_of_reply(const frame_header *header);

/* HART_FAILED: not a request. */
hart_code atomize_read_request(const frame_header *header, const unsigned char *payload, atomize_request *ret,
                               hart_error *err);

/* Takes one frame of the reply. HART_OK with reply->done at its end. HART_FAILED: the child breaks the protocol or its
 * pieces are not the window's bytes; anything else is what the atomizer said. */
hart_code atomize_take_reply(atomize_reply *reply, const frame_header *header, const unsigned char *payload,
                             hart_error *err);

#endif
