/* protocol: frames to bytes and back, checked. No reading or writing here. */
#include "protocol.h"

#include <string.h>

void frame_put_u32(unsigned char *out, uint32_t value)
{
        for (unsigned i = 0; i < 4; i++)
                out[i] = (unsigned char)(value >> (8 * i));
}

uint32_t frame_get_u32(const unsigned char *in)
{
        return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

void frame_put_header(unsigned char out[FRAME_HEADER_SIZE], const frame_header *header)
{
        frame_put_u32(out, header->size);
        frame_put_u32(out + 4, (uint32_t)header->kind | (uint32_t)header->flags << 8 | (uint32_t)header->number << 16);
}

frame_header frame_get_header(const unsigned char in[FRAME_HEADER_SIZE])
{
        uint32_t word = frame_get_u32(in + 4);
        return (frame_header){.size = frame_get_u32(in),
                              .kind = (uint8_t)word,
                              .flags = (uint8_t)(word >> 8),
                              .number = (uint16_t)(word >> 16)};
}

size_t frame_limit_of_request(const frame_header *header)
{
        return header->kind == FRAME_RUN ? 4 + HART_WINDOW_MAX : 0;
}

size_t frame_limit_of_reply(const frame_header *header)
{
        static const size_t limits[] = {[FRAME_PIECES] = (size_t)PIECES_PER_FRAME * PIECE_SIZE,
                                        [FRAME_DONE] = 8,
                                        [FRAME_FAILED] = HART_ERROR_TEXT_MAX - 1};
        return header->kind < sizeof limits / sizeof *limits ? limits[header->kind] : 0;
}

hart_code atomize_read_request(const frame_header *header, const unsigned char *payload, atomize_request *ret,
                               hart_error *err)
{
        if (header->kind != FRAME_RUN || header->size < 4 || header->size > frame_limit_of_request(header))
                return hart_fail(err, HART_FAILED, "a frame of kind %u and %u bytes is no request", header->kind,
                                 header->size);
        if (header->number >= hart_atomizer_count)
                return hart_fail(err, HART_FAILED, "there is no atomizer %u", header->number);
        uint32_t max = frame_get_u32(payload);
        if (max == 0 || max > PIECES_MAX)
                return hart_fail(err, HART_FAILED, "a request for %u pieces", max);
        *ret = (atomize_request){
                .atomizer = hart_atomizers[header->number],
                .window = {.data = payload + 4,
                           .size = header->size - 4,
                           .first = (header->flags & RUN_FIRST) != 0,
                           .last = (header->flags & RUN_LAST) != 0},
                .max_pieces = max,
        };
        return HART_OK;
}

static hart_code take_pieces(atomize_reply *reply, const frame_header *header, const unsigned char *payload,
                             hart_error *err)
{
        uint32_t count = header->size / PIECE_SIZE;
        if (count == 0 || header->size % PIECE_SIZE != 0 || count > reply->max_pieces - reply->count)
                return hart_fail(err, HART_FAILED, "sent %u bytes of pieces behind piece %u of at most %u",
                                 header->size, reply->count, reply->max_pieces);
        for (uint32_t i = 0; i < count; i++, payload += PIECE_SIZE) {
                atomize_piece piece = {frame_get_u32(payload), frame_get_u32(payload + 4), frame_get_u32(payload + 8)};
                reply->covered += (uint64_t)piece.size + piece.separator_size;
                if (piece.size == 0 || piece.subtype >= reply->atomizer->subtype_count ||
                    reply->covered > reply->window_size)
                        return hart_fail(err, HART_FAILED,
                                         "sent a piece of %u and %u bytes, subtype %u, which is not in the window",
                                         piece.size, piece.separator_size, piece.subtype);
                reply->pieces[reply->count++] = piece;
        }
        return HART_OK;
}

/* All pieces and the lead are the window's first bytes, and the whole window where it is the last. */
static hart_code take_done(atomize_reply *reply, const frame_header *header, const unsigned char *payload,
                           hart_error *err)
{
        if (header->size != 8)
                return hart_fail(err, HART_FAILED, "ended with %u bytes instead of 8", header->size);
        uint64_t lead = frame_get_u32(payload), consumed = frame_get_u32(payload + 4);
        reply->full = (header->flags & DONE_FULL) != 0;
        if (lead + reply->covered != consumed || consumed > reply->window_size || (lead > 0 && !reply->first) ||
            (lead > 0 && reply->count == 0) || (reply->last && !reply->full && consumed != reply->window_size))
                return hart_fail(err, HART_FAILED, "ended with %u bytes of a window of %zu, but its pieces are others",
                                 (unsigned)consumed, reply->window_size);
        reply->lead_size = (uint32_t)lead;
        reply->done = true;
        return HART_OK;
}

static hart_code take_failure(const frame_header *header, const unsigned char *payload, hart_error *err)
{
        hart_code code = header->number == (uint16_t)-HART_POISON ? HART_POISON : HART_FAILED;
        return hart_fail(err, code, "%.*s", (int)header->size, (const char *)payload);
}

hart_code atomize_take_reply(atomize_reply *reply, const frame_header *header, const unsigned char *payload,
                             hart_error *err)
{
        if (header->size > frame_limit_of_reply(header))
                return hart_fail(err, HART_FAILED, "sent a frame of kind %u and %u bytes", header->kind, header->size);
        switch (header->kind) {
        case FRAME_PIECES:
                return take_pieces(reply, header, payload, err);
        case FRAME_DONE:
                return take_done(reply, header, payload, err);
        case FRAME_FAILED:
                return take_failure(header, payload, err);
        default:
                return hart_fail(err, HART_FAILED, "sent a frame of unknown kind %u", header->kind);
        }
}
