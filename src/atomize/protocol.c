/* protocol: frames to bytes and back, checked. No reading or writing here. */
#include "protocol.h"

#include <hartonomous/document.h>

void frame_put_u64(unsigned char *out, uint64_t value)
{
        frame_put_u32(out, (uint32_t)value);
        frame_put_u32(out + 4, (uint32_t)(value >> 32));
}

uint64_t frame_get_u64(const unsigned char *in)
{
        return (uint64_t)frame_get_u32(in) | (uint64_t)frame_get_u32(in + 4) << 32;
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

size_t frame_limit_of_reply(const frame_header *header)
{
        static const size_t limits[] = {[FRAME_PIECES] = (size_t)PIECES_PER_FRAME * PIECE_SIZE,
                                        [FRAME_DONE] = 8,
                                        [FRAME_FAILED] = HART_ERROR_TEXT_MAX - 1,
                                        [FRAME_TYPE] = EMIT_TYPE_MAX,
                                        [FRAME_EVENTS] = EVENTS_FRAME_MAX};
        return header->kind < sizeof limits / sizeof *limits ? limits[header->kind] : 0;
}

static uint32_t mix(uint32_t hash, const char *text)
{
        /* FNV-1a, the NUL with it. */
        for (;; text++) {
                hash = (hash ^ (unsigned char)*text) * UINT32_C(16777619);
                if (*text == '\0')
                        return hash;
        }
}

uint32_t atomize_table_fingerprint(void)
{
        uint32_t hash = UINT32_C(2166136261);
        for (size_t i = 0; i < hart_atomizer_count; i++) {
                const hart_atomizer *row = hart_atomizers[i];
                hash = mix(hash, row->name) + (uint32_t)row->version * 31 + (uint32_t)row->way;
                for (unsigned subtype = 0; subtype < row->subtype_count; subtype++)
                        hash = mix(hash, row->subtypes[subtype].name);
        }
        return hash;
}

uint16_t atomize_number_of(const hart_atomizer *atomizer)
{
        uint16_t number = 0;
        while (hart_atomizers[number] != atomizer)
                number++;
        return number;
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

hart_code atomize_take_failure(const frame_header *header, const unsigned char *payload, hart_error *err)
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
                return atomize_take_failure(header, payload, err);
        default:
                return hart_fail(err, HART_FAILED, "sent a frame of unknown kind %u", header->kind);
        }
}

hart_code atomize_take_type(const frame_header *header, const unsigned char *payload, hart_buffer *type,
                            const hart_atomizer **ret, hart_error *err)
{
        if (header->size > frame_limit_of_reply(header))
                return hart_fail(err, HART_FAILED, "sent a frame of kind %u and %u bytes", header->kind, header->size);
        if (header->kind == FRAME_FAILED)
                return atomize_take_failure(header, payload, err);
        if (header->kind != FRAME_TYPE)
                return hart_fail(err, HART_FAILED, "sent a frame of kind %u instead of a content type", header->kind);
        bool sound = header->size > 0 && memchr(payload, '/', header->size) != NULL;
        for (uint32_t i = 0; i < header->size; i++)
                sound = sound && payload[i] > ' ' && payload[i] < 0x7F;
        if (!sound)
                return hart_fail(err, HART_FAILED, "sent %u bytes that are no content type", header->size);
        if (header->number >= hart_atomizer_count)
                return hart_fail(err, HART_FAILED, "names atomizer %u, which is not in the table", header->number);
        hart_buffer_append(type, payload, header->size);
        *ret = hart_atomizers[header->number];
        return HART_OK;
}
