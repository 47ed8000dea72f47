/* serve: runs atomizers for the daemon. What they emit leaves as sizes, many pieces in a frame. */
#include "serve.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <hartonomous/memory.h>

#include "protocol.h"

struct reply {
        int fd;
        const atomize_request *request;
        uint32_t sent, pending;
        uint32_t lead_size;
        uint64_t covered;
        bool full;
        unsigned char pieces[FRAME_HEADER_SIZE + PIECES_PER_FRAME * PIECE_SIZE];
};

static hart_code write_all(int fd, const unsigned char *data, size_t size, hart_error *err)
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

/* HART_EMPTY: the peer closed before the first byte. */
static hart_code read_all(int fd, unsigned char *data, size_t size, hart_error *err)
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

static hart_code send_frame(int fd, const frame_header *header, const void *payload, hart_error *err)
{
        unsigned char frame[FRAME_HEADER_SIZE + HART_ERROR_TEXT_MAX];
        frame_put_header(frame, header);
        memcpy(frame + FRAME_HEADER_SIZE, payload, header->size);
        return write_all(fd, frame, FRAME_HEADER_SIZE + header->size, err);
}

static hart_code send_pieces(struct reply *reply, hart_error *err)
{
        if (reply->pending == 0)
                return HART_OK;
        const frame_header header = {.size = reply->pending * PIECE_SIZE, .kind = FRAME_PIECES};
        frame_put_header(reply->pieces, &header);
        reply->pending = 0;
        return write_all(reply->fd, reply->pieces, FRAME_HEADER_SIZE + header.size, err);
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
        return send_frame(
                reply->fd,
                &(frame_header){.size = sizeof payload, .kind = FRAME_DONE, .flags = reply->full ? DONE_FULL : 0},
                payload, err);
}

static hart_code send_failure(int fd, hart_code code, const hart_error *failure, hart_error *err)
{
        return send_frame(fd,
                          &(frame_header){.size = (uint32_t)strlen(failure->text),
                                          .kind = FRAME_FAILED,
                                          .number = (uint16_t)-code},
                          failure->text, err);
}

static hart_code answer(int fd, const atomize_request *request, hart_error *err)
{
        struct reply reply = {.fd = fd, .request = request};
        const hart_atom_sink sink = {.lead = on_lead, .component = on_component, .data = &reply};
        hart_error failure = {0};
        size_t consumed;
        hart_code code = request->atomizer->run(&request->window, &sink, &consumed, &failure);
        if (code == HART_FATAL) /* the peer is gone */
                return hart_fail(err, HART_FATAL, "%s", failure.text);
        if (code < 0)
                return send_failure(fd, code, &failure, err);
        /* Bytes that were passed over would shift all that follow: the daemon counts sizes only. */
        if (code == HART_OK && consumed != reply.lead_size + reply.covered) {
                hart_fail(&failure, HART_FAILED, "took %zu bytes, but its pieces have %" PRIu64, consumed,
                          reply.lead_size + reply.covered);
                return send_failure(fd, HART_FAILED, &failure, err);
        }
        code = send_pieces(&reply, err);
        return code == HART_OK ? send_done(&reply, err) : code;
}

hart_code serve(int fd, hart_error *err)
{
        HART_CLEANUP(hart_buffer_done) hart_buffer payload = {0};
        const frame_header ready = {.kind = FRAME_READY, .number = PROTOCOL_VERSION};
        hart_code code = send_frame(fd, &ready, "", err);
        while (code == HART_OK) {
                unsigned char head[FRAME_HEADER_SIZE];
                atomize_request request;
                code = read_all(fd, head, sizeof head, err);
                if (code != HART_OK)
                        break;
                frame_header header = frame_get_header(head);
                if (header.size > frame_limit_of_request(&header))
                        return hart_fail(err, HART_FATAL, "a frame of kind %u and %u bytes", header.kind, header.size);
                hart_buffer_clear(&payload);
                code = read_all(fd, hart_buffer_reserve(&payload, header.size), header.size, err);
                if (code == HART_OK)
                        code = atomize_read_request(&header, payload.data, &request, err);
                if (code == HART_OK)
                        code = answer(fd, &request, err);
        }
        return code == HART_EMPTY ? HART_OK : code;
}
