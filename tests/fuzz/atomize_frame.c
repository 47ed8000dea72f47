/* atomize_frame: what either side may be sent by the other. The first byte chooses the side. */
#include <stdlib.h>
#include <string.h>

#include "request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_child(const uint8_t *data, size_t size)
{
        hart_error err;
        atomize_request request;
        frame_header header = frame_get_header(data);
        if (header.size != size - FRAME_HEADER_SIZE || header.size > frame_limit_of_request(&header))
                return;
        if (atomize_read_request(&header, data + FRAME_HEADER_SIZE, &request, &err) != HART_OK)
                return;
        if (request.kind == FRAME_RUN) {
                if (request.window.data + request.window.size != data + size || request.max_pieces > PIECES_MAX ||
                    request.atomizer == NULL)
                        abort();
                return;
        }
        if (!request.is_file && request.data + request.size != data + size)
                abort();
        if ((request.name != NULL && strlen(request.name) > size) ||
            (request.content_type != NULL && strlen(request.content_type) > size))
                abort();
}

/* Frames one behind the other, as a child that was taken over might send them. */
static void as_daemon(const uint8_t *data, size_t size)
{
        enum { MOST = 64, WINDOW = 4096 };
        atomize_piece pieces[MOST];
        hart_error err;
        atomize_reply reply = {.atomizer = hart_atomizers[data[0] % hart_atomizer_count],
                               .window_size = WINDOW,
                               .first = (data[1] & 1) != 0,
                               .last = (data[1] & 2) != 0,
                               .max_pieces = MOST,
                               .pieces = pieces};
        for (data += 2, size -= 2; size >= FRAME_HEADER_SIZE && !reply.done;) {
                frame_header header = frame_get_header(data);
                data += FRAME_HEADER_SIZE;
                size -= FRAME_HEADER_SIZE;
                if (header.size > size || atomize_take_reply(&reply, &header, data, &err) != HART_OK)
                        return;
                data += header.size;
                size -= header.size;
        }
        uint64_t sum = reply.lead_size;
        for (uint32_t i = 0; i < reply.count; i++)
                sum += (uint64_t)pieces[i].size + pieces[i].separator_size;
        if (reply.done && (sum > WINDOW || (reply.last && !reply.full && sum != WINDOW)))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (size < 3 + FRAME_HEADER_SIZE)
                return 0;
        if (data[0] & 1)
                as_child(data + 1, size - 1);
        else
                as_daemon(data + 1, size - 1);
        return 0;
}
