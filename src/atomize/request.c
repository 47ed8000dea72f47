/* request: frames of the daemon. */
#include "request.h"

#define LIMITS_SIZE 36

size_t frame_limit_of_request(const frame_header *header)
{
        static const size_t limits[] = {[FRAME_RUN] = 4 + HART_WINDOW_MAX,
                                        [FRAME_IDENTIFY] = REQUEST_FRONT_MAX + REQUEST_HEAD_MAX,
                                        [FRAME_DOCUMENT] = REQUEST_FRONT_MAX + HART_WINDOW_MAX};
        return header->kind < sizeof limits / sizeof *limits ? limits[header->kind] : 0;
}

static hart_code read_run(const frame_header *header, const unsigned char *payload, atomize_request *ret,
                          hart_error *err)
{
        if (header->size < 4 || ret->atomizer->way != HART_WINDOWS)
                return hart_fail(err, HART_FAILED, "%u bytes and atomizer %s are no request for a window", header->size,
                                 ret->atomizer->name);
        uint32_t max = frame_get_u32(payload);
        if (max == 0 || max > PIECES_MAX)
                return hart_fail(err, HART_FAILED, "a request for %u pieces", max);
        ret->max_pieces = max;
        ret->window = (hart_window){.data = payload + 4,
                                    .size = header->size - 4,
                                    .first = (header->flags & RUN_FIRST) != 0,
                                    .last = (header->flags & RUN_LAST) != 0};
        return HART_OK;
}

static void read_limits(const unsigned char *payload, atomize_request *ret)
{
        ret->limits = (hart_limits){.depth = frame_get_u32(payload),
                                    .children = frame_get_u32(payload + 4),
                                    .expanded = frame_get_u64(payload + 8),
                                    .ratio = frame_get_u32(payload + 16),
                                    .pixels = frame_get_u64(payload + 20)};
        ret->size = frame_get_u64(payload + 28);
}

static hart_code read_front(const frame_header *header, const unsigned char *payload, atomize_request *ret,
                            hart_error *err)
{
        const unsigned char *next = payload, *end = payload + header->size;
        bool whole = header->kind == FRAME_DOCUMENT;
        size_t size, rest;
        if (whole && header->size < LIMITS_SIZE)
                return hart_fail(err, HART_FAILED, "a request of %u bytes", header->size);
        if (whole) {
                read_limits(payload, ret);
                next += LIMITS_SIZE;
        }
        next = frame_get_text(next, end, &ret->content_type, &size);
        if (next != NULL)
                next = frame_get_text(next, end, &ret->name, &size);
        if (next == NULL)
                return hart_fail(err, HART_FAILED, "a request whose texts are not all there");
        rest = (size_t)(end - next);
        ret->is_file = whole && (header->flags & DOCUMENT_FILE) != 0;
        if (!whole)
                ret->size = rest;
        if (ret->is_file ? rest != 0 || ret->size > INT64_MAX : ret->size != rest)
                return hart_fail(err, HART_FAILED, "a request for %llu bytes with %zu in it",
                                 (unsigned long long)ret->size, rest);
        ret->data = ret->is_file ? NULL : next;
        bool sound = ret->limits.ratio > 0 && ret->limits.depth <= HART_DEPTH_MAX && ret->content_type != NULL &&
                     ret->atomizer->way != HART_WINDOWS;
        if (whole && !sound)
                return hart_fail(err, HART_FAILED, "a request with limits or an atomizer that cannot be");
        return HART_OK;
}

hart_code atomize_read_request(const frame_header *header, const unsigned char *payload, atomize_request *ret,
                               hart_error *err)
{
        atomize_request request = {.kind = header->kind};
        size_t limit = frame_limit_of_request(header);
        if (limit == 0 || header->size > limit)
                return hart_fail(err, HART_FAILED, "a frame of kind %u and %u bytes is no request", header->kind,
                                 header->size);
        if (header->number >= hart_atomizer_count)
                return hart_fail(err, HART_FAILED, "there is no atomizer %u", header->number);
        request.atomizer = hart_atomizers[header->number];
        hart_code code = header->kind == FRAME_RUN ? read_run(header, payload, &request, err)
                                                   : read_front(header, payload, &request, err);
        if (code == HART_OK)
                *ret = request;
        return code;
}

/* The end says what a file is. */
static unsigned char *put_end_of_text(unsigned char *out, const char *text)
{
        size_t size = text != NULL ? strlen(text) : 0;
        size_t cut = size > REQUEST_TEXT_MAX ? size - REQUEST_TEXT_MAX : 0;
        return frame_put_text(out, text != NULL ? text + cut : NULL, size - cut);
}

static unsigned char *put_start_of_text(unsigned char *out, const char *text)
{
        return frame_put_text(out, text, text != NULL ? strnlen(text, REQUEST_TEXT_MAX) : 0);
}

void atomize_write_request(const atomize_request *request, hart_buffer *out)
{
        unsigned char *frame = hart_buffer_reserve(out, FRAME_HEADER_SIZE + REQUEST_FRONT_MAX);
        unsigned char *next = frame + FRAME_HEADER_SIZE;
        bool whole = request->kind == FRAME_DOCUMENT;
        if (whole) {
                frame_put_u32(next, request->limits.depth);
                frame_put_u32(next + 4, request->limits.children);
                frame_put_u64(next + 8, request->limits.expanded);
                frame_put_u32(next + 16, request->limits.ratio);
                frame_put_u64(next + 20, request->limits.pixels);
                frame_put_u64(next + 28, request->size);
                next += LIMITS_SIZE;
        }
        next = put_start_of_text(next, request->content_type);
        next = put_end_of_text(next, request->name);
        size_t front = (size_t)(next - frame) - FRAME_HEADER_SIZE;
        frame_put_header(frame, &(frame_header){.size = (uint32_t)(front + (request->is_file ? 0 : request->size)),
                                                .kind = request->kind,
                                                .flags = request->is_file ? DOCUMENT_FILE : 0,
                                                .number = whole ? atomize_number_of(request->atomizer) : 0});
        out->size += (size_t)(next - frame);
}
