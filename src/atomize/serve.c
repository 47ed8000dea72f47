/* serve: runs atomizers for the daemon. What they emit leaves as sizes, many pieces in a frame. */
#include "serve.h"

#include <inttypes.h>

#include <hartonomous/memory.h>

#include "serve_document.h"
#include "wire.h"

struct reply {
        int fd;
        const atomize_request *request;
        uint32_t sent, pending;
        uint32_t lead_size;
        uint64_t covered;
        bool full;
        unsigned char pieces[FRAME_HEADER_SIZE + PIECES_PER_FRAME * PIECE_SIZE];
};

static hart_code send_pieces(struct reply *reply, hart_error *err)
{
        if (reply->pending == 0)
                return HART_OK;
        const frame_header header = {.size = reply->pending * PIECE_SIZE, .kind = FRAME_PIECES};
        frame_put_header(reply->pieces, &header);
        reply->pending = 0;
        return wire_write(reply->fd, reply->pieces, FRAME_HEADER_SIZE + header.size, err);
}

static hart_code on_lead(void *data, const unsigned char *bytes, size_t size, hart_error *err)
{
        struct reply *reply = data;
        (void)bytes;
        (void)err;
        reply->lead_size = (uint32_t)size;
        return HART_OK;
}

static hart_code on_component(void *data, const hart_component *component, hart_error *err)
{
        struct reply *reply = data;
        if (reply->sent == reply->request->max_pieces) {
                reply->full = true;
                return HART_EMPTY;
        }
        unsigned char *piece = reply->pieces + FRAME_HEADER_SIZE + reply->pending * PIECE_SIZE;
        frame_put_u32(piece, (uint32_t)component->size);
        frame_put_u32(piece + 4, (uint32_t)component->separator_size);
        frame_put_u32(piece + 8, component->subtype);
        reply->covered += component->size + component->separator_size;
        reply->sent++;
        return ++reply->pending == PIECES_PER_FRAME ? send_pieces(reply, err) : HART_OK;
}

static hart_code send_done(struct reply *reply, hart_error *err)
{
        unsigned char payload[8];
        frame_put_u32(payload, reply->lead_size);
        frame_put_u32(payload + 4, (uint32_t)(reply->lead_size + reply->covered));
        return wire_send(
                reply->fd,
                &(frame_header){.size = sizeof payload, .kind = FRAME_DONE, .flags = reply->full ? DONE_FULL : 0},
                payload, err);
}

static hart_code answer_run(int fd, const atomize_request *request, hart_error *err)
{
        struct reply reply = {.fd = fd, .request = request};
        const hart_atom_sink sink = {.lead = on_lead, .component = on_component, .data = &reply};
        hart_error failure = {0};
        size_t consumed;
        hart_code code = request->atomizer->run(&request->window, &sink, &consumed, &failure);
        if (code == HART_FATAL) /* the peer is gone */
                return hart_fail(err, HART_FATAL, "%s", failure.text);
        if (code < 0)
                return wire_send_failure(fd, code, &failure, err);
        /* Bytes that were passed over would shift all that follow: the daemon counts sizes only. */
        if (code == HART_OK && consumed != reply.lead_size + reply.covered) {
                hart_fail(&failure, HART_FAILED, "took %zu bytes, but its pieces have %" PRIu64, consumed,
                          reply.lead_size + reply.covered);
                return wire_send_failure(fd, HART_FAILED, &failure, err);
        }
        code = send_pieces(&reply, err);
        return code == HART_OK ? send_done(&reply, err) : code;
}

static hart_code answer(int fd, const frame_header *header, const unsigned char *payload, hart_error *err)
{
        atomize_request request;
        hart_code code = atomize_read_request(header, payload, &request, err);
        if (code != HART_OK)
                return code;
        switch (request.kind) {
        case FRAME_IDENTIFY:
                return serve_identify(fd, &request, err);
        case FRAME_DOCUMENT:
                return serve_document(fd, &request, err);
        default:
                return answer_run(fd, &request, err);
        }
}

static hart_code say_ready(int fd, hart_error *err)
{
        unsigned char fingerprint[4];
        frame_put_u32(fingerprint, atomize_table_fingerprint());
        const frame_header ready = {.size = sizeof fingerprint, .kind = FRAME_READY, .number = PROTOCOL_VERSION};
        return wire_send(fd, &ready, fingerprint, err);
}

hart_code serve(int fd, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer payload = {0};
        hart_code code = say_ready(fd, err);
        while (code == HART_OK) {
                unsigned char head[FRAME_HEADER_SIZE];
                code = wire_read(fd, head, sizeof head, err);
                if (code != HART_OK)
                        break;
                frame_header header = frame_get_header(head);
                if (header.size > frame_limit_of_request(&header))
                        return hart_fail(err, HART_FATAL, "a frame of kind %u and %u bytes", header.kind, header.size);
                hart_buffer_clear(&payload);
                code = wire_read(fd, hart_buffer_reserve(&payload, header.size), header.size, err);
                if (code == HART_OK)
                        code = answer(fd, &header, payload.data, err);
        }
        return code == HART_EMPTY ? HART_OK : code;
}
