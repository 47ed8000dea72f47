/* What the ingestion daemon and hartonomous-atomize say to each other: frames over a stream socket.
 *
 * A frame is a header of eight bytes and its payload. All numbers are little-endian.
 *     u32 payload size · u8 kind · u8 flags · u16 number
 * A text in a payload is u32 size + 1 (0: nothing was said), its bytes, and a NUL.
 *
 * The daemon sends RUN and reads PIECES … DONE; IDENTIFY, TYPE; DOCUMENT, EVENTS … with the last event in it; or, for
 * any of them, FAILED. Neither side believes the other: sizes are bounded, kinds and orders are checked. Of a window
 * the daemon takes only sizes from the child, never bytes; of a document what events.h lets through. */
#ifndef ATOMIZE_PROTOCOL_H
#define ATOMIZE_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <hartonomous/atomizer.h>

#define FRAME_HEADER_SIZE 8
#define PIECE_SIZE        12
#define PIECES_PER_FRAME  1024
/* Far more than a batch has room for; bounds what a request may ask for. */
#define PIECES_MAX (UINT32_C(1) << 20)
/* Every event fits into one; the child fills frames before it sends them. */
#define EVENTS_FRAME_MAX    ((size_t)256 << 10)
#define ATOMIZE_FD          3 /* the child's end */
#define ATOMIZE_DOCUMENT_FD 4 /* the child's document, where it comes as a file */

enum frame_kind {
        FRAME_READY = 1, /* child, once: number = protocol version; u32 fingerprint of its table */
        FRAME_RUN,       /* daemon: flags = enum run_flag, number = atomizer; u32 most pieces, then the window */
        FRAME_PIECES,    /* child: pieces, each u32 size, u32 separator size, u32 subtype */
        FRAME_DONE,      /* child: flags = enum done_flag; u32 lead size, u32 bytes of the window in all pieces */
        FRAME_FAILED,    /* child: number = 0 − hart_code; text */
        FRAME_IDENTIFY,  /* daemon: texts declared, name; then the document's first bytes */
        FRAME_TYPE,      /* child: number = atomizer; the content type */
        FRAME_DOCUMENT, /* daemon: flags = enum document_flag, number = atomizer; u32 depth, u32 children, u64 expanded,
                         * u32 ratio, u64 pixels, u64 size, texts name, content type; then the document, or behind the
                         * frame one byte with a descriptor (SCM_RIGHTS) */
        FRAME_EVENTS    /* child: events */
};
enum { PROTOCOL_VERSION = 2 };
enum run_flag { RUN_FIRST = 1, RUN_LAST = 2 };
enum done_flag { DONE_FULL = 1 }; /* the most pieces were reached: nothing counts but the bytes they cover */
enum document_flag { DOCUMENT_FILE = 1 };

typedef struct frame_header {
        uint32_t size;
        uint8_t kind, flags;
        uint16_t number;
} frame_header;

/* One component, as sizes: the bytes are in the daemon's window. */
typedef struct atomize_piece {
        uint32_t size, separator_size, subtype;
} atomize_piece;

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

static inline void frame_put_u32(unsigned char *out, uint32_t value)
{
        for (unsigned i = 0; i < 4; i++)
                out[i] = (unsigned char)(value >> (8 * i));
}

static inline uint32_t frame_get_u32(const unsigned char *in)
{
        return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

void frame_put_u64(unsigned char *out, uint64_t value);
uint64_t frame_get_u64(const unsigned char *in);

#define FRAME_TEXT_ROOM 5 /* what a text takes besides its bytes */

/* Returns where the next thing goes. `data` NULL: nothing is said. */
static inline unsigned char *frame_put_text(unsigned char *out, const void *data, size_t size)
{
        frame_put_u32(out, data != NULL ? (uint32_t)size + 1 : 0);
        out += 4;
        if (data == NULL)
                return out;
        if (size > 0)
                memcpy(out, data, size);
        out[size] = '\0';
        return out + size + 1;
}

/* *data NULL: nothing was said. NULL where the text is not all there. */
static inline const unsigned char *frame_get_text(const unsigned char *in, const unsigned char *end, const char **data,
                                                  size_t *size)
{
        if (end - in < 4)
                return NULL;
        uint32_t stored = frame_get_u32(in);
        in += 4;
        *data = NULL;
        *size = 0;
        if (stored == 0)
                return in;
        if (stored > (size_t)(end - in) || in[stored - 1] != '\0')
                return NULL;
        *data = (const char *)in;
        *size = stored - 1;
        return in + stored;
}

/* The most payload a peer may announce with this header; 0 too for a kind that it may not send. */
size_t frame_limit_of_reply(const frame_header *header);

/* Says of two programs whether their tables of atomizers are the same: numbers stand for rows. */
uint32_t atomize_table_fingerprint(void);
uint16_t atomize_number_of(const hart_atomizer *atomizer);

/* Takes one frame of the reply to a window. HART_OK with reply->done at its end. HART_FAILED: the child breaks the
 * protocol or its pieces are not the window's bytes; anything else is what the atomizer said. */
hart_code atomize_take_reply(atomize_reply *reply, const frame_header *header, const unsigned char *payload,
                             hart_error *err);
/* Takes the answer to IDENTIFY; the content type is appended to `type`. */
hart_code atomize_take_type(const frame_header *header, const unsigned char *payload, hart_buffer *type,
                            const hart_atomizer **ret, hart_error *err);
/* A frame of kind FAILED: always an error. */
hart_code atomize_take_failure(const frame_header *header, const unsigned char *payload, hart_error *err);

#endif
